import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { catalog } from "../../catalog/catalog.ts";
import { ordersDuring } from "../../bench/orders-during.ts";
import { withTimersHeld } from "../../bench/with-timers-held.ts";
import { startS3, stopS3 } from "../../local/cloud/s3-outage.ts";
import { EdgeClient } from "../../recovery/business/edge-client.ts";
import { faultsIn } from "../../recovery/business/read-back.ts";
import { newRun, writeOne } from "../../recovery/business/write-one.ts";
import { exitCodes } from "../../contract/exit-codes.ts";
import { layout } from "../../contract/layout.ts";
import { manifestFile, manifestSchema } from "../../recovery/point/manifest.ts";
import { AgentHost, type UnitRun } from "./support/agent-host.ts";
import { killPoint, killings, type Killed, type Killing } from "./support/kill-point.ts";
import { assertNoneTurnedAway } from "./support/none-turned-away.ts";
import { orderCheck } from "./support/order-check.ts";
import { edgeOf, hostOf, instanceOf, npmRun, testStack } from "./support/test-stack.ts";

const instance = instanceOf(testStack.name);
const agent = new AgentHost(hostOf(testStack.name));
const edge = await edgeOf(testStack.name);
const check = await orderCheck();
const stores = catalog
  .filter(({ kind, optional }) => kind === "stateful" && (optional?.enabledByDefault ?? true))
  .map(({ name }) => name)
  .sort();
const lastCode = (job: string): string => `backup_last_exit_code{job="${job}"}`;

// Points come when a test wants them. The timers hang on this process, so that they run again however it ends.
let letTimersRun = (): void => undefined;
let timersHeld: Promise<void>;
before(async () => {
  const finished = new Promise<void>((resolve) => (letTimersRun = resolve));
  await new Promise<void>((ready, fail) => {
    timersHeld = withTimersHeld(agent.host, () => {
      ready();
      return finished;
    });
    timersHeld.catch(fail);
  });
});
after(async () => {
  letTimersRun();
  await timersHeld;
});

afterEach(async () => {
  assert.equal(await agent.frozen(), "", "no container stays paused, whatever happened");
});

/** Writes orders through the edge while `work` runs, and sees that all that were acknowledged are there afterwards. */
async function underOrders(ratePerSecond: number, work: () => Promise<void>): Promise<number> {
  const { written, read } = await ordersDuring(edge, check, ratePerSecond, work);
  assert.deepEqual(faultsIn(read), { missing: 0, altered: 0, unanswered: 0 });
  assertNoneTurnedAway(written);
  return written.acknowledged;
}

/** A point that must come off, by its unit; its id. */
async function takePoint(): Promise<string> {
  const run = await agent.runUnit("point");
  assert.deepEqual([run.code, run.state], [exitCodes.ok, "inactive"], run.journal);
  return /"point":"([^"]+)"/.exec(run.journal)?.[1] ?? assert.fail(`no point in: ${run.journal}`);
}

/** A point that must fail in this way, loudly, and leave no snapshot. */
async function assertPointFails(code: number, sentence: RegExp): Promise<void> {
  const before = await agent.snapshots();
  const run = await agent.runUnit("point");
  assert.deepEqual([run.code, run.state], [code, "failed"], run.journal);
  assert.match(run.journal, sentence);
  assert.equal(await agent.metric(lastCode("point")), code);
  assert.deepEqual(await agent.snapshots(), before);
  assert.equal(await agent.frozen(), "");
}

/** The point after a mended fault: it must end well, and clear what the fault has left in unit and metric. */
async function assertNextPointIsClean(): Promise<void> {
  const before = await agent.snapshots();
  await takePoint();
  assert.equal(await agent.metric(lastCode("point")), exitCodes.ok);
  assert.equal((await agent.snapshots()).length, before.length + 1);
}

