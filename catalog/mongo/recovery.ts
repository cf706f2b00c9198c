import type { Db, MongoClient } from "mongodb";
import type { Grants } from "../../contract/grants.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import type { Recovery, StoreAddress } from "../recovery.ts";
import { loginName } from "../login-name.ts";
import { authenticationFailed, logIn, open, secretOf, unlessRefused } from "./client.ts";
import { mongoInventory } from "./inventory.ts";
import { mongoOplog } from "./oplog.ts";
import { dumpArchive, judgeArchive, loadArchive, selectNamespaces } from "./portable.ts";
import { applicationDatabases, serverNumbers } from "./server-numbers.ts";
import { blockUsersWrites, writeCanary } from "./users-writes.ts";
import { dropFormerLogins, makeUsers, type MongoPasswords } from "./users.ts";
import { mongoFollows } from "./versions.ts";

/** The user backup for what a point asks, and root, only while users are set. */
interface Client {
  /** Null before the users are made, or when restored data has another password for it. */
  readonly backup: MongoClient | null;
  /** Opened when it is asked for. */
  readonly root: () => Promise<MongoClient>;
  readonly close: () => Promise<void>;
  readonly passwords: MongoPasswords;
  readonly grants: Grants;
}

/** A node that has just been initiated elects itself within seconds. */
const primaryLimitMs = 60_000;
/** While a point is taken the store stands still for at most two seconds. */
const measureLimitMs = 5_000;

/** How the agent writes to MongoDB, asks it and mends it, over the loopback of its own task. */
export const mongoRecovery: Recovery<Client> = {
  objectives: { rpo: "15m", rto: "1h" },
  follows: mongoFollows,
  connect,
  close: (client) => client.close(),

  async version(client) {
    const build = await backupOf(client).db("admin").command({ buildInfo: 1 });
    return String(build["version"]);
  },

  async setup(client) {
    const admin = (await client.root()).db("admin");
    await initiate(admin);
    await makeUsers(admin, client.passwords, client.grants);
  },

  async retire(client) {
    await dropFormerLogins((await client.root()).db("admin"), client.passwords);
  },

  administrator: {
    secret: "root-password",
    async set(client, password) {
      await (await client.root()).db("admin").command({ updateUser: "root", pwd: password });
    },
  },

  maintenance: {
    // As a replica set: alone it would not replay what a crash left in the oplog, and might not be written to.
    args: ["mongod", "--replSet", "rs0", "--bind_ip_all", "--dbpath", "/data/db"],
    refused: (error) => error instanceof Error && "code" in error && error.code === authenticationFailed,
    async unlock({ host, secrets }) {
      const mongo = await open(host, null);
      try {
        const admin = mongo.db("admin");
        await initiate(admin);
        await admin.command({ updateUser: "root", pwd: secretOf(secrets, "root-password") });
      } finally {
        await mongo.close();
      }
    },
  },

  async accepts({ host }, secret, password) {
    const user = secret.replace(/-password$/, "");
    const login = user === "app" ? loginName("app", password) : user;
    const mongo = await unlessRefused(logIn(host, login, password));
    await mongo?.close();
    return mongo !== null;
  },

  async measure({ host, secrets }) {
    const mongo = await logIn(host, "backup", secretOf(secrets, "backup-password"));
    try {
      const within = { timeoutMS: measureLimitMs };
      const admin = mongo.db("admin");
      const [hello, serverStatus, databases] = await Promise.all([
        admin.command({ hello: 1 }, within),
        admin.command({ serverStatus: 1 }, within),
        admin.command({ listDatabases: 1, nameOnly: true }, within),
      ]);
      const dbStats = await Promise.all(
        applicationDatabases(databases).map((name) => mongo.db(name).command({ dbStats: 1 }, within)),
      );
      return serverNumbers({ hello, serverStatus, dbStats });
    } finally {
      await mongo.close();
    }
  },

  canary: {
    async write(client, mark) {
      await writeCanary(backupOf(client), client.root, mark);
    },
    async read(client) {
      const found = await canaries(client).findOne({ _id: "canary" });
      return found?.mark ?? null;
    },
  },

  // What others have made may be readable to root alone.
  inventory: async (client, request) => mongoInventory(await client.root(), request),

  portable: {
    judge: async (client, source) => judgeArchive(await client.root(), source),
    load: { tool: loadArchive },
    select: selectNamespaces,
    dump: {
      file: { prefix: "mongo-", suffix: ".archive" },
      at: ["00:00", "06:00", "12:00", "18:00"],
      tool: async (client, secrets) => dumpArchive(await client.root(), secrets),
    },
  },

  writes: {
    refuse: async (client) => blockUsersWrites((await client.root()).db("admin"), true),
    allow: async (client) => {
      await blockUsersWrites((await client.root()).db("admin"), false);
    },
  },

  oplog: {
    takes: (entry) => mongoOplog.takes(entry),
    open: (at) => mongoOplog.open(at),
    parse: (content) => mongoOplog.parse(content),
    position: async (client, before) => mongoOplog.position(backupOf(client), before),
    has: async (client, position) => mongoOplog.has(backupOf(client), position),
    tool: async (client, secrets) => mongoOplog.tool(await client.root(), secrets),
    apply: async (client, file) => mongoOplog.apply(await client.root(), file),
  },

  async resetUsers(client) {
    const admin = (await client.root()).db("admin");
    // The state lies in the data: that of a point which was taken meanwhile would refuse writes for ever.
    await blockUsersWrites(admin, false);
    await makeUsers(admin, client.passwords, client.grants);
    await dropFormerLogins(admin, client.passwords);
  },
};

async function connect({ host, secrets, grants = {} }: StoreAddress): Promise<Client> {
  const opened: MongoClient[] = [];
  const as = async (user: string, password: string): Promise<MongoClient> => {
    const mongo = await logIn(host, user, password);
    opened.push(mongo);
    return mongo;
  };
  let asRoot: Promise<MongoClient> | undefined;
  const root = (): Promise<MongoClient> => (asRoot ??= as("root", secretOf(secrets, "root-password")));
  const passwords = {
    app: secretOf(secrets, "app-password"),
    backup: secretOf(secrets, "backup-password"),
    restore: secretOf(secrets, "restore-password"),
  };
  const backup = await unlessRefused(as("backup", passwords.backup));
  // Before the users are made, root must answer: else the store refuses us altogether.
  if (backup === null) await root();
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((mongo) => mongo.close()));
  };
  return { backup, root, close, passwords, grants };
}

function backupOf({ backup }: Client): MongoClient {
  if (backup !== null) return backup;
  throw new Error(
    "mongo: refuses the user backup with the current mongo-backup-password; run kaleem-agent setup-stores",
  );
}

/** Makes the replica set unless there is one already, and waits until this node takes writes. */
async function initiate(admin: Db): Promise<void> {
  const hello = await admin.command({ hello: 1 });
  if (hello["setName"] === undefined && hello["isWritablePrimary"] !== true) {
    await admin.command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] } });
  }
  await waitUntil(async () => (await admin.command({ hello: 1 }))["isWritablePrimary"] === true, {
    limitMs: primaryLimitMs,
    everyMs: 250,
    late: () =>
      `mongo: no primary ${primaryLimitMs / 1000} s after the replica set was initiated; look at rs.status()`,
  });
}

function canaries(client: Client) {
  return backupOf(client).db("recovery").collection<{ _id: string; mark: string }>("canary");
}
