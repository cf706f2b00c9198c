import type { StoreName } from "./store-error.ts";

/** What a role cannot work without. Every call ends within seconds and fails with a `StoreError`. */
export interface Dependency {
  readonly name: StoreName;
  /** Proves that it answers, takes our password and would do what we need of it. */
  probe(): Promise<void>;
  /** Returns once its connections are closed. */
  close(): Promise<void>;
}
