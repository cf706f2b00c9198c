import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { minio as definition } from "../../../catalog/minio/minio.ts";
import { adminEnvelope } from "../../../catalog/minio/admin-envelope.ts";
import type { SignedCalls } from "../../../catalog/minio/signed-calls.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { minioImage } from "../../../local/images/minio/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { tryInventory } from "../support/inventory-trial.ts";
import { StoreContainers } from "../support/store-container.ts";

type Client = { readonly call: SignedCalls };

const secrets = { "root-password": "Root-Password_0123456789", "app-password": "App-Password_0123456789" };
const containers = await StoreContainers.open("minio-inventory");
after(() => containers.remove());

const put =
  (path: string, body: string | Buffer = "") =>
  async ({ call }: Client): Promise<unknown> =>
    call(path, { method: "PUT", body });
const remove =
  (path: string) =>
  async ({ call }: Client): Promise<unknown> =>
    call(path, { method: "DELETE" });
const inOrder =
  (...steps: readonly ((client: Client) => Promise<unknown>)[]) =>
  async (client: Client): Promise<void> => {
    for (const step of steps) await step(client);
  };
const admin = "/minio/admin/v3";
const policy = (action: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: [action], Resource: ["arn:aws:s3:::*"] }],
  });
const user = (status: string): Buffer =>
  adminEnvelope(secrets["root-password"], JSON.stringify({ secretKey: "a-password-of-somebody", status }));
const versioning = (status: string): string =>
  `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
const odd = "/plain/a%20b/%D8%AA%D9%82%D8%B1%D9%8A%D8%B1%2Bx%24.txt";

test("all of MinIO: odd names, versions, policies, users; untouched in a copy; each alteration by its name", async () => {
  const image = (await localImage(minioImage, silentProgress)).reference;
  const bucketPolicy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: ["*"] },
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::plain/*"],
      },
    ],
  });
  const { wanted } = await tryInventory<Client>({
    definition,
    containers,
    image,
    secrets,
    populate: inOrder(
      put("/plain"),
      put(odd, "one"),
      ...Array.from({ length: 12 }, (_, index) => put(`/plain/many/${index}`, `content ${index}`)),
      put("/kept"),
      put("/kept?versioning", versioning("Enabled")),
      put("/kept/v", "one"),
      put("/kept/v", "two"),
      put("/kept/gone", "x"),
      remove("/kept/gone"),
      put("/plain?policy", bucketPolicy),
      put(`${admin}/add-canned-policy?name=mine`, policy("s3:GetObject")),
      put(`${admin}/add-user?accessKey=reports`, user("enabled")),
      put(`${admin}/set-user-or-group-policy?policyName=mine&userOrGroup=reports&isGroup=false`),
    ),
    alterations: [
      {
        what: "an object is gone",
        change: remove("/plain/many/7"),
        undo: put("/plain/many/7", "content 7"),
        named: ["minio: contents: bucket/plain/contents", "minio: objects: bucket/plain/objects"],
      },
      {
        what: "equal count and size",
        change: put(odd, "two"),
        undo: put(odd, "one"),
        named: ["minio: contents: bucket/plain/contents", "minio: objects: bucket/plain/objects"],
      },
      {
        what: "versions are no longer kept",
        change: put("/kept?versioning", versioning("Suspended")),
        undo: put("/kept?versioning", versioning("Enabled")),
        named: ["minio: buckets: bucket/kept"],
      },
      {
        what: "a bucket's policy",
        change: remove("/plain?policy"),
        undo: put("/plain?policy", bucketPolicy),
        named: ["minio: buckets: bucket/plain"],
      },
      {
        what: "a bucket that nobody knows",
        change: put("/new"),
        undo: remove("/new"),
        named: ["minio: buckets: bucket/new"],
      },
      {
        what: "a policy",
        change: put(`${admin}/add-canned-policy?name=mine`, policy("s3:*")),
        undo: put(`${admin}/add-canned-policy?name=mine`, policy("s3:GetObject")),
        named: ["minio: policies: policy/mine"],
      },
      {
        what: "a user",
        change: put(`${admin}/set-user-status?accessKey=reports&status=disabled`),
        undo: put(`${admin}/set-user-status?accessKey=reports&status=enabled`),
        named: ["minio: users: user/reports"],
      },
    ],
  });
  assert.deepEqual(wanted.entries["bucket/kept/versions"]?.count, 2);
  assert.deepEqual(wanted.entries["bucket/kept/delete-markers"]?.count, 1);
  assert.deepEqual([wanted.coverage.hashed, wanted.coverage.sampled], [wanted.coverage.of, false]);
  const text = JSON.stringify(wanted);
  for (const secret of ["a-password-of-somebody", ...Object.values(secrets)])
    assert.ok(!text.includes(secret));
  assert.ok(!text.includes(createHash("sha256").update("a-password-of-somebody").digest("hex")));
});
