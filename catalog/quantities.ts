/** A size with its unit, such as `512MiB`. */
export type ByteSize = `${number}${"KiB" | "MiB" | "GiB"}`;

/**
 * A span of time with its unit, such as `500ms`, `5s` or `30m`, where `m` is minutes. Tools have forms of their own: none is given this
 * text, each gets its milliseconds in the form that it reads (`dockerDuration`, `calendar`, `forgetArguments`).
 */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}`;

const units = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;
const spans = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A size in bytes. Throws on a text that is none. */
export function bytes(size: ByteSize): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB)$/.exec(size) ?? [];
  if (amount === undefined) throw new Error(`expected a size such as 512MiB, got ${JSON.stringify(size)}`);
  return Math.round(Number(amount) * units[unit as keyof typeof units]);
}

/** A span in milliseconds. Throws on a text that is none. */
export function milliseconds(span: Duration): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(span) ?? [];
  if (amount === undefined) throw new Error(`expected a time such as 30s, got ${JSON.stringify(span)}`);
  return Math.round(Number(amount) * spans[unit as keyof typeof spans]);
}

/** A span as the Docker provider reads it back (`90s` becomes `1m30s`): written otherwise, every service would always look changed. */
export function dockerDuration(span: Duration): string {
  return goDuration(milliseconds(span));
}

/** Milliseconds as Go's tools write them, without units that are zero at the end: `0s`, `250ms`, `1.5s`, `1m30s`, `1h0m30s`, `48h`. People read it too. */
export function goDuration(totalMs: number): string {
  if (totalMs === 0) return "0s";
  if (totalMs < 1_000) return `${totalMs}ms`;
  const hours = Math.floor(totalMs / spans.h);
  const minutes = Math.floor((totalMs % spans.h) / spans.m);
  const seconds = (totalMs % spans.m) / spans.s;
  if (seconds > 0)
    return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes}m` : ""}`;
}
