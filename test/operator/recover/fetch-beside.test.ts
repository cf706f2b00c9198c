import assert from "node:assert/strict";
import { test } from "node:test";
import { FetchBeside } from "../../../operator/recover/fetch-beside.ts";
import type { RemoteHost } from "../../../operator/ssh/remote-host.ts";
import type { SshRunOptions } from "../../../operator/ssh/ssh.ts";
import { CommandError } from "../../../recovery/host/host-port.ts";
import type { RestoreEvent } from "../../../recovery/restore/journal/event.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import { findings, request } from "../../recovery/restore/phases/findings-fixture.ts";

/** A host whose agent says these events, run by run, and ends with the code. */
class Host implements RemoteHost {
  readonly calls: { readonly argv: readonly string[]; readonly stdin: string }[] = [];
  readonly #runs: (readonly [events: readonly RestoreEvent[], exitCode: number])[];
  constructor(...runs: (readonly [events: readonly RestoreEvent[], exitCode: number])[]) {
    this.#runs = runs;
  }
  async run(argv: readonly string[], options: SshRunOptions = {}): Promise<{ readonly stdout: string }> {
    this.calls.push({ argv, stdin: typeof options.stdin === "string" ? options.stdin : "" });
    const [events, exitCode] = this.#runs[Math.min(this.calls.length, this.#runs.length) - 1] ?? [[], 0];
    for (const event of events) options.onStdoutLine?.(JSON.stringify(event));
    await Promise.resolve();
    if (exitCode !== 0) throw new CommandError(argv, exitCode, "the agent's last words");
    return { stdout: "" };
  }
}

function plan() {
  const planned = planRestore(findings(), request());
  assert.ok(!Array.isArray(planned));
  return planned;
}
const begun: RestoreEvent = { event: "begun", plan: plan(), resumed: false };
const progress: RestoreEvent = { event: "phase-progress", phase: "fetch", bytes: 10e6, totalBytes: 24e6 };
const running: RestoreEvent = {
  event: "refused",
  refusals: [{ code: "running", sentence: "restore: another." }],
};
const ask = { at: "latest", from: "offsite" } as const;

test("asks the agent at low weight, in a scope of its own, and tells how far it is", async () => {
  const host = new Host([[begun, progress, { event: "fetched" }], 0]);
  const fetch = new FetchBeside({ request: ask });
  const told = new Set<string>();
  fetch.watch(() => told.add(fetch.text()));
  assert.deepEqual(await fetch.ended(), { state: "not-begun" });
  fetch.start(host);
  fetch.start(host);
  const end = await fetch.ended();
  assert.equal(end.state, "fetched");
  assert.equal(host.calls.length, 1, "it begins once");
  assert.equal(
    host.calls[0]?.argv.join(" "),
    "systemd-run --scope --quiet --collect --property=IOWeight=20 --property=CPUWeight=20 ionice --class 2 --classdata 7 nice -n 10 /usr/local/bin/kaleem-agent fetch",
  );
  assert.deepEqual(JSON.parse(host.calls[0].stdin), request({ from: "offsite" }));
  assert.ok([...told].includes("fetched 10.0 of 24.0 MB"), [...told].join("; "));
  assert.equal(fetch.text(), "");
  assert.equal(fetch.begun, true);
});

test("what an earlier run has left at work is waited for, and then found done", async () => {
  const host = new Host([[running], 75], [[running], 75], [[begun, { event: "fetched" }], 0]);
  const fetch = new FetchBeside({ request: ask, lookMs: 1 });
  const told = new Set<string>();
  fetch.watch(() => told.add(fetch.text()));
  fetch.start(host);
  assert.equal((await fetch.ended()).state, "fetched");
  assert.equal(host.calls.length, 3);
  assert.ok(told.has("fetch of an earlier run goes on"));
});

test("a fetch that fails is told, and stands against nothing", async () => {
  const refused: RestoreEvent = {
    event: "refused",
    refusals: [{ code: "no-point", sentence: "restore: no point." }],
  };
  for (const [events, code, sentence] of [
    [[refused], 10, "restore: no point."],
    [[begun], 13, "systemd-run failed with exit code 13: the agent's last words"],
    [[begun], 0, "the agent ended without having fetched the point."],
  ] as const) {
    const fetch = new FetchBeside({ request: ask });
    fetch.start(new Host([events, code]));
    const end = await fetch.ended();
    assert.deepEqual([end.state, end.state === "failed" ? end.sentence : ""], ["failed", sentence]);
  }
});

test("who goes away listens no more, and does not wait for another run either", async () => {
  const fetch = new FetchBeside({ request: ask, lookMs: 20 });
  const host = new Host([[running], 75], [[running], 75]);
  const waiting = new Promise<void>((resolve) => {
    fetch.watch(() => {
      if (fetch.text() === "fetch of an earlier run goes on") resolve();
    });
  });
  fetch.start(host);
  await waiting;
  fetch.leave();
  const end = await fetch.ended();
  assert.ok(end.state === "failed");
  assert.match(end.sentence, /nobody waits for the fetch any more/);
});
