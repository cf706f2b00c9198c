import type { Collection, Db, MongoClient } from "mongodb";
import type { Recovery, StoreAddress } from "../definition.ts";

/** An open client with the password that the application's user has to have. */
interface Client {
  readonly mongo: MongoClient;
  readonly appPassword: string;
}

const timeoutMs = 5_000;
/** A node that has just been initiated elects itself within seconds. */
const primaryLimitMs = 60_000;
const durable = { writeConcern: { w: "majority", journal: true, wtimeoutMS: 10_000 } } as const;

/** How the agent writes to MongoDB, asks it and mends it, as root and over the loopback of its own task. */
export const mongoRecovery: Recovery<Client> = {
  objectives: { rpo: "15m", rto: "1h" },
  connect,
  close: ({ mongo }) => mongo.close(),

  async version({ mongo }) {
    const build = await mongo.db("admin").command({ buildInfo: 1 });
    return String(build["version"]);
  },

  async setup(client) {
    await initiate(client.mongo.db("admin"));
    await setApplicationUser(client);
  },

  canary: {
    async write({ mongo }, mark) {
      await canaries(mongo).replaceOne({ _id: "canary" }, { mark }, { upsert: true, ...durable });
    },
    async read({ mongo }) {
      const found = await canaries(mongo).findOne({ _id: "canary" });
      return found?.mark ?? null;
    },
  },

  async counts({ mongo }, limitMs) {
    return { orders: await countWithin(limitMs, mongo.db("kaleem").collection("orders")) };
  },

  reconcile: setApplicationUser,

  async orders({ mongo }, ids) {
    const orders = mongo.db("kaleem").collection<{ _id: string }>("orders");
    const documents = await orders.find({ _id: { $in: [...ids] } }).toArray();
    return new Map(documents.map(({ _id, ...fields }) => [_id, { id: _id, ...fields }]));
  },
};

async function connect({ host, secrets }: StoreAddress): Promise<Client> {
  const { MongoClient: Driver } = await import("mongodb");
  const mongo = new Driver(`mongodb://${host}:27017/`, {
    auth: { username: "root", password: secrets["root-password"] ?? "" },
    authSource: "admin",
    // The replica set's member is called mongo:27017, which only the overlay network resolves.
    directConnection: true,
    retryWrites: false,
    maxPoolSize: 4,
    connectTimeoutMS: timeoutMs,
    serverSelectionTimeoutMS: timeoutMs,
    socketTimeoutMS: 60_000,
  });
  try {
    await mongo.connect();
    await mongo.db("admin").command({ connectionStatus: 1 });
  } catch (error) {
    await mongo.close();
    throw error;
  }
  return { mongo, appPassword: secrets["app-password"] ?? "" };
}

/** Makes the replica set unless there is one already, and waits until this node takes writes. */
async function initiate(admin: Db): Promise<void> {
  const hello = await admin.command({ hello: 1 });
  if (hello["setName"] === undefined && hello["isWritablePrimary"] !== true) {
    await admin.command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] } });
  }
  const deadline = Date.now() + primaryLimitMs;
  while ((await admin.command({ hello: 1 }))["isWritablePrimary"] !== true) {
    if (Date.now() > deadline) {
      throw new Error(
        `mongo: no primary ${primaryLimitMs / 1000} s after the replica set was initiated; look at rs.status()`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The application's user with the present password: made, or set when data of before a rotation was restored. */
async function setApplicationUser({ mongo, appPassword }: Client): Promise<void> {
  if (appPassword === "") throw new Error("mongo: the secret app-password is empty");
  const admin = mongo.db("admin");
  const known = await admin.command({ usersInfo: "app" });
  const verb = (known["users"] as unknown[]).length === 0 ? "createUser" : "updateUser";
  await admin.command({ [verb]: "app", pwd: appPassword, roles: [{ role: "readWrite", db: "kaleem" }] });
}

/** Exact, since the estimate drifts after a crash; it walks the whole collection, hence the limit. */
async function countWithin(timeoutMS: number, collection: Collection): Promise<number | null> {
  try {
    return await collection.countDocuments({}, { timeoutMS });
  } catch (error) {
    const { MongoOperationTimeoutError } = await import("mongodb");
    if (error instanceof MongoOperationTimeoutError) return null;
    throw error;
  }
}

function canaries(mongo: MongoClient) {
  return mongo.db("kaleem").collection<{ _id: string; mark: string }>("recovery");
}
