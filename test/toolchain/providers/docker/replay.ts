import { decodeMap, encodeMap } from "../../../../toolchain/providers/protocol/codec.ts";
import type { ResourceType } from "../../../../toolchain/providers/protocol/resource-type.ts";
import { signatureKey } from "../../../../toolchain/providers/protocol/value.ts";
import { refreshedInputs } from "../../../../toolchain/providers/docker/plan/refreshed-inputs.ts";
import type { ResourceSchema } from "../../../../toolchain/providers/docker/schema/field.ts";
import { idleContext, type Json, type RecordedCall } from "../recorded-calls.ts";

/** Asks a resource type what the official plugin was asked; the answer in the recordings' form. */
export async function replay(type: ResourceType, schema: ResourceSchema, call: RecordedCall): Promise<Json> {
  const map = (name: string) => decodeMap((call.request[name] ?? {}) as Json);
  const context = idleContext(String(call.request["name"]));
  const id = String(call.request["id"]);
  switch (call.method) {
    case "Check": {
      const checked = await type.check(
        { news: map("news"), olds: map("olds"), randomSeed: new Uint8Array(32) },
        context,
      );
      const failures = checked.failures ?? [];
      return { inputs: encodeMap(checked.inputs), ...(failures.length === 0 ? {} : { failures }) };
    }
    case "Diff": {
      const request = { id, state: map("olds"), news: map("news"), oldInputs: {}, ignoreChanges: [] };
      return diffAnswer({ ...(await type.diff(request, context)) });
    }
    case "Create":
      return {
        properties: encodeMap(
          (await type.create({ inputs: map("properties"), preview: true }, context)).properties,
        ),
      };
    case "Update": {
      const request = {
        id,
        state: map("olds"),
        news: map("news"),
        oldInputs: {},
        ignoreChanges: [],
        preview: true,
      };
      return { properties: encodeMap((await type.update?.(request, context)) ?? {}) };
    }
    case "Read":
      return { inputs: encodeMap(refreshedInputs(schema.fields, map("inputs"), map("properties"))) };
  }
}

/** The recordings leave out what is empty, and the kind ADD. */
function diffAnswer(result: Json): Json {
  const { changes, detailedDiff, ...lists } = result;
  const entries = Object.entries((detailedDiff ?? {}) as Readonly<Record<string, { kind: string }>>);
  const detailed = entries.map(([path, { kind }]) => [path, kind === "ADD" ? {} : { kind }]);
  const filled = Object.entries(lists).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value === true,
  );
  return {
    changes: changes === "none" ? "DIFF_NONE" : "DIFF_SOME",
    hasDetailedDiff: true,
    ...Object.fromEntries(filled),
    ...(detailed.length === 0 ? {} : { detailedDiff: Object.fromEntries(detailed) }),
  };
}

/**
 * What two answers must agree in. Lists of objects are sets, or failures whose order the official plugin draws by lot;
 * the random ending of a generated name is made equal; a refresh's `__defaults` are bookkeeping of the official plugin, and its secrets are wrapped later.
 */
export function comparable(call: RecordedCall, answer: Json): unknown {
  const random = call.method === "Check" && Object.keys(call.request["olds"] ?? {}).length === 0;
  const simplify = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return inOrder(value.map((entry) => simplify(entry, "")));
    if (typeof value === "string" && key === "name" && random)
      return value.replace(/-[0-9a-f]{7}$/, "-<random>");
    if (typeof value !== "object" || value === null) return value;
    if (call.method === "Read" && signatureKey in value && "value" in value) return value.value;
    const entries = Object.entries(value).filter(([name]) => call.method !== "Read" || name !== "__defaults");
    return Object.fromEntries(entries.map(([name, entry]) => [name, simplify(entry, name)]));
  };
  return simplify(answer, "");
}

function inOrder(list: unknown[]): unknown[] {
  const isSet = list.every((entry) => typeof entry === "object" && entry !== null);
  return isSet ? list.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)) : list;
}

function sortKey(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === "object" && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}
