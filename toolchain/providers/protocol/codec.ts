import type { JavaScriptValue, Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb.js";
import { Struct } from "./proto.ts";
import {
  isList,
  isPropertyMap,
  outputSignature,
  Secret,
  secretSignature,
  signatureKey,
  unknown,
  Unknown,
  unknownText,
} from "./value.ts";
import type { PropertyMap, Value } from "./value.ts";

/** Reads properties as the engine sends them; an absent struct is `{}`. Output values become secrets, unknowns or plain values. */
export function decode(struct: StructMessage | undefined): PropertyMap {
  return struct === undefined ? {} : decodeMap(struct.toJavaScript());
}

/** Writes properties as the engine expects them: `undefined` properties left out, `null` kept. */
export function encode(properties: PropertyMap): StructMessage {
  return Struct.fromJavaScript(encodeMap(properties));
}

/** As `decode`, from the JSON form of the struct. */
export function decodeMap(json: { readonly [key: string]: unknown }): PropertyMap {
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, decodeValue(value)]));
}

/** As `encode`, to the JSON form of the struct. */
export function encodeMap(properties: PropertyMap): { [key: string]: JavaScriptValue } {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, encodeValue(value)]],
    ),
  );
}

function decodeValue(json: unknown): Value {
  if (json === unknownText) return unknown;
  if (json === null || typeof json === "string" || typeof json === "number" || typeof json === "boolean")
    return json;
  if (Array.isArray(json)) return json.map(decodeValue);
  if (typeof json !== "object")
    throw new Error(`The engine sent a value of type ${typeof json}, which is no JSON.`);
  const fields = Object.fromEntries(Object.entries(json));
  switch (fields[signatureKey]) {
    case secretSignature:
      return new Secret(decodeValue(fields["value"] ?? null));
    case outputSignature: {
      const value = "value" in fields ? decodeValue(fields["value"]) : unknown;
      return fields["secret"] === true ? new Secret(value) : value;
    }
    default:
      return decodeMap(fields);
  }
}

function encodeValue(value: Value): JavaScriptValue {
  if (value instanceof Unknown) return unknownText;
  if (value instanceof Secret) {
    // The engine refuses a secret around an unknown in the state; an unknown is never shown anyway.
    if (value.value === unknown) return unknownText;
    return { [signatureKey]: secretSignature, value: encodeValue(value.value) };
  }
  if (isList(value)) return value.map(encodeValue);
  return isPropertyMap(value) ? encodeMap(value) : value;
}
