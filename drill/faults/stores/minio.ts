import { createHash } from "node:crypto";
import type { SignedCalls } from "../../../catalog/minio/signed-calls.ts";
import type { StoreFault, StoreSubject } from "../fault.ts";

type Client = { readonly call: SignedCalls };
type Work = (client: Client) => Promise<unknown>;

const put =
  (path: string, body: string | Buffer = ""): Work =>
  ({ call }) =>
    call(path, { method: "PUT", body });
const remove =
  (path: string): Work =>
  ({ call }) =>
    call(path, { method: "DELETE" });
const inOrder =
  (...steps: readonly Work[]): Work =>
  async (client) => {
    for (const step of steps) await step(client);
  };

const admin = "/minio/admin/v3";
const policy = (action: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: [action], Resource: ["arn:aws:s3:::*"] }],
  });
const bucketPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      ...{ Effect: "Allow", Principal: { AWS: ["*"] } },
      ...{ Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::plain/*"] },
    },
  ],
});
const versioning = (status: string): string =>
  `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
const odd = "/plain/a%20b/%D8%AA%D9%82%D8%B1%D9%8A%D8%B1%2Bx%24.txt";
const objects = ["minio: contents: bucket/plain/contents", "minio: objects: bucket/plain/objects"];

const faults: readonly StoreFault<Client>[] = [
  {
    name: "minio-object-gone",
    what: "an object is deleted",
    cause: "data-missing",
    check: "inventory: count",
    named: objects,
    change: (client, random) => remove(`/plain/many/${random.below(12)}`)(client),
  },
  {
    name: "minio-object-altered",
    what: "an object holds other bytes, as many as before",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: objects,
    change: put(odd, "two"),
  },
  {
    name: "minio-objects-swapped",
    what: "two objects have changed their contents with each other",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: objects,
    change: inOrder(put("/plain/many/3", "content 4"), put("/plain/many/4", "content 3")),
  },
  {
    name: "minio-object-made",
    what: "an object that nobody wrote",
    cause: "data-extra",
    check: "inventory: count",
    named: objects,
    change: put("/plain/new", "new"),
  },
  {
    name: "minio-version-more",
    what: "an object of a bucket with versions was written once more",
    cause: "data-altered",
    check: "inventory: count",
    named: ["minio: versions: bucket/kept/versions"],
    change: put("/kept/v", "two"),
  },
  {
    name: "minio-versioning",
    what: "a bucket no longer keeps versions",
    cause: "data-altered",
    check: "inventory: options",
    named: ["minio: buckets: bucket/kept"],
    change: put("/kept?versioning", versioning("Suspended")),
  },
  {
    name: "minio-bucket-policy",
    what: "the policy of a bucket is gone",
    cause: "data-altered",
    check: "inventory: options",
    named: ["minio: buckets: bucket/plain"],
    change: remove("/plain?policy"),
  },
  {
    name: "minio-bucket-made",
    what: "a bucket that nobody made",
    cause: "data-extra",
    check: "inventory: extra",
    named: ["minio: buckets: bucket/new"],
    change: put("/new"),
  },
  {
    name: "minio-bucket-gone",
    what: "an empty bucket is gone",
    cause: "data-missing",
    check: "inventory: missing",
    named: ["minio: buckets: bucket/empty"],
    change: remove("/empty"),
  },
  {
    name: "minio-expired-early",
    what: "an object that its bucket's lifecycle lets go tomorrow has gone",
    cause: "data-missing",
    check: "inventory: due",
    named: ["minio: objects: bucket/leaving/objects"],
    change: remove("/leaving/a"),
  },
  {
    name: "minio-policy",
    what: "a policy allows everything",
    cause: "data-altered",
    check: "inventory: options",
    named: ["minio: policies: policy/mine"],
    change: put(`${admin}/add-canned-policy?name=mine`, policy("s3:*")),
  },
];

const lifecycle =
  "<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";

/** S3 takes a lifecycle with its MD5 alone. */
async function putLifecycle(bucket: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  const { AwsClient } = await import("aws4fetch");
  const keys = { accessKeyId: "root", secretAccessKey: secrets["root-password"] ?? "" };
  const client = new AwsClient({ ...keys, service: "s3", region: "us-east-1", retries: 0 });
  const answer = await client.fetch(`http://127.0.0.1:9000/${bucket}?lifecycle`, {
    method: "PUT",
    headers: { "content-md5": createHash("md5").update(lifecycle).digest("base64") },
    body: lifecycle,
  });
  if (!answer.ok) throw new Error(`minio: the lifecycle of ${bucket} was refused: ${await answer.text()}`);
}

const fill = inOrder(
  put("/plain"),
  put(odd, "one"),
  ...Array.from({ length: 12 }, (_, index) => put(`/plain/many/${index}`, `content ${index}`)),
  put("/kept"),
  put("/kept?versioning", versioning("Enabled")),
  put("/kept/v", "one"),
  put("/kept/v", "two"),
  put("/kept/gone", "x"),
  remove("/kept/gone"),
  put("/empty"),
  put("/leaving"),
  ...["a", "b"].map((name) => put(`/leaving/${name}`, name)),
  put("/plain?policy", bucketPolicy),
  put(`${admin}/add-canned-policy?name=mine`, policy("s3:GetObject")),
);

/** MinIO: odd names, a bucket with versions and a delete marker, one with a lifecycle, an empty one, policies. */
export const minioSubject: StoreSubject<Client> = {
  store: "minio",
  populate: async (client, secrets) => {
    await fill(client);
    await putLifecycle("leaving", secrets);
  },
  faults,
};
