import assert from "node:assert/strict";
import test from "node:test";
import { calendar } from "../../../components/agent/calendar.ts";
import { interval } from "../../../components/config/fields.ts";
import type { Duration } from "../../../catalog/quantities.ts";

test("an interval is told to systemd as a calendar, in the unit that it divides", () => {
  const told: Record<string, string> = {
    "5s": "*-*-* *:*:00/5",
    "30s": "*-*-* *:*:00/30",
    "5m": "*-*-* *:00/5:00",
    "30m": "*-*-* *:00/30:00",
    "1h": "*-*-* 00/1:00:00",
    "12h": "*-*-* 00/12:00:00",
    "60s": "*-*-* *:00/1:00",
    "60m": "*-*-* 00/1:00:00",
  };
  for (const [every, expression] of Object.entries(told))
    assert.equal(calendar(every as Duration), expression, every);
  assert.equal(calendar("5m", "60s"), "*-*-* *:01/5:00");
  assert.equal(calendar("1h", "90s"), "*-*-* 00/1:01:30");
});

test("every interval that the settings take has a calendar, and none that they refuse for its length", () => {
  for (const unit of ["s", "m", "h"])
    for (let amount = 1; amount <= 100; amount++) {
      const every = `${amount}${unit}` as Duration;
      if (interval.safeParse(every).success) assert.match(calendar(every), /^\*-\*-\* /, every);
    }
  for (const uneven of ["7m", "45s", "90s", "24h", "500ms"] as const)
    assert.throws(() => calendar(uneven), /does not divide a minute, an hour or a day evenly/, uneven);
});
