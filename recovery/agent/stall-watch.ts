import type { ProcessProgress } from "./process-progress.ts";

/** Less than this is no progress: a runtime's own timers write a few bytes, a refreshed lock some kilobytes. */
const leastBytes = 16 * 1024;
/** A program that only reckons, such as a search for what is still in use, moves nothing for a while. */
const leastCpuMs = 2_000;

/**
 * Tells a program that works from one that stands still. How long it takes is never asked: only when it last moved bytes,
 * reckoned, or said that it got on.
 */
export class StallWatch {
  readonly #afterMs: number;
  #mark: { readonly at: number; readonly bytes: number; readonly cpuMs: number };
  #said = "";

  /**
   * @param afterMs For how long it may stand still.
   * @param at Milliseconds of any clock that only goes forward.
   */
  constructor(afterMs: number, at: number) {
    this.#afterMs = afterMs;
    this.#mark = { at, bytes: 0, cpuMs: 0 };
  }

  /** Takes a look into account. @param toldBytes What it has written to us: telling that nothing happens is no progress. */
  look(at: number, { bytes, cpuMs }: ProcessProgress, toldBytes: number): void {
    const moved = bytes - toldBytes;
    if (moved - this.#mark.bytes < leastBytes && cpuMs - this.#mark.cpuMs < leastCpuMs) return;
    this.#mark = { at, bytes: moved, cpuMs };
  }

  /** Takes a status line of `--json` into account: one that tells more than the last one. Other lines tell nothing. */
  line(at: number, text: string): void {
    const said = progressIn(text);
    if (said === null || said === this.#said) return;
    this.#said = said;
    this.#mark = { ...this.#mark, at };
  }

  /** For how long it has stood still, when that is too long. */
  stalledFor(at: number): number | null {
    const stillMs = at - this.#mark.at;
    return stillMs >= this.#afterMs ? stillMs : null;
  }
}

/** What a status line says of bytes and files; null when it says nothing of them. Times and names are left out: they change by themselves. */
function progressIn(line: string): string | null {
  if (!line.startsWith('{"message_type":"status"')) return null;
  let status: Record<string, unknown>;
  try {
    status = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  const counts = [
    "bytes_done",
    "files_done",
    "bytes_restored",
    "files_restored",
    "bytes_skipped",
    "files_skipped",
  ];
  const told = counts.flatMap((name) =>
    typeof status[name] === "number" ? [`${name}=${status[name]}`] : [],
  );
  return told.length === 0 ? null : told.join(" ");
}
