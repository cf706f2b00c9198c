import type { PropertyMap } from "./value.ts";

/**
 * A create or update that left a resource behind which does not work. The engine keeps the resource in the state with
 * the reasons, fails the run, and tries an update the next time.
 */
export class InitializationFailed extends Error {
  readonly id: string;
  readonly properties: PropertyMap;
  readonly reasons: readonly string[];

  constructor(failure: {
    readonly id: string;
    readonly properties: PropertyMap;
    readonly message: string;
    /** What the state remembers. @default [message] */
    readonly reasons?: readonly string[];
  }) {
    super(failure.message);
    this.name = "InitializationFailed";
    this.id = failure.id;
    this.properties = failure.properties;
    this.reasons = failure.reasons ?? [failure.message];
  }
}
