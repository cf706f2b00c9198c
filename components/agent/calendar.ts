import type { Duration } from "../../catalog/quantities.ts";
import { milliseconds } from "../../catalog/quantities.ts";

/**
 * systemd's calendar expression for "every so often", counted from the full minute, hour or day; `offset` moves it.
 * Throws for an interval that does not fit evenly, since the calendar would then skip or bunch runs.
 */
export function calendar(every: Duration, offset: Duration = "0s"): string {
  const seconds = milliseconds(every) / 1_000;
  const shift = milliseconds(offset) / 1_000;
  if (shift >= seconds)
    throw new Error(`calendar: an offset of ${offset} does not fit into an interval of ${every}`);
  if (seconds >= 1 && seconds < 60 && 60 % seconds === 0) return `*-*-* *:*:${start(shift)}/${seconds}`;
  const minutes = seconds / 60;
  if (Number.isInteger(minutes) && minutes < 60 && 60 % minutes === 0) {
    return `*-*-* *:${start(Math.floor(shift / 60))}/${minutes}:${start(shift % 60)}`;
  }
  const hours = minutes / 60;
  if (Number.isInteger(hours) && hours < 24 && 24 % hours === 0) {
    return `*-*-* ${start(Math.floor(shift / 3600))}/${hours}:${start(Math.floor((shift % 3600) / 60))}:${start(shift % 60)}`;
  }
  throw new Error(`calendar: ${every} does not divide a minute, an hour or a day evenly`);
}

function start(value: number): string {
  return String(value).padStart(2, "0");
}
