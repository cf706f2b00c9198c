import type { Dependency } from "./dependency.ts";
import { StoreError } from "./store-error.ts";

/** What health says: `ok`, or the sentence of what is wrong, for each thing that the role needs. */
export interface Health {
  readonly ready: boolean;
  readonly draining: boolean;
  readonly stores: Readonly<Record<string, string>>;
}

/** Whether work should come here. Asked anew each time; questions at the same time share one answer. */
export class Readiness {
  readonly #needs: readonly Dependency[];
  #asking: Promise<StoreError[]> | undefined;
  #draining = false;

  constructor(needs: readonly Dependency[]) {
    this.#needs = needs;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on the answer is "not ready", whatever the stores say. */
  startDraining(): void {
    this.#draining = true;
  }

  /** What is wrong with the stores now; empty when nothing is. Ends within about a second. */
  async troubles(): Promise<StoreError[]> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async health(): Promise<Health> {
    const troubles = await this.troubles();
    const stores = this.#needs.map(({ name }): [string, string] => [
      name,
      troubles.find(({ store }) => store === name)?.message ?? "ok",
    ]);
    return {
      ready: troubles.length === 0 && !this.#draining,
      draining: this.#draining,
      stores: Object.fromEntries(stores),
    };
  }

  async #ask(): Promise<StoreError[]> {
    const answers = await Promise.all(
      this.#needs.map(async (need) => {
        try {
          await need.probe();
          return [];
        } catch (error) {
          return [
            error instanceof StoreError ? error : new StoreError(need.name, "failed", String(error), error),
          ];
        }
      }),
    );
    return answers.flat();
  }
}
