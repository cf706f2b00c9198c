/** What the API refuses, as it words it: a status, and a code with a message. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** A token that is unknown, or may not do what is asked. The API does not say which. */
export const notAllowed = (): Refusal => new Refusal(403, 10_000, "Authentication error");

/** An account or zone that the token knows nothing of. */
export const noRoute = (path: string): Refusal =>
  new Refusal(400, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
