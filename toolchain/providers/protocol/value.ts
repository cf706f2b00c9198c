/** Signature key that marks an object as a special value in the engine's JSON encoding. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
/** Signature of a wrapped secret: `{ [signatureKey]: secretSignature, value }`. */
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** Signature of an output value: `{ [signatureKey]: outputSignature, value?, secret?, dependencies? }`. */
export const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** Signature of an asset; assets reach a resource type as plain objects. */
export const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
/** Signature of an archive; archives reach a resource type as plain objects. */
export const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
/** The engine's text for a value that is not known yet (previews only). */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value that the engine must encrypt. Only providers that accept secrets ever receive one. */
export class Secret {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** A value that is not known yet. There is one instance, `unknown`: compare with `===`. */
export class Unknown {
  readonly unknown = true;
}

/** The one instance of `Unknown`. */
export const unknown = new Unknown();

/** What a property holds: JSON, a secret, or an unknown. */
export type Value = null | boolean | number | string | readonly Value[] | PropertyMap | Secret | Unknown;

/** An object of properties. A property that is `undefined` is not sent. */
export interface PropertyMap {
  readonly [property: string]: Value | undefined;
}

/** Whether a value is an object of properties (no list, secret or unknown). */
export function isPropertyMap(value: Value | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

/** Whether a value is a list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether a value is, or holds at any depth, an unknown. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === unknown) return true;
  if (value instanceof Secret) return hasUnknown(value.value);
  if (isList(value)) return value.some(hasUnknown);
  return isPropertyMap(value) && Object.values(value).some(hasUnknown);
}

/** The value with every secret, at any depth, replaced by what it wraps. */
export function reveal(value: Value): Value {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map(reveal);
  return isPropertyMap(value) ? revealMap(value) : value;
}

/** As `reveal`, for an object of properties. */
export function revealMap(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) => (value === undefined ? [] : [[key, reveal(value)]])),
  );
}