test("a point holds every store's canary, keeps the stores still for less than the limit, and is here and off-site", async () => {
  const taken = await npmRun("point", "--stack", testStack.name, "--no-ship", "--json");
  assert.equal(taken.code, exitCodes.ok, taken.stderr);
  const { point, pauseMs } = JSON.parse(taken.stdout) as { point: string; pauseMs: number };
  const { pauseLimitMs } = JSON.parse(await agent.bash(`cat ${layout.config}`)) as { pauseLimitMs: number };
  assert.ok(pauseMs > 0 && pauseMs < pauseLimitMs, `paused for ${pauseMs} ms of ${pauseLimitMs} ms`);

  const manifest = manifestSchema.parse(JSON.parse(await agent.bash(`cat ${layout.point}/${manifestFile}`)));
  assert.equal(manifest.point, point);
  assert.deepEqual(Object.keys(manifest.stores).sort(), stores);
  for (const [store, facts] of Object.entries(manifest.stores)) {
    if (facts.kind === "files") assert.fail(`${store} is no application's`);
    assert.equal(facts.canary, point);
    assert.equal(await agent.canary(store), point, `the canary that ${store} holds`);
    const files = Object.values(facts.directories).reduce((sum, held) => sum + held.files, 0);
    assert.ok(files > 0, `the point holds no file of ${store}`);
    assert.deepEqual(facts.counts, {}, "nothing is counted on a live store");
  }

  const shipped = await agent.runUnit("ship");
  assert.equal(shipped.code, exitCodes.ok, shipped.journal);
  const listed = (await agent.points()).find(({ id }) => id === point);
  assert.deepEqual(listed, { ...listed, where: ["local", "offsite"], stores });
  for (const job of ["point", "ship"]) assert.equal(await agent.metric(lastCode(job)), exitCodes.ok);
  for (const store of stores)
    for (const repo of ["local", "offsite"]) {
      const series = `backup_newest_point_timestamp_seconds{repo="${repo}",store="${store}"}`;
      assert.equal(await agent.metric(series), Date.parse(manifest.instant) / 1000);
    }
  assert.equal(await agent.metric(`backup_pause_seconds{job="point"}`), pauseMs / 1000);
});

test("a point that fails is loud: exit code, failed unit, metrics and status; the next good one clears them", async () => {
  const since = Number(await agent.bash("date +%s"));
  const password = layout.resticPassword;
  await agent.bash(`set -e; cp -p ${password} ${password}.kept; echo another-password >${password}`);
  try {
    const failed = await agent.runUnit("point");
    assert.deepEqual([failed.code, failed.state], [exitCodes.wrongPassword, "failed"], failed.journal);
    assert.match(failed.journal, /the repository password is wrong: use the restic-password/);
    assert.equal(await agent.metric(lastCode("point")), exitCodes.wrongPassword);
    const failures = `kaleem_unit_last_failure_timestamp_seconds{unit="kaleem-point.service"}`;
    assert.ok(((await agent.metric(failures)) ?? 0) >= since, "the alert's time stamp");
  } finally {
    await agent.bash(`mv ${password}.kept ${password}`);
  }
  const status = await npmRun("status", "--stack", testStack.name);
  assert.match(status.stdout, /✗ last point failed: .*password is wrong/);
  await assertNextPointIsClean();
  assert.doesNotMatch((await npmRun("status", "--stack", testStack.name)).stdout, /failed/);
});

/** Waits until every store is healthy and the edge takes orders again: a store may end for want of space, and Swarm starts it anew. */
async function untilServing(): Promise<void> {
  const client = new EdgeClient(edge, 5000);
  const sick = `docker service ls --format '{{.Name}} {{.Replicas}}'; docker ps --format '{{.Names}} {{.Status}}' | grep --invert-match healthy`;
  try {
    for (const deadline = Date.now() + 120_000; ;) {
      const services = await agent.bash(stores.map(healthyTask).join(" && ") + " && echo healthy || true");
      const order = await writeOne(client, check.write, { seq: 1, run: newRun() });
      if (services === "healthy" && order.kind === "acknowledged") return;
      if (Date.now() > deadline)
        assert.fail(`${await agent.bash(`${sick}; true`)}; ${JSON.stringify(order)}`);
      await delay(500);
    }
  } finally {
    client.close();
  }
}

