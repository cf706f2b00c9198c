import assert from "node:assert/strict";
import { test } from "node:test";
import type { BringUpRequest, BroughtUp } from "../../../operator/deploy/bring-up.ts";
import type { RestoreAsk } from "../../../operator/agent/restore-stack.ts";
import { RestoreRefused } from "../../../operator/agent/restore-stack.ts";
import {
  recoverStack,
  type RecoverActs,
  type RecoverRequest,
} from "../../../operator/recover/recover-stack.ts";
import type { SshHost } from "../../../operator/ssh/ssh.ts";
import type { SshRunOptions } from "../../../operator/ssh/ssh.ts";
import type { Stack } from "../../../operator/stack/stack.ts";
import { CommandError } from "../../../recovery/host/host-port.ts";
import { layout } from "../../../contract/layout.ts";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import type { RestoreJournal } from "../../../recovery/restore/journal/journal.ts";
import { phaseNames, type PhaseName } from "../../../recovery/restore/plan/phase-name.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import { composeReport } from "../../../recovery/restore/report/record-report.ts";
import type { RestoreReport } from "../../../recovery/restore/report/report.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { findings, request as restoreRequest } from "../../recovery/restore/phases/findings-fixture.ts";

class Killed extends Error {}
const now = new Date("2026-11-20T03:20:00Z");

function newJournal(): RestoreJournal {
  const plan = planRestore(findings(), restoreRequest({ from: "offsite" }));
  assert.ok(!Array.isArray(plan));
  return beginJournal(plan, now);
}

/** A machine, its state and what was done on it: everything that outlives an operator's command. */
class World {
  readonly log: string[] = [];
  declared: "nothing" | "closed" | "open" = "nothing";
  journal: RestoreJournal | null = null;
  serves = false;
  /** Dies at this step, by its number. */
  killAt = Number.POSITIVE_INFINITY;
  /** A restore of an earlier run is at work; it ends when it was looked at so often. */
  looksLeft = 0;
  atItsEnd: () => void = () => undefined;
  #steps = 0;

  /** One thing that lasts; the command may die right before or right after it. */
  step(name: string, change: () => void): void {
    this.#die();
    this.log.push(name);
    change();
    this.#die();
  }

  restart(): void {
    this.#steps = 0;
    this.killAt = Number.POSITIVE_INFINITY;
  }

  #die(): void {
    this.#steps += 1;
    if (this.#steps > this.killAt) throw new Killed();
  }

  settle(name: PhaseName): void {
    this.journal?.phases.push({
      name,
      state: "done",
      startedAt: now.toISOString(),
      seconds: 1,
      bytes: null,
      detail: "",
    });
  }

  isSettled(name: PhaseName): boolean {
    return this.journal?.phases.some((phase) => phase.name === name) === true;
  }

  /** `kaleem-agent fetch`. */
  fetch(say: (line: string) => void): void {
    this.journal ??= newJournal();
    say(JSON.stringify({ event: "begun", plan: this.journal.plan, resumed: false }));
    for (const name of ["locate", "fetch"] as const)
      if (!this.isSettled(name))
        this.step(name, () => {
          this.settle(name);
        });
    say(JSON.stringify({ event: "fetched" }));
  }

  readonly host = {
    target: {},
    run: (argv: readonly string[], options: SshRunOptions = {}) =>
      Promise.resolve().then(() => this.#run(argv, options)),
  } as unknown as SshHost;

  #run(argv: readonly string[], { onStdoutLine = () => undefined }: SshRunOptions): { stdout: string } {
    if (argv.includes("fetch")) this.fetch(onStdoutLine);
    const file = argv.at(-1) ?? "";
    if (argv[0] === "sh" && file.endsWith("restore.lock")) return { stdout: this.#lock() };
    if (argv[0] === "cat") return { stdout: this.#read(file, argv) };
    return { stdout: "" };
  }

  #lock(): string {
    if (this.looksLeft === 0) return "";
    this.looksLeft -= 1;
    if (this.looksLeft === 0) this.atItsEnd();
    return "25 7\n1: FLOCK  ADVISORY  WRITE 1 00:19:7 0 EOF\n";
  }

  #read(file: string, argv: readonly string[]): string {
    const absent = new CommandError(argv, 1, "cat: No such file or directory");
    if (file === layout.lineage && this.serves)
      return JSON.stringify({ lineage: "kaleem-a1", generation: 2, host: "host-new" });
    if (file.endsWith("restore.json") && this.journal !== null) return JSON.stringify(this.journal);
    if (file === layout.closed && !this.serves) return "";
    throw absent;
  }

