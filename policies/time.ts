const spans: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A span as Docker writes it (`1m30s`) in milliseconds; NaN for what is none. */
export function dockerMilliseconds(span: unknown): number {
  if (typeof span !== "string" || !/^(\d+(ms|s|m|h))+$/.test(span)) return Number.NaN;
  return [...span.matchAll(/(\d+)(ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (spans[unit ?? ""] ?? Number.NaN),
    0,
  );
}

/** The interval of a systemd calendar expression such as `*-*-* *:01/5:00`, in milliseconds; NaN for another form. */
export function calendarMilliseconds(expression: string): number {
  const [, hours, minutes, seconds] =
    /^\*-\*-\* (?:\d+\/(\d+):\d+:\d+|\*:\d+\/(\d+):\d+|\*:\*:\d+\/(\d+))$/.exec(expression) ?? [];
  return (
    Number(hours ?? Number.NaN) * 3_600_000 ||
    Number(minutes ?? Number.NaN) * 60_000 ||
    Number(seconds ?? Number.NaN) * 1_000
  );
}

/** Milliseconds as whole minutes, or seconds when there is a rest. */
export function spoken(milliseconds: number): string {
  return milliseconds % 60_000 === 0 ? `${milliseconds / 60_000}m` : `${milliseconds / 1_000}s`;
}
