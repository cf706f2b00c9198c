import type { Db, MongoClient } from "mongodb";

/** The server's codes. */
const commandNotFound = 59;
const userWritesBlocked = 371;

const durable = { writeConcern: { w: "majority", journal: true, wtimeoutMS: 10_000 } } as const;

/** What of a client writes the canary. */
type Canaries = Pick<MongoClient, "db">;

/**
 * Lets the server refuse all users' writes, or take them again; root and what restores may write all the same. MongoDB keeps the state in its
 * data, over a restart too. Null: nothing is needed to lift it.
 */
export async function blockUsersWrites(admin: Pick<Db, "command">, global: boolean): Promise<null> {
  try {
    await admin.command({ setUserWriteBlockMode: 1, global });
  } catch (error) {
    if (codeOf(error) !== commandNotFound) throw error;
    // Nothing to lift, then; who wants it to refuse must know that it does not.
    if (global)
      throw new Error("mongo: this server cannot refuse users' writes; MongoDB 6.0 and later can", {
        cause: error,
      });
  }
  return null;
}

/** Writes the canary, while users' writes are refused as root: a point is never more wanted than then. */
export async function writeCanary(
  backup: Canaries,
  root: () => Promise<Canaries>,
  mark: string,
): Promise<void> {
  const write = async (client: Canaries): Promise<void> => {
    const canaries = client.db("recovery").collection<{ _id: string; mark: string }>("canary");
    await canaries.replaceOne({ _id: "canary" }, { mark }, { upsert: true, ...durable });
  };
  try {
    await write(backup);
  } catch (error) {
    if (codeOf(error) !== userWritesBlocked) throw error;
    await write(await root());
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
