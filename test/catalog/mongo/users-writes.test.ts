import assert from "node:assert/strict";
import { test } from "node:test";
import type { Db, MongoClient } from "mongodb";
import { blockUsersWrites, writeCanary } from "../../../catalog/mongo/users-writes.ts";

/** What only a mongod knows is tested by the shape that its driver documents: the commands, and the server's codes. */
class ServerError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
const blocked = new ServerError(371, "User writes blocked");

function server(answer: () => Promise<object>) {
  const asked: unknown[] = [];
  const admin = {
    command: (command: unknown) => {
      asked.push(command);
      return answer();
    },
  } as unknown as Pick<Db, "command">;
  return { admin, asked };
}

function client(write: () => Promise<void>) {
  const written: unknown[] = [];
  const collection = {
    replaceOne: async (...args: unknown[]) => {
      await write();
      written.push(args);
    },
  };
  const mongo = { db: (name: string) => ({ collection: () => (written.push(name), collection) }) };
  return { mongo: mongo as unknown as Pick<MongoClient, "db">, written };
}

const well = () => Promise.resolve();

test("users' writes are refused and taken again by the server's own command", async () => {
  const { admin, asked } = server(() => Promise.resolve({ ok: 1 }));
  assert.equal(await blockUsersWrites(admin, true), null);
  await blockUsersWrites(admin, false);
  assert.deepEqual(asked, [
    { setUserWriteBlockMode: 1, global: true },
    { setUserWriteBlockMode: 1, global: false },
  ]);
});

test("a server that does not know the state cannot be told to refuse, and has nothing to lift in restored data", async () => {
  const { admin } = server(() => Promise.reject(new ServerError(59, "no such command")));
  await assert.rejects(blockUsersWrites(admin, true), {
    message: "mongo: this server cannot refuse users' writes; MongoDB 6.0 and later can",
  });
  await blockUsersWrites(admin, false);
  const refused = server(() => Promise.reject(new ServerError(13, "not authorized")));
  await assert.rejects(blockUsersWrites(refused.admin, false), { message: "not authorized" });
});

test("a canary gets through as root while users' writes are refused, and never otherwise", async () => {
  const root = client(well);
  const backup = client(() => Promise.reject(blocked));
  await writeCanary(backup.mongo, () => Promise.resolve(root.mongo), "mark-1");
  assert.equal(root.written[0], "recovery");
  assert.deepEqual((root.written[1] as unknown[])[1], { mark: "mark-1" });
  await writeCanary(client(well).mongo, () => assert.fail("root was asked for"), "mark-2");
  const down = client(() => Promise.reject(new Error("no primary")));
  await assert.rejects(
    writeCanary(down.mongo, () => assert.fail("root was asked for"), "m"),
    { message: "no primary" },
  );
});
