import type { Permission } from "./permissions.ts";

/** One call of the API, read. */
export interface Call {
  readonly method: string;
  /** The path's parts, without `client/v4`. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `{}` when nothing was sent. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Throws what the API refuses a token with that lacks the permission. */
  readonly demand: (permission: Permission) => void;
}

/** What is answered: the result, and, of a list, where it ends. */
export interface Answer {
  readonly result: unknown;
  readonly resultInfo?: Readonly<Record<string, unknown>>;
}