/** Succeeds when a task of the service is healthy. */
function healthyTask(service: string): string {
  return `[ -n "$(docker ps --quiet --filter label=com.docker.swarm.service.name=${service} --filter health=healthy)" ]`;
}

/** Takes all space of a file system, down to where not even a folder can be made. */
const fill = `size=$((4 << 30)) n=0
while ((size >= 4096)); do
  n=$((n + 1))
  fallocate --length $size "$1/filler.$n" 2>/dev/null || { rm --force "$1/filler.$n"; size=$((size / 2)); }
done
while mkdir "$1/filler.d$n" 2>/dev/null; do n=$((n + 1)); done`;

test("no space on the data disk: the point says so, leaves nothing half-done, and the next one is clean", async () => {
  await agent.bash(fill, layout.dataRoot);
  try {
    await assertPointFails(
      exitCodes.diskFull,
      /No point: no space left \(\S+ \S+ free at \/srv\/kaleem, .*\)\. Enlarge the data volume/,
    );
  } finally {
    await agent.bash(`rm --recursive ${layout.dataRoot}/filler.*`);
  }
  await untilServing();
  await assertNextPointIsClean();
});

test("no space for the repository: the point says so, leaves nothing half-done, and the next one is clean", async () => {
  // A copy of the repository on a small disk of its own takes its place.
  const occupy = `set -e
copy=$(mktemp --directory)
mount --types tmpfs --options size=$(($(du --summarize --block-size=1 $1 | cut --fields=1) + (8 << 20))) tmpfs $copy
cp --archive $1/. $copy
mount --bind $copy $1
umount $copy; rmdir $copy
fallocate --length $(df --output=avail --block-size=1 $1 | tail --lines=1) $1/filler`;
  await agent.bash(occupy, layout.repository);
  try {
    await assertPointFails(
      exitCodes.diskFull,
      /No point: no space left \(.*, (0 B|\d\.\d KiB) free at \/var\/backups\/kaleem/,
    );
  } finally {
    await agent.bash(`umount ${layout.repository}`);
  }
  await assertNextPointIsClean();
});

test("off-site is away for three points: they go on here, each shipping fails loudly and soon, then all of them arrive", async () => {
  const offsite = `backup_newest_point_timestamp_seconds{repo="offsite",store="mongo"}`;
  const here: string[] = [];
  // One that is cut off in the middle of a copy gives up when it has stood still for three minutes: that is not looked at here.
  await agent.untilShipIsIdle();
  const newest = await agent.metric(offsite);
  await stopS3(instance.cloud);
  try {
    for (let round = 1; round <= 3; round += 1) {
      // At the same time, as timers have it: a shipping that waits for a dead bucket holds no point up.
      const [point, ship] = await Promise.all([takePoint(), agent.runUnit("ship")]);
      assert.deepEqual([ship.code, ship.state], [exitCodes.offsiteUnreachable, "failed"], ship.journal);
      assert.match(
        ship.journal,
        /off-site bucket at \S+ does not answer .*: check the endpoint and the network/,
      );
      assert.ok(ship.seconds < 120, `the shipping took ${ship.seconds.toFixed(0)} s to give up`);
      here.push(point);
    }
    assert.equal(new Set(here).size, 3);
    assert.equal(await agent.metric(lastCode("ship")), exitCodes.offsiteUnreachable);
    assert.equal(
      await agent.metric(offsite),
      newest,
      "the metric goes on telling the age of what is off-site",
    );
  } finally {
    await startS3(instance.cloud);
  }
  const ship = await agent.runUnit("ship");
  assert.deepEqual([ship.code, ship.state], [exitCodes.ok, "inactive"], ship.journal);
  const listed = await agent.points();
  for (const { id, where } of listed) assert.deepEqual(where, ["local", "offsite"], `point ${id}`);
  for (const id of here) assert.ok(listed.some((point) => point.id === id));
  assert.equal(await agent.metric(lastCode("ship")), exitCodes.ok);
});

/** Some moments last for milliseconds: on a busy machine the look out for one may come too late, and is taken again. */
async function killInTime(killing: Killing): Promise<Killed> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const seen = await killPoint(agent, killing);
    if (seen.killed) return seen;
  }
  throw new Error(`${killing.name}: the point had ended before, five times`);
}