  readonly acts: RecoverActs = {
    bringUp: async ({ beside, recovering }: BringUpRequest) => {
      assert.equal(recovering, true, "no first install");
      const closed = !this.serves;
      if (closed && beside !== undefined) beside.start(this.host);
      const wanted = closed ? "closed" : "open";
      if (this.declared !== wanted)
        this.step(`declared ${wanted}`, () => {
          this.declared = wanted;
        });
      await Promise.resolve();
      return { host: this.host, data: { closed, reason: "lineage" }, phases: [] } as unknown as BroughtUp;
    },
    restore: async (_host, ask) => {
      assert.ok(
        this.declared === "closed" || this.isSettled("open"),
        "no restore meets running applications",
      );
      this.asks.push(ask);
      this.journal ??= newJournal();
      for (const name of phaseNames)
        if (!this.isSettled(name))
          this.step(name, () => {
            this.settle(name);
            if (name === "open") this.serves = true;
          });
      this.journal.finishedAt = now.toISOString();
      await Promise.resolve();
      return composeReport(this.journal, null, now.toISOString());
    },
  };
  readonly asks: RestoreAsk[] = [];

  recover(more: Partial<RecoverRequest> = {}, acts = this.acts) {
    const stack = { name: "prod" } as Stack;
    return recoverStack(
      { stack, progress: silentProgress, at: "latest", fromScratch: false, host: this.host, ...more },
      acts,
    );
  }
}

const whole = ["declared closed", ...phaseNames, "declared open"].sort();

test("declares and fetches side by side, restores, and tells the state", async () => {
  const world = new World();
  const { report, fetch, serves } = await world.recover();
  assert.equal(report?.verdict, "restored");
  assert.equal(fetch.state, "fetched");
  assert.equal(serves, null);
  assert.deepEqual([...world.log].sort(), whole);
  assert.equal(world.log.filter((step) => step === "fetch").length, 1);
  assert.equal(world.log.at(-1), "declared open");
});

/** Every moment: right before and right after each thing that lasts. */
for (let killAt = 0; killAt <= whole.length * 2; killAt += 1) {
  test(`killed at moment ${killAt}, the next run goes on, and does nothing twice`, async () => {
    const world = new World();
    world.killAt = killAt;
    await world.recover().catch((error: unknown) => {
      assert.ok(error instanceof Killed || /Killed|nobody waits/.test(String(error)), String(error));
    });
    world.restart();
    await world.recover();
    assert.deepEqual([...world.log].sort(), whole, "each once");
    assert.deepEqual([world.serves, world.declared], [true, "open"]);
    const again = await world.recover();
    assert.equal(again.report, null, "a third finds nothing to do");
    assert.deepEqual([...world.log].sort(), whole);
  });
}

test("a restore of an earlier run that is at work is waited for before anything is declared", async () => {
  const world = new World();
  world.declared = "closed";
  world.journal = newJournal();
  for (const name of ["locate", "fetch", "close", "stop"] as const) world.settle(name);
  world.looksLeft = 1;
  world.atItsEnd = () => {
    for (const name of phaseNames) if (!world.isSettled(name)) world.settle(name);
    if (world.journal !== null) world.journal.finishedAt = now.toISOString();
    world.serves = true;
  };
  const { report, serves } = await world.recover();
  assert.equal(report, null);
  assert.equal(serves, "lineage");
  assert.deepEqual(world.log, ["declared open"]);
});

test("a fetch of an earlier run is not waited for: the platform is declared meanwhile", async () => {
  const world = new World();
  world.journal = newJournal();
  world.settle("locate");
  world.looksLeft = 1;
  await world.recover();
  assert.deepEqual(world.log.at(-1), "declared open");
});

test("a restore that begins in between is waited for, and asked again unless it has brought the data", async () => {
  for (const brings of [true, false]) {
    const world = new World();
    let refusals = 0;
    const acts: RecoverActs = {
      ...world.acts,
      restore: (host, ask, steps): Promise<RestoreReport> => {
        if (refusals > 0) return world.acts.restore(host, ask, steps);
        refusals += 1;
        if (brings) {
          world.journal = { ...newJournal(), finishedAt: now.toISOString() };
          world.serves = true;
        }
        return Promise.reject(new RestoreRefused([{ code: "running", sentence: "restore: another." }]));
      },
    };
    const { report, serves } = await world.recover({}, acts);
    assert.equal(report === null, brings);
    assert.equal(serves, brings ? "an earlier run has restored it" : null);
    assert.equal(world.declared, "open");
  }
});

test("any other refusal is the command's, and nothing is opened", async () => {
  const world = new World();
  const refused = new RestoreRefused([{ code: "no-point", sentence: "restore: no point." }]);
  const acts = { ...world.acts, restore: () => Promise.reject(refused) };
  await assert.rejects(world.recover({}, acts), refused);
  assert.equal(world.declared, "closed");
});

test("what the fetch has begun is not discarded by the restore, though it was to begin from scratch", async () => {
  const world = new World();
  await world.recover({ fromScratch: true });
  assert.equal(world.asks[0]?.fromScratch, false);
});
