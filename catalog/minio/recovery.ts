import { forwardOnly } from "../engine-version.ts";
import type { Grants } from "../../contract/grants.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { Recovery, StoreAddress } from "../recovery.ts";
import { loginName } from "../login-name.ts";
import { dumpObjects } from "./dump.ts";
import { minioInventory } from "./inventory.ts";
import { judgeMirror, loadMirror, selectBuckets } from "./portable.ts";
import { signedCalls, signedDownload, type SignedCalls, type SignedDownload } from "./signed-calls.ts";
import { dropFormerLogins, makeLogin, type MinioUsers } from "./users.ts";

interface Client extends MinioUsers {
  readonly download: SignedDownload;
}

/** Buckets that are made where they are missing: the applications', and the canary's. */
function bucketsOf({ minio }: Grants): readonly string[] {
  return [...(minio?.buckets ?? []), "canary"];
}

/** How the agent writes to MinIO, asks it and mends it, as root and over the loopback of its own task. */
export const minioRecovery: Recovery<Client> = {
  objectives: { rpo: "15m", rto: "1h" },
  follows: (held, present) => forwardOnly("MinIO", held, present),
  connect,
  close: () => Promise.resolve(),

  version: ({ call }) => versionOf(call),

  async setup(client) {
    for (const bucket of bucketsOf(client.grants)) {
      await client.call(`/${bucket}`, { method: "PUT", accept: ["BucketAlreadyOwnedByYou"] });
    }
    await makeLogin(client);
  },

  retire: dropFormerLogins,

  async accepts({ host, grants = {} }, secret, password) {
    const user = secret === "app-password" ? loginName("app", password) : "root";
    const call = await signedCalls({ endpoint: endpointOf(host), user, password });
    const [bucket] = bucketsOf(grants);
    try {
      await call(`/${bucket ?? ""}?list-type=2&max-keys=1`);
      return true;
    } catch (error) {
      const said = sentenceOf(error);
      // Whoever may not list it was let in all the same.
      if (/\bAccessDenied\b/.test(said)) return true;
      if (/\b(SignatureDoesNotMatch|InvalidAccessKeyId)\b/.test(said)) return false;
      throw error;
    }
  },

  canary: {
    // An object's bytes are on disk when MinIO acknowledges it, but the rename that gives them their name is only in the file
    // system's log, in memory for up to 30 s. The log is written in order: once a second object's bytes are on disk, so is it.
    async write({ call }, mark) {
      await call("/canary/canary", { method: "PUT", body: mark });
      await call("/canary/after-canary", { method: "PUT", body: mark });
    },
    read: ({ call }) => call("/canary/canary", { accept: ["NoSuchKey", "NoSuchBucket"] }),
  },

  inventory: async (client, request) =>
    minioInventory(client, await versionOf(client.call), request, bucketsOf(client.grants)),

  portable: {
    dump: { file: { prefix: "minio-", suffix: ".tar" }, at: ["02:50"], stream: dumpObjects },
    judge: ({ call }, source) => judgeMirror(call, source),
    load: { client: ({ call }, source, file) => loadMirror(call, source, file) },
    select: selectBuckets,
  },

  async resetUsers(client) {
    await makeLogin(client);
    await dropFormerLogins(client);
  },
};

async function connect({ host, secrets, grants = {} }: StoreAddress): Promise<Client> {
  const rootPassword = secrets["root-password"] ?? "";
  const root = { endpoint: endpointOf(host), user: "root", password: rootPassword };
  const call = await signedCalls(root);
  await call("/");
  return {
    call,
    download: await signedDownload(root),
    rootPassword,
    appPassword: secrets["app-password"] ?? "",
    grants,
  };
}

async function versionOf(call: SignedCalls): Promise<string> {
  const info = JSON.parse((await call("/minio/admin/v3/info")) ?? "{}") as {
    servers?: { version?: string }[];
  };
  return comparable(info.servers?.[0]?.version ?? "");
}

function endpointOf(host: string): string {
  return `http://${host}:9000`;
}

/** `2025-09-07T16:13:09Z`, a release's name, as dotted numbers, by which a restore compares versions. */
function comparable(version: string): string {
  return /^\d{4}-/.test(version) ? (version.match(/\d+/g) ?? []).join(".") : version;
}
