import { randomBytes as draw } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { CheckFailure, ResourceType } from "../protocol/resource-type.ts";
import { hasUnknown, isPropertyMap, Secret, unknown, type PropertyMap } from "../protocol/value.ts";

const inputs = ["keepers", "length"] as const;

/** `random:index/randomBytes:RandomBytes`: bytes that are drawn once, and are secret; every changed input draws others. */
export const randomBytes: ResourceType = {
  token: "random:index/randomBytes:RandomBytes",

  check: ({ news }) => ({ inputs: news, failures: failuresOf(news) }),

  diff: ({ state, news }) => {
    const changed = inputs.filter(
      (key) => hasUnknown(news[key]) || !isDeepStrictEqual(state[key] ?? undefined, news[key] ?? undefined),
    );
    return changed.length === 0
      ? { changes: "none" }
      : { changes: "some", diffs: changed, replaces: changed };
  },

  async create({ inputs: given, preview }) {
    if (preview) return { id: "", properties: { ...given, base64: unknown, hex: unknown } };
    const bytes = draw(typeof given["length"] === "number" ? given["length"] : 0);
    return { id: bytes.toString("base64"), properties: { ...given, ...written(bytes) } };
  },

  async read({ id, state, inputs: known }) {
    const bytes = Buffer.from(id, "base64");
    if (bytes.length === 0 || bytes.toString("base64") !== id)
      throw new Error("random provider: import id: expected the bytes in base64, got something else.");
    if (Object.keys(state).length > 0)
      return { id, properties: { ...state, ...written(bytes) }, inputs: known };
    return { id, properties: { length: bytes.length, ...written(bytes) }, inputs: { length: bytes.length } };
  },
};

function written(bytes: Buffer): PropertyMap {
  return { base64: new Secret(bytes.toString("base64")), hex: new Secret(bytes.toString("hex")) };
}

function failuresOf(news: PropertyMap): CheckFailure[] {
  const { keepers, length } = news;
  const isLength = typeof length === "number" && Number.isInteger(length) && length >= 1;
  return [
    ...Object.keys(news)
      .filter((key) => key !== "__defaults" && !inputs.some((each) => each === key))
      .map((key) => ({
        reason: `${key}: the stand-in random provider does not know this property; it knows ${inputs.join(", ")}. Use the official random plugin for it.`,
      })),
    ...(isLength || length === unknown ? [] : [{ reason: "length: expected a whole number of 1 or more." }]),
    ...(keepers === undefined || keepers === null || keepers === unknown || isPropertyMap(keepers)
      ? []
      : [{ reason: "keepers: expected an object of texts." }]),
  ];
}
