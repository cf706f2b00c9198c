import type { MongoClient, MongoClientOptions } from "mongodb";
import type { StoreAddress } from "../recovery.ts";

const timeoutMs = 5_000;
export const authenticationFailed = 18;

/** A client by name and password. The caller closes it. */
export function logIn(host: string, username: string, password: string): Promise<MongoClient> {
  return open(host, { auth: { username, password }, authSource: "admin" });
}

/** `login` is null while no password is asked for. The caller closes the client. */
export async function open(host: string, login: MongoClientOptions | null): Promise<MongoClient> {
  const { MongoClient: Driver } = await import("mongodb");
  const mongo = new Driver(`mongodb://${host}:27017/`, {
    ...login,
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
  return mongo;
}

/** Null when the store answers, and refuses this name and password. */
export async function unlessRefused(login: Promise<MongoClient>): Promise<MongoClient | null> {
  try {
    return await login;
  } catch (error) {
    const { MongoServerError } = await import("mongodb");
    if (error instanceof MongoServerError && error.code === authenticationFailed) return null;
    throw error;
  }
}

/** @throws Error naming the secret when it is missing or empty */
export function secretOf(secrets: StoreAddress["secrets"], name: string): string {
  const value = secrets[name] ?? "";
  if (value === "") throw new Error(`mongo: the secret ${name} is missing or empty; run "./kaleem up"`);
  return value;
}
