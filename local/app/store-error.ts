/** What the sample application works with: the stores, and the service that makes vectors. */
export type StoreName = "mongo" | "redis" | "qdrant" | "rabbitmq" | "minio" | "embedding";

/**
 * A store did not do what it was asked.
 * `away`: no answer, or not in time; what was asked may or may not have happened.
 * `refused`: it does not take the password.
 * `failed`: it answered, but with an error, such as a full disk.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly store: StoreName;
  readonly kind: "away" | "refused" | "failed";

  constructor(store: StoreName, kind: StoreError["kind"], message: string, cause?: unknown) {
    super(message, { cause });
    this.store = store;
    this.kind = kind;
  }
}
