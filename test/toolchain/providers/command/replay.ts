import { decodeMap, encodeMap } from "../../../../toolchain/providers/protocol/codec.ts";
import type { DiffResult, ResourceType } from "../../../../toolchain/providers/protocol/resource-type.ts";
import { idleContext, type RecordedCall } from "../recorded-calls.ts";

/** Asks a resource type what the official plugin was asked; the answer in the recordings' form. */
export async function replay(type: ResourceType, call: RecordedCall): Promise<Record<string, unknown>> {
  const context = idleContext(String(call.request["name"]));
  const map = (name: string) => decodeMap((call.request[name] ?? {}) as Record<string, unknown>);
  const id = typeof call.request["id"] === "string" ? call.request["id"] : "";
  switch (call.method) {
    case "Check": {
      const result = await type.check(
        { news: map("news"), olds: map("olds"), randomSeed: new Uint8Array(32) },
        context,
      );
      const failures = result.failures ?? [];
      return { inputs: encodeMap(result.inputs), ...(failures.length === 0 ? {} : { failures }) };
    }
    case "Diff":
      return diffAnswer(
        await type.diff(
          { id, state: map("olds"), news: map("news"), oldInputs: map("oldInputs"), ignoreChanges: [] },
          context,
        ),
      );
    case "Create": {
      const created = await type.create({ inputs: map("properties"), preview: true }, context);
      return { ...(created.id === "" ? {} : { id: created.id }), properties: encodeMap(created.properties) };
    }
    case "Update": {
      if (type.update === undefined) throw new Error("no update");
      const request = { id, state: map("olds"), news: map("news"), oldInputs: map("oldInputs") };
      return {
        properties: encodeMap(await type.update({ ...request, ignoreChanges: [], preview: true }, context)),
      };
    }
    case "Read": {
      const known = { id, state: map("properties"), inputs: map("inputs") };
      const found = type.read === undefined ? known : await type.read(known, context);
      if (found === undefined) return {};
      const properties = "properties" in found ? found.properties : known.state;
      return { id: found.id, properties: encodeMap(properties), inputs: encodeMap(found.inputs) };
    }
    default:
      return call.method satisfies never;
  }
}

/** Random parts made equal and lists without order sorted, so that two answers can be compared. */
export function comparable(
  call: RecordedCall,
  answer: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { id, diffs, ...rest } = answer;
  return {
    ...rest,
    ...(typeof id === "string" ? { id: call.method === "Create" ? id.replace(/[0-9a-f]{8}$/, "") : id } : {}),
    ...(Array.isArray(diffs) ? { diffs: [...(diffs as string[])].sort() } : {}),
  };
}

function diffAnswer(result: DiffResult): Record<string, unknown> {
  const entries = Object.entries(result.detailedDiff ?? {});
  const detailed = Object.fromEntries(
    // The recordings leave out zero values: the kind ADD.
    entries.map(([path, change]) => [path, change.kind === "ADD" ? {} : { kind: change.kind }]),
  );
  return {
    changes: result.changes === "some" ? "DIFF_SOME" : "DIFF_NONE",
    ...(result.diffs?.length ? { diffs: result.diffs } : {}),
    ...(result.replaces?.length ? { replaces: result.replaces } : {}),
    ...(entries.length > 0 ? { detailedDiff: detailed } : {}),
    ...(result.detailedDiff === undefined ? {} : { hasDetailedDiff: true }),
  };
}
