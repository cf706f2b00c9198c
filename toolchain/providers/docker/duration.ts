const unitNanoseconds: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Reads a duration in Go's form (`1m30s`, `500ms`, `0`) as nanoseconds; `undefined` when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let nanoseconds = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) {
    nanoseconds += Number(amount) * (unitNanoseconds[unit ?? ""] ?? 0);
  }
  return Math.round(nanoseconds);
}

/** Writes nanoseconds in Go's form: `1m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const hours = Math.floor(nanoseconds / 3600e9);
  const minutes = Math.floor((nanoseconds % 3600e9) / 60e9);
  const seconds = `${(nanoseconds % 60e9) / 1e9}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** As `formatDuration`, without trailing zero units: `1m`, `1h`. This is the form that the state holds. */
export function shortDuration(nanoseconds: number): string {
  return formatDuration(nanoseconds).replace(/m0s$/, "m").replace(/h0m$/, "h");
}
