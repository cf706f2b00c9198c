import type { PortableSource } from "../../../catalog/portable/portable.ts";

/** A file as it was read, made up but for what a test says of it. */
export function sourceOf(facts: Partial<PortableSource>): PortableSource {
  return {
    store: "made-up",
    name: "file",
    bytes: 0,
    sha256: "0".repeat(64),
    madeAt: "2025-10-01T03:00:00.000Z",
    version: null,
    parts: [],
    rename: {},
    withoutUsers: false,
    stated: [],
    facts: {},
    leftOut: [],
    ...facts,
  };
}
