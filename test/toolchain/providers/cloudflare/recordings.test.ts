import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ApiClient } from "../../../../toolchain/providers/cloudflare/api-client.ts";
import { descriptions } from "../../../../toolchain/providers/cloudflare/cloudflare-provider.ts";
import { describedType } from "../../../../toolchain/providers/protocol/described-type.ts";
import { decodeMap, encodeMap } from "../../../../toolchain/providers/protocol/codec.ts";
import type { ResourceType } from "../../../../toolchain/providers/protocol/resource-type.ts";
import { idleContext, type Json } from "../recorded-calls.ts";
import { type Exchange, recordedApi } from "./recorded-api.ts";

/** A call that the official plugin answered, what it asked the API for it, and its answer. */
interface RecordedCall {
  readonly type: string;
  readonly case: string;
  readonly method: "Check" | "Diff" | "Create" | "Read" | "Update" | "Delete";
  readonly request: Json;
  readonly response: Json;
  readonly error?: string;
  readonly http?: readonly Exchange[];
}

const fixture = new URL("../../../fixtures/cloudflare.json", import.meta.url);
const calls = JSON.parse(readFileSync(fixture, "utf8")) as readonly RecordedCall[];

for (const description of descriptions) {
  describe(`${description.token} asks and answers as the official plugin did`, () => {
    const own = calls.filter(({ type }) => type === description.token);
    it("was recorded", () => assert.ok(own.length > 10));
    for (const [index, call] of own.entries()) {
      it(`${call.method} ${String(index)}: ${call.case}`, async () => {
        // The official plugin repeats a 409 for minutes, to the same end; the stand-in says it at once.
        const api = await recordedApi(call.http ?? []);
        const client = new ApiClient({ baseUrl: api.baseUrl, token: "token" });
        const type = describedType(description, () => client);
        try {
          if (call.error === undefined) {
            assert.deepEqual(plain(await replay(type, call)), plain(call.response));
          } else {
            await assert.rejects(replay(type, call), (error: Error) => {
              assert.equal(
                error.message.replace(api.baseUrl, "http://<emulator>"),
                message(call.error ?? ""),
              );
              return true;
            });
          }
        } finally {
          await api.end();
        }
      });
    }
  });
}

function message(recorded: string): string {
  return recorded.replace("rpc error: code = Unknown desc = ", "");
}

/** Lists whose order has no meaning in one order. */
function plain(answer: Json): Json {
  const { diffs } = answer;
  return Array.isArray(diffs) ? { ...answer, diffs: [...(diffs as string[])].sort() } : answer;
}

async function replay(type: ResourceType, { method, request }: RecordedCall): Promise<Json> {
  const map = (name: string) => decodeMap((request[name] ?? {}) as Json);
  const context = idleContext(String(request["name"]));
  const id = String(request["id"]);
  const preview = request["preview"] === true;
  switch (method) {
    case "Check": {
      const checked = { news: map("news"), olds: map("olds"), randomSeed: new Uint8Array(32) };
      const { inputs, failures } = await type.check(checked, context);
      assert.deepEqual(failures, []);
      return { inputs: encodeMap(inputs) };
    }
    case "Diff": {
      const known = {
        id,
        state: map("olds"),
        news: map("news"),
        oldInputs: map("oldInputs"),
        ignoreChanges: [],
      };
      const { changes, diffs, replaces } = await type.diff(known, context);
      return {
        changes: changes === "none" ? "DIFF_NONE" : "DIFF_SOME",
        ...(diffs === undefined ? {} : { diffs }),
        ...(replaces === undefined ? {} : { replaces }),
      };
    }
    case "Create": {
      const made = await type.create({ inputs: map("properties"), preview }, context);
      return { ...(made.id === "" ? {} : { id: made.id }), properties: encodeMap(made.properties) };
    }
    case "Read": {
      const found = await type.read?.({ id, state: map("properties"), inputs: map("inputs") }, context);
      if (found === undefined) return { properties: {}, inputs: {} };
      return { id: found.id, properties: encodeMap(found.properties), inputs: encodeMap(found.inputs) };
    }
    case "Update": {
      const known = { id, state: map("olds"), news: map("news"), oldInputs: map("oldInputs") };
      const updated = await type.update?.({ ...known, ignoreChanges: [], preview }, context);
      return { properties: encodeMap(updated ?? {}) };
    }
    case "Delete":
      await type.delete?.({ id, state: map("properties"), oldInputs: map("oldInputs") }, context);
      return {};
  }
}