test("the agent killed at any moment of a point: stores run within 5 s, orders go on, the repository stays whole", async (t) => {
  const orders = await underOrders(4, async () => {
    for (const killing of killings) {
      const seen = await killInTime(killing);
      t.diagnostic(`${killing.name}: ${seen.during}; all ran again after ${seen.thawedAfterMs} ms`);
      assert.ok(
        seen.thawedAfterMs < 5000,
        `${killing.name}: stores were paused for ${seen.thawedAfterMs} ms`,
      );
      await takePoint();
    }
  });
  t.diagnostic(`${orders} orders meanwhile, none lost`);
  assert.equal(await agent.checkRepository(), "", "locks of dead processes");
  await assertNextPointIsClean();
});

const updateRedis = "docker service update --quiet --detach --force redis";

const couldNot =
  /kaleem-agent: (No point: .* next point (follows|tries again)|Store redis( does not run|: | did not answer))/;

test("a store is updated, and the whole stack brought up, during points: each comes off or says why not", async (t) => {
  const up = npmRun("up", "--stack", testStack.name);
  const outcomes: number[] = [];
  for (let round = 1; round <= 2; round += 1) {
    await agent.bash(updateRedis);
    // The first meets the end of the old task, the second the start of the new one.
    for (let nth = 1; nth <= 2; nth += 1) {
      const point = await agent.runUnit("point");
      outcomes.push(point.code);
      if (point.code !== exitCodes.ok) assert.match(point.journal, couldNot);
      assert.equal(await agent.frozen(), "");
    }
    await untilServing();
  }
  t.diagnostic(`exit codes of the points meanwhile: ${outcomes.join(", ")}`);
  const { code, stderr } = await up;
  assert.equal(code, 0, stderr);
  await assertNextPointIsClean();
});

test("while a point hangs, a second one is refused with its name, status answers, and shipping goes on", async () => {
  // Stopped while restic reads the copy: the stores run by then.
  const pid = await agent.bash(`systemctl start --no-block kaleem-point.service
timeout 60 bash -c 'until pgrep --full "^restic .* backup" >/dev/null; do sleep 0.01; done' || exit
pid=$(systemctl show --property=MainPID --value kaleem-point.service)
kill -STOP $pid && echo $pid`);
  let first: UnitRun;
  try {
    const second = npmRun("point", "--stack", testStack.name, "--no-ship");
    const status = await npmRun("status", "--stack", testStack.name);
    assert.equal(status.code, exitCodes.ok, status.stderr);
    const ship = await agent.runUnit("ship");
    assert.equal(ship.code, exitCodes.ok, ship.journal);
    const { code, stderr } = await second;
    assert.equal(code, exitCodes.busy, stderr);
    const held = `The repository lock is held by kaleem-agent point \\(pid ${pid}\\) since \\S+: wait until it is done`;
    assert.match(stderr, new RegExp(`waiting for up to 30\\.0 s\\. ${held}`));
    assert.match(stderr, new RegExp(`kaleem-agent: ${held}`));
  } finally {
    await agent.bash(`kill -CONT ${pid}`);
    // Starting a unit that runs waits for the end of that run.
    first = await agent.runUnit("point");
  }
  assert.deepEqual([first.code, first.state], [exitCodes.ok, "inactive"], first.journal);
});

test("past the pause limit the stores run first, then the point is reported as failed", async () => {
  const { config } = layout;
  await agent.bash(
    `set -e; cp -p ${config} ${config}.kept; sed 's/"pauseLimitMs": [0-9]*/"pauseLimitMs": 1/' ${config}.kept >${config}`,
  );
  try {
    await assertPointFails(exitCodes.pauseLimit, /within the pause limit of 1 ms .* The stores run again\./);
  } finally {
    await agent.bash(`mv ${config}.kept ${config}`);
  }
  await assertNextPointIsClean();
});
