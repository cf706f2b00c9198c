import { dot, normalized } from "./cosine.ts";
import type { CollectionConfig } from "./collection-config.ts";
import type { OperationLog } from "./operation-log.ts";
import type { Operation, Point, PointId } from "./point.ts";
import { QdrantError } from "./qdrant-error.ts";

/** A point in memory. */
export interface Held {
  readonly point: Point;
  readonly unit: Float32Array;
  readonly version: number;
}

/** A point that a search found. */
export interface Hit extends Held {
  readonly score: number;
}

/** Points of one collection: in memory for reading, in its log for keeps. Reads see what is durable, nothing else. */
export class Collection {
  readonly name: string;
  readonly config: CollectionConfig;
  readonly #log: OperationLog;
  readonly #points = new Map<PointId, Held>();
  #operations = 0;

  constructor(name: string, config: CollectionConfig, log: OperationLog, operations: readonly Operation[]) {
    this.name = name;
    this.config = config;
    this.#log = log;
    for (const operation of operations) this.#apply(operation);
  }

  get size(): number {
    return this.#points.size;
  }

  /** Whether most of the log is about points that have changed since. */
  get isLogLong(): boolean {
    return this.#operations > 2 * this.#points.size + 1000;
  }

  get(id: PointId): Held | undefined {
    return this.#points.get(id);
  }

  /** Sorted by id, numbers first, as Qdrant scrolls. */
  sorted(): Held[] {
    return [...this.#points.values()].sort((left, right) => compareIds(left.point.id, right.point.id));
  }

  /** Durable when it resolves; gives the operation's number. */
  async change(operation: Operation): Promise<number> {
    if ("upsert" in operation) for (const { vector } of operation.upsert) this.#checkSize(vector);
    await this.#log.append(operation);
    return this.#apply(operation);
  }

  /** Everything anew, as a snapshot has it. */
  async replace(points: readonly Point[]): Promise<void> {
    for (const { vector } of points) this.#checkSize(vector);
    const operations = points.map((point): Operation => ({ upsert: [point] }));
    await this.#log.replace(operations);
    this.#points.clear();
    for (const operation of operations) this.#apply(operation);
  }

  /** Makes the log as short as the points are. */
  async shorten(): Promise<void> {
    await this.replace(this.sorted().map(({ point }) => point));
  }

  /** The nearest points, best first. */
  search(vector: readonly number[], limit: number, offset: number): Hit[] {
    this.#checkSize(vector);
    const wanted = normalized(vector);
    return [...this.#points.values()]
      .map((held): Hit => ({ ...held, score: dot(held.unit, wanted) }))
      .sort((left, right) => right.score - left.score)
      .slice(offset, offset + limit);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #apply(operation: Operation): number {
    const version = this.#operations++;
    if ("upsert" in operation) {
      for (const point of operation.upsert) {
        this.#points.set(point.id, { point, unit: normalized(point.vector), version });
      }
    } else for (const id of operation.delete) this.#points.delete(id);
    return version;
  }

  #checkSize(vector: readonly number[]): void {
    const { size } = this.config.vectors;
    if (vector.length === size) return;
    throw QdrantError.wrongInput(`Vector dimension error: expected dim: ${size}, got ${vector.length}`);
  }
}

/** Numbers before UUIDs, each in their own order. Pure. */
export function compareIds(left: PointId, right: PointId): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === typeof right) return left < right ? -1 : left > right ? 1 : 0;
  return typeof left === "number" ? -1 : 1;
}
