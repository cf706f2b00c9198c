import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { ResourceType } from "../../../../toolchain/providers/protocol/resource-type.ts";
import { decodeMap, encodeMap } from "../../../../toolchain/providers/protocol/codec.ts";
import { randomBytes } from "../../../../toolchain/providers/random/random-bytes.ts";
import { randomId } from "../../../../toolchain/providers/random/random-id.ts";
import { Secret } from "../../../../toolchain/providers/protocol/value.ts";
import { idleContext, type Json } from "../recorded-calls.ts";

interface RecordedCall {
  readonly case: string;
  readonly method: "Check" | "Diff" | "Create" | "Read";
  readonly request: Json;
  readonly response: Json | null;
  readonly error?: string;
}

function recorded(file: string): readonly RecordedCall[] {
  const fixture = new URL(`../../../fixtures/${file}`, import.meta.url);
  return JSON.parse(readFileSync(fixture, "utf8")) as readonly RecordedCall[];
}

const types = [
  { type: randomId, calls: recorded("random-random-id.json"), assertDrawn },
  { type: randomBytes, calls: recorded("random-random-bytes.json"), assertDrawn: assertSecretDrawn },
] as const;

for (const { type, calls, assertDrawn } of types)
  describe(`${type.token} answers as the official plugin did`, () => {
    for (const [index, call] of calls.entries()) {
      it(`${call.method} ${String(index)}: ${call.case}`, async () => {
        if (call.error === undefined) {
          const answer = await replay(type, call);
          const isDrawn = call.method === "Create" && call.request["preview"] !== true;
          if (isDrawn) assertDrawn(answer, call.response ?? {});
          else assert.deepEqual(answer, call.response);
        } else {
          // What follows in the official message is addressed to the plugin's makers.
          await assert.rejects(replay(type, call), { message: call.error.split("\n")[0] ?? "" });
        }
      });
    }
  });

/** Other bytes than the recorded ones, written alike. */
function assertDrawn(answer: Json, recorded: Json): void {
  const [ours, theirs] = [answer["properties"], recorded["properties"]] as [Json, Json];
  assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort());
  // A single byte is the recorded one once in 256 runs.
  if (ours["byteLength"] !== 1) assert.notEqual(ours["hex"], theirs["hex"]);
  const prefix = typeof ours["prefix"] === "string" ? ours["prefix"] : "";
  const bytes = Buffer.from(String(answer["id"]), "base64url");
  assert.equal(bytes.length, ours["byteLength"]);
  assert.equal(ours["hex"], prefix + bytes.toString("hex"));
  assert.equal(ours["dec"], prefix + BigInt(`0x${bytes.toString("hex")}`).toString());
  assert.equal(ours["b64Std"], prefix + bytes.toString("base64"));
  assert.equal(ours["b64Url"], prefix + String(answer["id"]));
}

/** The same of bytes that are secret. */
function assertSecretDrawn(answer: Json, recorded: Json): void {
  const [ours, theirs] = [answer["properties"], recorded["properties"]] as [Json, Json];
  assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort());
  const plain = (of: Json, key: string) => decodeMap(of)[key];
  const [hex, base64] = [plain(ours, "hex"), plain(ours, "base64")];
  assert.ok(hex instanceof Secret && base64 instanceof Secret);
  assert.notDeepEqual(hex, plain(theirs, "hex"));
  const bytes = Buffer.from(String(answer["id"]), "base64");
  assert.deepEqual([hex.value, base64.value], [bytes.toString("hex"), bytes.toString("base64")]);
  assert.equal(bytes.length, ours["length"]);
}

async function replay(type: ResourceType, { method, request }: RecordedCall): Promise<Json> {
  const map = (name: string) => decodeMap((request[name] ?? {}) as Json);
  const context = idleContext(String(request["name"]));
  const id = String(request["id"]);
  switch (method) {
    case "Check": {
      const checked = { news: map("news"), olds: map("olds"), randomSeed: new Uint8Array(32) };
      return { inputs: encodeMap((await type.check(checked, context)).inputs) };
    }
    case "Diff": {
      const known = {
        id,
        state: map("olds"),
        news: map("news"),
        oldInputs: map("oldInputs"),
        ignoreChanges: [],
      };
      const { changes, ...lists } = await type.diff(known, context);
      return { ...lists, changes: changes === "none" ? "DIFF_NONE" : "DIFF_SOME" };
    }
    case "Create": {
      const made = await type.create(
        { inputs: map("properties"), preview: request["preview"] === true },
        context,
      );
      return { ...(made.id === "" ? {} : { id: made.id }), properties: encodeMap(made.properties) };
    }
    case "Read": {
      const found = await type.read?.({ id, state: map("properties"), inputs: map("inputs") }, context);
      assert.ok(found);
      return { id: found.id, properties: encodeMap(found.properties), inputs: encodeMap(found.inputs) };
    }
  }
}
