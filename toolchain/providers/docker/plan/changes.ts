import type { DiffKind } from "../../protocol/resource-type.ts";
import type { Value } from "../../protocol/value.ts";
import type { Fields } from "../schema/field.ts";

/** Collects changes by path, and whether one of them asks for a replacement without saying where. */
export class Changes {
  readonly byPath = new Map<string, DiffKind>();
  readonly replaces = new Set<string>();
  /** Paths that show only if something else changed. */
  readonly quirks: string[] = [];

  add(path: string, kind: "ADD" | "DELETE" | "UPDATE", replace: boolean): void {
    this.byPath.set(path, replace ? `${kind}_REPLACE` : kind);
  }
}

/** One value three times: in the state, as planned, and as the program gave it. */
export interface Triple {
  readonly old: Value | undefined;
  readonly planned: Value | undefined;
  readonly given: Value | undefined;
}

/** Compares an object with known properties, and notes what differs. */
export type DiffFields = (
  fields: Fields,
  triple: Triple,
  path: string,
  replace: boolean,
  changes: Changes,
) => void;
