import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Point } from "../point/points.ts";
import type { RunLimits } from "../restic/run-limits.ts";
import { uploadPace } from "../restic/upload-pace.ts";
import type { AgentContext } from "./context.ts";
import { UnfinishedWrites } from "./unfinished-writes.ts";
import type { Uplink } from "./uplink.ts";

/** What a copy works with. */
export type CopyTools = Pick<AgentContext, "host" | "local" | "offsite" | "log"> & {
  readonly uplink: Uplink;
  readonly limits: RunLimits;
};

/** A batch is as many points as take about this long: then a look at the head, the catalogue, and whether a newer point has come. */
const batchMs = 60_000;
const mostInBatch = 100;

/** Brings points off-site in pieces, each of which is whole there when it has ended. */
export class CopyPoints {
  readonly #tools: CopyTools;
  #msPerPoint: number | null = null;
  #newestCopied = "";
  constructor(tools: CopyTools) {
    this.#tools = tools;
  }

  /** What to copy next of what is missing, newest first: a newest one by itself, since it shortens the loss most; then older ones together. */
  next(missing: readonly Point[]): readonly Point[] {
    const [newest] = missing;
    if (newest === undefined) return [];
    if (newest.instant > this.#newestCopied || this.#msPerPoint === null) return [newest];
    const count = Math.floor(batchMs / Math.max(1, this.#msPerPoint));
    return missing.slice(0, Math.min(mostInBatch, Math.max(1, count)));
  }

  /** @param waiting How many points there are to ship, for the log and for the sentence of a failure. */
  async copy(batch: readonly Point[], waiting: number): Promise<void> {
    const { host, local, offsite, log, uplink, limits } = this.#tools;
    const started = performance.now();
    const pace = uploadPace(await uplink.rate());
    // A rate that cannot be kept is no reason to end a transfer; the next one then goes at the pace that is known.
    let noted: Promise<void> = Promise.resolve();
    const onWritten = (bytes: number, elapsedMs: number): void => {
      noted = noted.then(() => uplink.note(bytes, elapsedMs));
    };
    try {
      await log.phase(
        `copy ${batch.length} of ${waiting}`,
        () =>
          new UnfinishedWrites(host, "offsite").during("copy", () =>
            offsite.copyFrom(
              local,
              batch.map((point) => point.snapshot),
              { ...limits, onWritten },
              pace,
            ),
          ),
        () => (batch.length === 1 ? (batch[0]?.id ?? "") : `${batch.length} points`),
      );
    } catch (error) {
      throw withWaiting(error, waiting);
    } finally {
      await noted;
    }
    this.#msPerPoint = (performance.now() - started) / batch.length;
    const instants = batch.map(({ instant }) => instant);
    this.#newestCopied = [this.#newestCopied, ...instants].sort().at(-1) ?? "";
  }
}

function withWaiting(error: unknown, waiting: number): unknown {
  if (!(error instanceof RecoveryError) || error.exitCode === exitCodes.busy) return error;
  const points = waiting === 1 ? "1 point was waiting" : `${waiting} points were waiting`;
  return new RecoveryError(
    error.exitCode,
    `${error.message} (${points}; what was moved stays, and the next run goes on from there.)`,
    { cause: error },
  );
}
