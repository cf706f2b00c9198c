import assert from "node:assert/strict";
import { test } from "node:test";
import { grantsOf } from "../../../catalog/applications/grants.ts";
import type { ApplicationSettings, Uses } from "../../../catalog/applications/settings.ts";
import { applicationPolicy } from "../../../catalog/minio/users.ts";
import { makeUsers } from "../../../catalog/mongo/users.ts";
import { usersWithRights } from "../../../catalog/rabbitmq/users.ts";
import { loginName } from "../../../catalog/login-name.ts";
import { grantsSchema } from "../../../contract/grants.ts";
import { sampleGrants } from "../sample-catalog.ts";

const using = (...all: readonly Uses[]) =>
  Object.fromEntries(all.map((uses, index) => [`app-${index}`, { uses } as unknown as ApplicationSettings]));

test("nothing is granted in a store that nobody uses", () => {
  assert.deepEqual(grantsOf({}), {});
  assert.deepEqual(grantsOf(using({ qdrant: {}, n8n: {} })), {});
});

test("the one user may what any application was given, and no more, in whatever order they come", () => {
  const one: Uses = {
    mongo: { databases: ["shop"] },
    redis: { keys: ["shop:*"], channels: [], scripts: false },
    rabbitmq: { vhost: "/", configure: "^$", write: "^orders$", read: "^$" },
    minio: { buckets: ["pictures"], mayDelete: false },
  };
  const other: Uses = {
    mongo: { databases: ["shop", "mail"] },
    redis: { keys: ["mail:*"], channels: ["news"], scripts: true },
    rabbitmq: { vhost: "/", configure: "^mail", write: "^$", read: "^orders$" },
    minio: { buckets: ["mails"], mayDelete: true },
  };
  const wanted = {
    mongo: { databases: ["mail", "shop"] },
    redis: { keys: ["mail:*", "shop:*"], channels: ["news"], scripts: true },
    rabbitmq: {
      permissions: [{ vhost: "/", configure: "^mail", write: "^orders$", read: "^orders$" }],
    },
    minio: { buckets: ["mails", "pictures"], deletable: ["mails"] },
  };
  assert.deepEqual(grantsOf(using(one, other)), wanted);
  assert.deepEqual(grantsOf(using(other, one)), wanted);
  assert.deepEqual(grantsSchema.parse(wanted), wanted);
});

test("patterns of several applications are alternatives; virtual hosts are apart", () => {
  const rights = (vhost: string, write: string): Uses => ({
    rabbitmq: { vhost, configure: "^$", write, read: "^$" },
  });
  assert.deepEqual(grantsOf(using(rights("/", "^a|b$"), rights("/", "^c$"), rights("mail", ".*"))).rabbitmq, {
    permissions: [
      { vhost: "/", configure: "^$", write: "(^a|b$)|(^c$)", read: "^$" },
      { vhost: "mail", configure: "^$", write: ".*", read: "^$" },
    ],
  });
});

test("the sample application has the rights that it needs to make and use what is its own", () => {
  assert.deepEqual(sampleGrants, {
    mongo: { databases: ["kaleem"] },
    redis: { keys: ["order:*"], channels: [], scripts: false },
    rabbitmq: {
      permissions: [
        {
          vhost: "/",
          configure: "^(orders|receipts|webhooks|dead)$",
          write: "^(orders|receipts|webhooks|dead)$",
          read: "^(orders|receipts|webhooks|dead)$",
        },
      ],
    },
    minio: { buckets: ["receipts"], deletable: [] },
  });
});

test("MongoDB's roles are those databases, each, or every one; without a grant none", async () => {
  const passwords = { app: "a", backup: "b", restore: "r" };
  const rolesWith = async (grants: Parameters<typeof makeUsers>[2]) => {
    const said: Record<string, unknown>[] = [];
    const admin = {
      command: (each: Record<string, unknown>) => {
        said.push(each);
        return Promise.resolve({ users: [] });
      },
    } as unknown as Parameters<typeof makeUsers>[0];
    await makeUsers(admin, passwords, grants);
    return said.find(({ createUser }) => createUser === loginName("app", "a"))?.["roles"];
  };
  assert.deepEqual(await rolesWith({ mongo: { databases: ["a", "b"] } }), [
    { role: "readWrite", db: "a" },
    { role: "readWrite", db: "b" },
  ]);
  assert.deepEqual(await rolesWith({ mongo: { databases: ["*"] } }), [
    { role: "readWriteAnyDatabase", db: "admin" },
  ]);
  assert.deepEqual(await rolesWith({}), []);
});

test("RabbitMQ's virtual hosts are made, and rights given in those alone", () => {
  const passwords = { admin: "a", app: "p" };
  const permissions = [{ vhost: "mail", configure: ".*", write: ".*", read: ".*" }];
  const made = usersWithRights(passwords, { rabbitmq: { permissions } });
  assert.deepEqual(
    made.vhosts.map(({ name }) => name),
    ["/", "mail"],
  );
  assert.deepEqual(
    made.permissions.filter(({ user }) => user === loginName("app", "p")),
    [{ user: loginName("app", "p"), vhost: "mail", configure: ".*", write: ".*", read: ".*" }],
  );
  assert.deepEqual(
    usersWithRights(passwords).permissions.map(({ user }) => user),
    ["admin"],
  );
});

test("MinIO's policy names the buckets, deletes where that was granted, and governs nothing", () => {
  const actions = (policy: ReturnType<typeof applicationPolicy>) =>
    policy.Statement.flatMap(({ Effect, Action }) => (Effect === "Allow" ? Action : []));
  const kept = applicationPolicy({ buckets: ["a"], deletable: [] });
  assert.ok(!actions(kept).some((action) => action.includes("Delete")));
  const deleting = applicationPolicy({ buckets: ["a", "b"], deletable: ["b"] });
  assert.deepEqual(
    deleting.Statement.find(({ Action }) => Action.includes("s3:DeleteObject")),
    {
      Effect: "Allow",
      Action: ["s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"],
      Resource: ["arn:aws:s3:::b/*"],
    },
  );
  assert.deepEqual(applicationPolicy({}).Statement, [{ Effect: "Deny", Action: ["admin:*"] }]);
});
