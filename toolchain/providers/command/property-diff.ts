import type { DiffKind } from "../protocol/resource-type.ts";
import {
  archiveSignature,
  assetSignature,
  isList,
  isPropertyMap,
  Secret,
  signatureKey,
  unknown,
} from "../protocol/value.ts";
import type { PropertyMap, Value } from "../protocol/value.ts";

/** Differences by path, as `environment.N` or `triggers[0]`. */
export type PropertyDiff = Readonly<Record<string, DiffKind>>;

/**
 * What changed between the last checked inputs and the present ones, as the official plugin answers it: lists and
 * objects by element; a secret, an asset or an unknown as one whole; `null` counts as absent.
 */
export function diffProperties(olds: PropertyMap, news: PropertyMap): PropertyDiff {
  return Object.fromEntries(diffMaps("", olds, news));
}

type Difference = readonly [path: string, kind: DiffKind];

function diffMaps(path: string, olds: PropertyMap, news: PropertyMap): Difference[] {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort();
  return keys.flatMap((key) => diffAt(memberPath(path, key), olds[key], news[key]));
}

function diffAt(path: string, old: Value | undefined, value: Value | undefined): Difference[] {
  const was = old !== undefined && old !== null;
  const is = value !== undefined && value !== null;
  if (!was && !is) return [];
  if (!was) return [[path, "ADD"]];
  if (!is) return [[path, "DELETE"]];
  if (isList(old) && isList(value)) {
    const length = Math.max(old.length, value.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      diffAt(`${path}[${String(index)}]`, old[index], value[index]),
    );
  }
  if (isPropertyMap(old) && isPropertyMap(value) && !isContent(old) && !isContent(value)) {
    return diffMaps(path, old, value);
  }
  return sameValue(old, value) ? [] : [[path, "UPDATE"]];
}

/** An unknown equals nothing: what it turns out to be may differ. */
function sameValue(old: Value | undefined, value: Value | undefined): boolean {
  if (old === unknown || value === unknown) return false;
  if (old instanceof Secret || value instanceof Secret) {
    return old instanceof Secret && value instanceof Secret && sameValue(old.value, value.value);
  }
  if (isList(old) && isList(value)) {
    return old.length === value.length && old.every((element, index) => sameValue(element, value[index]));
  }
  if (isPropertyMap(old) && isPropertyMap(value)) {
    if (isContent(old) || isContent(value)) {
      // The engine leaves the content out of the state: the hash is what stays.
      return old[signatureKey] === value[signatureKey] && old["hash"] === value["hash"];
    }
    const keys = new Set([...Object.keys(old), ...Object.keys(value)]);
    return [...keys].every((key) => sameValue(old[key], value[key]));
  }
  return old === value;
}

function isContent(value: PropertyMap): boolean {
  return value[signatureKey] === assetSignature || value[signatureKey] === archiveSignature;
}

function memberPath(path: string, key: string): string {
  if (path === "") return key;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
