/** One thing to be made durable, and whom to tell. */
interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Makes a batch durable: `undefined` for every item that is, otherwise why it is not; throws when none is. */
export type CommitBatch<Lane, Item> = (
  lane: Lane,
  items: readonly Item[],
) => Promise<readonly (Error | undefined)[]>;

/**
 * Shares slow confirmations among many writes. A lane (a connection) that waits for its disk is blocked; whatever arrives
 * while all lanes are blocked leaves together as soon as one is free, so throughput does not depend on the disk's pace.
 */
export class GroupCommit<Lane, Item> {
  readonly #idle: Lane[];
  readonly #isUsable: (lane: Lane) => boolean;
  readonly #commit: CommitBatch<Lane, Item>;
  #waiting: Waiting<Item>[] = [];

  constructor(lanes: readonly Lane[], isUsable: (lane: Lane) => boolean, commit: CommitBatch<Lane, Item>) {
    this.#idle = [...lanes];
    this.#isUsable = isUsable;
    this.#commit = commit;
  }

  /** Returns once the item is durable; throws what kept it from being so. */
  write(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#waiting.length === 0) return;
    const position = this.#idle.findIndex((lane) => this.#isUsable(lane));
    // No lane idle: the next one that comes back takes the batch. All idle but none usable: the first one says why.
    const [lane] = this.#idle.splice(Math.max(position, 0), 1);
    if (lane === undefined) return;
    const batch = this.#waiting;
    this.#waiting = [];
    void this.#run(lane, batch);
  }

  async #run(lane: Lane, batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      const outcomes = await this.#commit(
        lane,
        batch.map(({ item }) => item),
      );
      batch.forEach(({ resolve, reject }, index) => {
        const problem = outcomes[index];
        if (problem === undefined) resolve();
        else reject(problem);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#idle.push(lane);
      this.#dispatch();
    }
  }
}
