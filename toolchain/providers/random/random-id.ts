import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { CheckFailure, ResourceType } from "../protocol/resource-type.ts";
import { hasUnknown, isPropertyMap, unknown, type PropertyMap } from "../protocol/value.ts";

const inputs = ["byteLength", "keepers", "prefix"] as const;

/** `random:index/randomId:RandomId`: bytes that are drawn once; every changed input draws others. The value is in the id, so it is no secret. */
export const randomId: ResourceType = {
  token: "random:index/randomId:RandomId",

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
    if (preview) {
      const later = { b64Std: unknown, b64Url: unknown, dec: unknown, hex: unknown, id: unknown };
      return { id: "", properties: { ...given, ...later } };
    }
    const bytes = randomBytes(typeof given["byteLength"] === "number" ? given["byteLength"] : 0);
    return { id: bytes.toString("base64url"), properties: { ...given, ...written(bytes, given["prefix"]) } };
  },

  async read({ id, state, inputs: known }) {
    if (Object.keys(state).length > 0) return { id, properties: state, inputs: known };
    const bytes = Buffer.from(id, "base64url");
    if (bytes.length === 0 || bytes.toString("base64url") !== id)
      throw new Error(
        "Import Random ID Error: While attempting to import a random id there was a decoding error.",
      );
    const byteLength = bytes.length;
    return { id, properties: { byteLength, ...written(bytes, undefined) }, inputs: { byteLength } };
  },
};

/** The prefix stands before each way of writing the bytes, and not before the id. */
function written(bytes: Buffer, prefix: PropertyMap[string]): PropertyMap {
  const before = typeof prefix === "string" ? prefix : "";
  return {
    b64Std: `${before}${bytes.toString("base64")}`,
    b64Url: `${before}${bytes.toString("base64url")}`,
    dec: `${before}${BigInt(`0x0${bytes.toString("hex")}`).toString()}`,
    hex: `${before}${bytes.toString("hex")}`,
    id: bytes.toString("base64url"),
  };
}

function failuresOf(news: PropertyMap): CheckFailure[] {
  const { byteLength, keepers, prefix } = news;
  const isLength = typeof byteLength === "number" && Number.isInteger(byteLength) && byteLength >= 1;
  return [
    ...Object.keys(news)
      .filter((key) => key !== "__defaults" && !inputs.some((each) => each === key))
      .map((key) => ({
        reason: `${key}: the stand-in random provider does not know this property; it knows ${inputs.join(", ")}. Use the official random plugin for it.`,
      })),
    ...(isLength || byteLength === unknown
      ? []
      : [{ reason: "byteLength: expected a whole number of 1 or more." }]),
    ...(keepers === undefined || keepers === null || keepers === unknown || isPropertyMap(keepers)
      ? []
      : [{ reason: "keepers: expected an object of texts." }]),
    ...(prefix === undefined || prefix === null || prefix === unknown || typeof prefix === "string"
      ? []
      : [{ reason: "prefix: expected a text." }]),
  ];
}
