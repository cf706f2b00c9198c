import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { calendar } from "../../../components/agent/calendar.ts";
import {
  alertUnit,
  dumpCalendars,
  dumpUnits,
  maintenanceUnits,
  pointUnits,
  proveUnits,
  imagesUnits,
  restoreTestUnits,
  shipDumpsUnits,
  shipUnits,
} from "../../../components/agent/units.ts";
import { reserveUnits } from "../../../components/agent/reserve-units.ts";
import { oplogUnit } from "../../../components/agent/oplog-unit.ts";
import { imageServerUnit } from "../../../components/agent/image-server.ts";
import type { BackupSettings } from "../../../components/config/schema.ts";
import { jobs, type Job } from "../../../contract/jobs.ts";
import { renderIni } from "../../../components/text/ini.ts";
import { needTool } from "../support/tools.ts";

const settings: BackupSettings = {
  pointEvery: "5m",
  shipEvery: "15m",
  pauseLimit: "2s",
  shipTimeout: "4m",
  keep: { within: "48h", daily: 7, weekly: 4, monthly: 6 },
  keepOffsite: { within: "360h", daily: 7, weekly: 4, monthly: 6 },
  lockFor: "336h",
  images: true,
  dumps: {},
  oplog: true,
};
const point = pointUnits(settings);
const ship = shipUnits(settings);
const dump = dumpUnits({ mongo: ["00:00", "12:00"], redis: ["02:00"], qdrant: ["12:00"], n8n: [] });
const rendered = {
  "kaleem-point.service": renderIni(point.service),
  "kaleem-point.timer": renderIni(point.timer),
  "kaleem-ship.service": renderIni(ship.service),
  "kaleem-ship.timer": renderIni(ship.timer),
  ...Object.fromEntries(
    Object.entries(maintenanceUnits()).flatMap(([name, units]) => [
      [`kaleem-${name}.service`, renderIni(units.service)],
      [`kaleem-${name}.timer`, renderIni(units.timer)],
    ]),
  ),
  "kaleem-prove.service": renderIni(proveUnits().service),
  "kaleem-prove.timer": renderIni(proveUnits().timer),
  "kaleem-restore-test.service": renderIni(restoreTestUnits().service),
  "kaleem-restore-test.timer": renderIni(restoreTestUnits().timer),
  "kaleem-images.service": renderIni(imagesUnits().service),
  "kaleem-images.timer": renderIni(imagesUnits().timer),
  "kaleem-dump.service": renderIni(dump.service),
  "kaleem-dump.timer": renderIni(dump.timer),
  "kaleem-ship-dumps.service": renderIni(shipDumpsUnits().service),
  "kaleem-ship-dumps.timer": renderIni(shipDumpsUnits().timer),
  "kaleem-image-server.service": renderIni(imageServerUnit),
  "kaleem-oplog.service": renderIni(oplogUnit),
  "kaleem-reserve.service": renderIni(reserveUnits.service),
  "kaleem-reserve.timer": renderIni(reserveUnits.timer),
  "kaleem-alert@.service": renderIni(alertUnit),
};

test("the units are the ones that were reviewed", () => {
  const golden = new URL("../../golden/units.txt", import.meta.url);
  const text = Object.entries(rendered)
    .map(([name, unit]) => `### ${name}\n${unit}`)
    .join("\n");
  if (process.env["UPDATE_GOLDEN"]) writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, "utf8"));
});

test("every job of the list has a unit that runs its command, and none is ended for taking long", () => {
  const units: Readonly<Record<string, string>> = rendered;
  for (const [name, { command }] of Object.entries(jobs)) {
    const unit = units[`kaleem-${name}.service`] ?? "";
    assert.match(unit, new RegExp(`^ExecStart=\\S+ ${command.join(" ")}$`, "m"));
    assert.match(unit, /^TimeoutStartSec=infinity$/m);
  }
});

test("a point that was taken is shipped at once, and the timer of shipping only catches up between the points", () => {
  assert.match(rendered["kaleem-point.service"], /^OnSuccess=kaleem-ship\.service$/m);
  assert.match(rendered["kaleem-ship.timer"], /^OnCalendar=\*-\*-\* \*:07\/15:30$/m);
  const units: Readonly<Record<string, string>> = rendered;
  for (const [name, { follows }] of Object.entries(jobs as Readonly<Record<string, Job>>)) {
    if (follows !== undefined)
      assert.match(
        units[`kaleem-${follows}.service`] ?? "",
        new RegExp(`^OnSuccess=kaleem-${name}\\.service$`, "m"),
      );
  }
});

