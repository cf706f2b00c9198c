import { unknownValue } from "./stack-view.ts";

/** A resource's inputs as a pack sees them, with a sign where a value is not known yet: reading such a one throws. */
export function knownInputs(inputs: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(inputs).map((key) => [key, known(() => read(inputs, key))]));
}

function known(get: () => unknown): unknown {
  let value: unknown;
  try {
    value = get();
  } catch (error) {
    if (error instanceof Error && error.message.includes("can't be known during preview"))
      return unknownValue;
    throw error;
  }
  // Not `map`: it would read the elements itself, outside of what catches the throw.
  if (Array.isArray(value)) {
    const list: object = value;
    return Array.from({ length: value.length }, (_, index) => known(() => read(list, String(index))));
  }
  return typeof value === "object" && value !== null ? knownInputs(value) : value;
}

function read(from: object, key: string): unknown {
  return (from as Record<string, unknown>)[key];
}
