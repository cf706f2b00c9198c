/** A number that a store's engine says of itself, under the name that the field's exporter gives it where there is one. */
export interface StoreNumber {
  readonly name: string;
  readonly help: string;
  /** A counter only grows, until the engine starts anew. */
  readonly kind: "counter" | "gauge";
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
