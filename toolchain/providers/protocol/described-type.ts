import { isDeepStrictEqual } from "node:util";
import type { CheckFailure, ResourceType } from "./resource-type.ts";
import { hasUnknown, isPropertyMap, reveal, Secret, unknown } from "./value.ts";
import type { PropertyMap, Value } from "./value.ts";

/** What the program may give as one property. */
export interface Input {
  readonly kind: "text" | "number" | "boolean" | "list" | "object";
  readonly required?: true;
  /** What the plugin takes it for when it is left out. */
  readonly fallback?: Value;
  /** `replace`: a change asks for another resource. `ignored`: a change is not seen, as with the official plugin. @default "update" */
  readonly onChange?: "replace" | "ignored";
}

/** A client, and when to give up. */
export interface Api<Client> {
  readonly client: Client;
  readonly signal: AbortSignal;
}

/** A resource type as data, and its four calls. */
export interface TypeDescription<Client> {
  /** Such as `cloudflare:index/dnsRecord:DnsRecord`. */
  readonly token: string;
  readonly inputs: Readonly<Record<string, Input>>;
  /** What the API answers besides. */
  readonly computed: readonly string[];
  /** Of these, what a change makes unknown until it is done, and what is named beside it. */
  readonly renewed: readonly string[];
  /** Of these, what is encrypted in the state. */
  readonly secret?: readonly string[];
  readonly create: (
    api: Api<Client>,
    inputs: PropertyMap,
  ) => Promise<{ readonly id: string; readonly outputs: PropertyMap }>;
  /** `undefined` when it is gone. `state` is empty when a resource is imported, whose id then says all. */
  readonly read: (
    api: Api<Client>,
    id: string,
    state: PropertyMap,
  ) => Promise<{ readonly id: string; readonly outputs: PropertyMap } | undefined>;
  readonly update: (
    api: Api<Client>,
    id: string,
    inputs: PropertyMap,
    state: PropertyMap,
  ) => Promise<PropertyMap>;
  readonly remove: (api: Api<Client>, id: string, state: PropertyMap) => Promise<void>;
  /** What a change has to be known of, beyond what the properties say. */
  readonly preview?: (inputs: PropertyMap) => PropertyMap;
}

/** The resource type of a description, as the engine calls it. */
export function describedType<Client>(
  description: TypeDescription<Client>,
  client: () => Client,
): ResourceType {
  const { token, inputs: known, computed, renewed } = description;
  const named = (outputs: PropertyMap): PropertyMap =>
    Object.fromEntries(
      Object.entries(outputs)
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([key, value]) => [
          key,
          description.secret?.includes(key) === true && value !== undefined && !(value instanceof Secret)
            ? new Secret(value)
            : value,
        ]),
    );
  return {
    token,

    check: ({ news }) => ({ inputs: news, failures: failuresOf(token, known, news) }),

    diff: ({ state, news }) => {
      const changed = Object.entries(known).flatMap(([key, { onChange, fallback }]) => {
        // What the program leaves out stays as it is, unless it had been given and the plugin knows what it then falls back to.
        const wanted = news[key] ?? fallback;
        const differs = wanted !== undefined && onChange !== "ignored" && !isSame(state[key], wanted);
        return differs ? [key] : [];
      });
      const replaces = changed.filter((key) => known[key]?.onChange === "replace");
      if (changed.length === 0) return { changes: "none" };
      return {
        changes: "some",
        diffs: [...changed, ...renewed].sort(),
        ...(replaces.length === 0 ? {} : { replaces }),
      };
    },

    async create({ inputs, preview }, { signal }) {
      if (preview) {
        const later = Object.fromEntries(computed.map((key) => [key, unknown]));
        return { id: "", properties: { ...fallbacks(known), ...inputs, ...later } };
      }
      const { id, outputs } = await description.create({ client: client(), signal }, inputs);
      return { id, properties: named({ ...fallbacks(known), ...inputs, ...outputs }) };
    },

    async read({ id, state, inputs }, { signal }) {
      const found = await description.read({ client: client(), signal }, id, state);
      if (found === undefined) return undefined;
      const properties = { ...state, ...found.outputs };
      const given = Object.keys(inputs).length === 0 ? Object.keys(known) : Object.keys(inputs);
      return {
        id: found.id,
        properties: named(properties),
        inputs: Object.fromEntries(
          given.flatMap((key) => {
            const value = properties[key] ?? inputs[key];
            return value === undefined || value === null ? [] : [[key, value]];
          }),
        ),
      };
    },

    async update({ id, state, news, preview }, { signal }) {
      if (preview) {
        const later = Object.fromEntries(renewed.map((key) => [key, unknown]));
        return named({ ...state, ...news, ...later });
      }
      const outputs = await description.update({ client: client(), signal }, id, news, state);
      return named({ ...state, ...news, ...outputs });
    },

    async delete({ id, state }, { signal }) {
      await description.remove({ client: client(), signal }, id, state);
    },
  };
}

type Known = Readonly<Record<string, Input>>;

function fallbacks(known: Known): PropertyMap {
  return Object.fromEntries(
    Object.entries(known).flatMap(([key, { fallback }]) => (fallback === undefined ? [] : [[key, fallback]])),
  );
}

/** Of an object only what the program gives is compared: the service adds to it. What is secret is compared by what it wraps. */
function isSame(old: Value | undefined, value: Value): boolean {
  if (hasUnknown(value) || old === undefined) return false;
  const [before, after] = [reveal(old), reveal(value)];
  if (!isPropertyMap(before) || !isPropertyMap(after)) return isDeepStrictEqual(before, after);
  return Object.entries(after).every(([key, each]) => isDeepStrictEqual(before[key], each));
}

/** Values are never shown: the engine prints a property's value beside it, too. */
function failuresOf(token: string, known: Known, news: PropertyMap): CheckFailure[] {
  const [provider = ""] = token.split(":");
  const strange = Object.keys(news).filter((key) => !Object.hasOwn(known, key) && key !== "__defaults");
  return [
    ...strange.map((key) => ({
      reason: `${key}: the stand-in ${provider} provider does not know this property of ${token}; it knows ${Object.keys(known).sort().join(", ")}. Use the official ${provider} plugin for it.`,
    })),
    ...Object.entries(known).flatMap(([key, { kind, required }]) => {
      const value = reveal(news[key] ?? null);
      if (value === null)
        return required === true ? [{ reason: `${key}: is missing; expected a ${kind}.` }] : [];
      return value === unknown || isOf(kind, value) ? [] : [{ reason: `${key}: expected a ${kind}.` }];
    }),
  ];
}

function isOf(kind: Input["kind"], value: Value): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "list":
      return Array.isArray(value);
    case "object":
      return isPropertyMap(value);
    default:
      return kind satisfies never;
  }
}