test("who gives way to others has not failed for it: its record counts how often", () => {
  for (const [name, unit] of Object.entries(rendered))
    if (/-(?:ship|prove|forget|prune|check|restore-test|images|dump|ship-dumps)\S*\.service$/.test(name))
      assert.match(unit, /^SuccessExitStatus=75$/m, name);
  assert.doesNotMatch(rendered["kaleem-point.service"], /^SuccessExitStatus/m);
});

test("one timer has every time at which something is dumped, once, in UTC; dumps leave processor and disk to others", () => {
  const calendars = rendered["kaleem-dump.timer"].match(/^OnCalendar=.*$/gm);
  assert.deepEqual(calendars, [
    "OnCalendar=*-*-* 00:00:00 UTC",
    "OnCalendar=*-*-* 02:00:00 UTC",
    "OnCalendar=*-*-* 12:00:00 UTC",
  ]);
  assert.deepEqual(dumpCalendars({ mongo: [] }), ["*-*-* 02:40:00 UTC"]);
  for (const unit of [rendered["kaleem-dump.service"], rendered["kaleem-ship-dumps.service"]])
    for (const line of [/^Nice=10$/m, /^CPUWeight=20$/m, /^IOWeight=20$/m]) assert.match(unit, line);
});

test("intervals become calendars", () => {
  assert.equal(calendar("5m"), "*-*-* *:00/5:00");
  assert.equal(calendar("5m", "60s"), "*-*-* *:01/5:00");
  assert.equal(calendar("30s"), "*-*-* *:*:00/30");
  assert.equal(calendar("30s", "15s"), "*-*-* *:*:15/30");
  assert.equal(calendar("6h", "90s"), "*-*-* 00/6:01:30");
});

test("an interval that does not fit evenly, or an offset beyond it, is refused", () => {
  assert.throws(() => calendar("7m"), {
    message: "calendar: 7m does not divide a minute, an hour or a day evenly",
  });
  assert.throws(() => calendar("30s", "45s"), {
    message: "calendar: an offset of 45s does not fit into an interval of 30s",
  });
});

test("systemd fires each calendar exactly as often as asked", () => {
  needTool("systemd-analyze");
  for (const [every, seconds] of [
    ["30s", 30],
    ["5m", 300],
    ["1h", 3600],
  ] as const) {
    const { stdout } = spawnSync(
      "systemd-analyze",
      ["calendar", "--iterations=4", "--base-time=2026-01-01 00:00:00 UTC", calendar(every)],
      { encoding: "utf8", env: { ...process.env, TZ: "UTC" } },
    );
    const times = [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC/g)].map(([, at]) =>
      Date.parse(`${at}Z`),
    );
    assert.equal(times.length, 4, stdout);
    assert.ok(
      times.slice(1).every((time, index) => time - (times[index] ?? 0) === seconds * 1000),
      stdout,
    );
  }
});

/** The programs are not on this machine; what counts here are the keys and their values. */
function verify(units: Record<string, string>, name: string) {
  const folder = mkdtempSync(join(tmpdir(), "units-"));
  for (const [file, unit] of Object.entries(units)) {
    writeFileSync(join(folder, file), unit.replace(/^(Exec\w+=)\S+/gm, "$1/bin/true"));
  }
  return spawnSync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", join(folder, name)], {
    encoding: "utf8",
  });
}

for (const name of [
  "kaleem-point.service",
  "kaleem-ship.service",
  "kaleem-point.timer",
  "kaleem-ship.timer",
  "kaleem-reserve.service",
  "kaleem-restore-test.service",
  "kaleem-images.service",
  "kaleem-dump.service",
  "kaleem-dump.timer",
  "kaleem-image-server.service",
  "kaleem-oplog.service",
] as const) {
  test(`systemd finds nothing wrong with ${name}`, () => {
    needTool("systemd-analyze");
    const { status, stderr } = verify(rendered, name);
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /Unknown|ignoring/i);
  });
}

test("systemd would find a misspelt key", () => {
  needTool("systemd-analyze");
  const poisoned = {
    "poisoned.service": rendered["kaleem-point.service"].replace("TimeoutStartSec", "TimeoutStartSecs"),
  };
  assert.match(verify(poisoned, "poisoned.service").stderr, /Unknown key.*TimeoutStartSecs/);
});

test("whatever becomes of the agent, its containers are unpaused", () => {
  assert.match(rendered["kaleem-point.service"], /^ExecStopPost=\/usr\/local\/bin\/kaleem-agent unpause$/m);
});

test("Node survives the hardening", () => {
  for (const unit of [rendered["kaleem-point.service"], rendered["kaleem-ship.service"]]) {
    assert.doesNotMatch(unit, /MemoryDenyWriteExecute/);
    assert.match(unit, /^SystemCallFilter=@system-service @pkey$/m);
  }
});
