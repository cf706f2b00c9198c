import { isList, isPropertyMap, unknown } from "../../protocol/value.ts";
import type { PropertyMap, Value } from "../../protocol/value.ts";
import { parseDuration } from "../duration.ts";

// How planned properties are read for Docker: what is unknown or null was left out by the program.

/** The block at a property, `undefined` when it was left out. */
export function block(properties: PropertyMap, key: string): PropertyMap | undefined {
  const value = properties[key];
  return isPropertyMap(value) ? value : undefined;
}

/** The blocks at a property, none when it was left out. */
export function blocks(properties: PropertyMap, key: string): readonly PropertyMap[] {
  const value = properties[key];
  return isList(value) ? value.filter(isPropertyMap) : [];
}

/** The texts at a property, none when it was left out. */
export function textList(properties: PropertyMap, key: string): string[] {
  const value = properties[key];
  return isList(value) ? value.map(String) : [];
}

/** The text at a property, "" when it was left out. */
export function textOf(properties: PropertyMap, key: string): string {
  const value = properties[key];
  return typeof value === "string" ? value : "";
}

/** The number at a property, 0 when it was left out. */
export function numberOf(properties: PropertyMap, key: string): number {
  const value = properties[key];
  return typeof value === "number" ? value : 0;
}

/** The duration at a property in nanoseconds, 0 when it was left out. */
export function nanosecondsOf(properties: PropertyMap, key: string): number {
  return parseDuration(textOf(properties, key)) ?? 0;
}

/** The object of texts at a property, empty when it was left out. */
export function textMap(properties: PropertyMap, key: string): Record<string, string> {
  const entries = Object.entries(block(properties, key) ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Whether a property was given or is known from the state. */
export function isKnown(value: Value | undefined): boolean {
  return value !== undefined && value !== null && value !== unknown;
}
