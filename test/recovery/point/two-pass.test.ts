import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DockerError } from "../../../recovery/docker/docker-error.ts";
import { Docker } from "../../../recovery/docker/docker.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { unpauseLeftOvers } from "../../../recovery/point/pause.ts";
import type { Pass } from "../../../recovery/point/reflink-copy.ts";
import { copyFrozen, type FrozenCopy } from "../../../recovery/point/two-pass.ts";
import { FakeDocker } from "../docker/fake-docker.ts";
import { memoryHost } from "./memory-host.ts";

const pass: Pass = { files: 1, bytes: 2, removed: 0, skipped: [], scanMs: 1, applyMs: 1 };
const path = "/run/kaleem/paused";

let fake: FakeDocker;
let docker: Docker;
let host: ReturnType<typeof memoryHost>;
let lines: string[];
beforeEach(async () => {
  fake = await FakeDocker.start();
  docker = new Docker(fake.socket);
  host = memoryHost();
  lines = [];
  fake.containers.set("c1", { service: "mongo", startedAt: "t1", paused: false });
  fake.containers.set("c2", { service: "redis", startedAt: "t2", paused: false });
});
afterEach(() => fake.stop());

function work(secondPass: FrozenCopy["secondPass"], more: Partial<FrozenCopy> = {}): FrozenCopy {
  return {
    docker,
    containers: async () => [
      ...(await docker.containersOf("mongo")),
      ...(await docker.containersOf("redis")),
    ],
    journal: { host, path },
    secondPass,
    pauseLimitMs: 2_000,
    interrupted: new AbortController().signal,
    log: (line) => lines.push(line),
    ...more,
  };
}

function assertNothingPaused(): void {
  assert.deepEqual(fake.paused(), []);
  assert.equal(host.files.has(path), false, "the journal is gone");
}

describe("copyFrozen", () => {
  it("copies while every container stands still, with all of them in the journal", async () => {
    const result = await copyFrozen(
      work(async () => {
        assert.deepEqual(fake.paused(), ["c1", "c2"]);
        assert.match(host.files.get(path) ?? "", /^# \d+ \S+\nc1\nc2\n$/);
        return pass;
      }),
    );
    assert.equal(result.attempts, 1);
    assert.ok(result.pauseMs > 0);
    assertNothingPaused();
  });

  it("writes the journal before it pauses the first container", async () => {
    fake.before = (call) => {
      if (call.endsWith("/pause")) assert.ok(host.files.has(path));
      return undefined;
    };
    await copyFrozen(work(async () => pass));
  });

  it("discards a copy and tries again when somebody unpaused a container", async () => {
    let runs = 0;
    const result = await copyFrozen(
      work(async () => {
        runs += 1;
        if (runs === 1) await docker.unpause("c2");
        return pass;
      }),
    );
    assert.equal(result.attempts, 2);
    assert.deepEqual(lines, ["copy discarded, attempt 1 of 3: container c2 was unpaused by somebody else"]);
    assertNothingPaused();
  });

  it("discards a copy when a container was restarted and paused again", async () => {
    let runs = 0;
    await copyFrozen(
      work(async () => {
        runs += 1;
        const container = fake.containers.get("c1");
        if (runs === 1 && container !== undefined) container.startedAt = "later";
        return pass;
      }),
    );
    assert.deepEqual(lines, ["copy discarded, attempt 1 of 3: container c1 was restarted"]);
  });

  it("discards a copy when a container is gone", async () => {
    let runs = 0;
    await copyFrozen(
      work(async () => {
        runs += 1;
        const container = fake.containers.get("c1");
        if (runs === 1 && container !== undefined) container.gone = true;
        return pass;
      }),
    );
    assert.deepEqual(lines, ["copy discarded, attempt 1 of 3: container c1 is gone"]);
  });

  it("gives up after three attempts", async () => {
    const disturbed = work(async () => {
      await docker.unpause("c1");
      return pass;
    });
    await assert.rejects(
      copyFrozen(disturbed),
      /^RecoveryError: No point: container c1 was unpaused by somebody else; failed 3 times in a row\. An update may be running, or the machine is overloaded: the next point tries again\.$/,
    );
    assertNothingPaused();
  });

  it("thaws first when the pause limit is passed, while the copy is still going on, and reports after", async () => {
    let pausedWhenTold: readonly string[] = ["?"];
    const slow = work(
      (signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            setTimeout(() => {
              pausedWhenTold = fake.paused();
              resolve(pass);
            }, 300);
          });
        }),
      { pauseLimitMs: 100 },
    );
    await assert.rejects(copyFrozen(slow), (error: unknown) => {
      assert.ok(error instanceof RecoveryError);
      assert.equal(error.exitCode, exitCodes.pauseLimit);
      assert.match(error.message, /^No point: the copy was not done within the pause limit of 100 ms/);
      return true;
    });
    assert.deepEqual(pausedWhenTold, [], "the stores ran again before the copy had ended");
    assertNothingPaused();
  });

  it("leaves nothing paused when the copy fails", async () => {
    const failing = work(() => Promise.reject(new Error("disk on fire")));
    await assert.rejects(copyFrozen(failing), /disk on fire/);
    assertNothingPaused();
  });

  it("leaves nothing paused when one of the containers refuses to be paused", async () => {
    fake.before = (call) =>
      call === "POST /containers/c2/pause" ? { status: 500, message: "cannot freeze" } : undefined;
    await assert.rejects(
      copyFrozen(work(async () => pass)),
      /^RecoveryError: No point: Docker, pause container: cannot freeze; failed 3 times in a row\./,
    );
    assertNothingPaused();
  });

  it("tries again when a container could not be frozen, with the others thawed meanwhile", async () => {
    let refusals = 1;
    fake.before = (call) => {
      if (call !== "POST /containers/c2/pause" || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 500, message: "OCI runtime pause failed: unable to freeze" };
    };
    const result = await copyFrozen(work(async () => pass));
    assert.equal(result.attempts, 2);
    assert.deepEqual(lines, [
      "copy discarded, attempt 1 of 3: Docker, pause container: OCI runtime pause failed: unable to freeze",
    ]);
    const once = ["POST /containers/c1/pause", "POST /containers/c1/unpause"];
    const ofTheOther = fake.calls.filter((call) => call.includes("/c1/"));
    assert.deepEqual(ofTheOther, [...once, ...once]);
    assertNothingPaused();
  });

  it("thaws nothing of the next attempt when freezing is refused after the pause limit", async () => {
    let refusals = 1;
    class SlowDocker extends Docker {
      override async pause(id: string): Promise<void> {
        if (id !== "c2" || refusals === 0) return super.pause(id);
        refusals -= 1;
        await new Promise((resolve) => setTimeout(resolve, 400));
        throw new DockerError(500, "pause container", "unable to freeze");
      }
    }
    const late = work(async () => pass, { docker: new SlowDocker(fake.socket), pauseLimitMs: 200 });
    assert.equal((await copyFrozen(late)).attempts, 2);
    const once = ["POST /containers/c1/pause", "POST /containers/c1/unpause"];
    const ofTheOther = fake.calls.filter((call) => call.includes("/c1/"));
    assert.deepEqual(ofTheOther, [...once, ...once]);
    assertNothingPaused();
  });

  it("tries again to thaw while the daemon refuses", async () => {
    let refusals = 2;
    fake.before = (call) => {
      if (call !== "POST /containers/c1/unpause" || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 503, message: "busy" };
    };
    await copyFrozen(work(async () => pass));
    assertNothingPaused();
  });

  it("names what stays paused, thaws the others, and keeps the journal for whoever tries next", async () => {
    fake.before = (call) =>
      call === "POST /containers/c1/unpause" ? { status: 500, message: "cannot thaw" } : undefined;
    const journal = { host, path, unpauseMs: 600 };
    await assert.rejects(
      copyFrozen(work(async () => pass, { journal })),
      /^RecoveryError: Containers that stay paused: c1 \(Docker, unpause container: cannot thaw\)\. Run `docker unpause` on them now; the list is in \/run\/kaleem\/paused, and `kaleem-agent unpause` tries again\.$/,
    );
    assert.deepEqual(fake.paused(), ["c1"]);
    assert.match(host.files.get(path) ?? "", /^c1$/m);
    fake.before = () => undefined;
    assert.deepEqual(await unpauseLeftOvers(docker, journal), ["c1", "c2"]);
    assertNothingPaused();
  });

  it("leaves nothing paused when it is interrupted", async () => {
    const interrupt = new AbortController();
    const interrupted = work(
      async (signal) => {
        interrupt.abort(new Error("Stopped by SIGTERM."));
        signal.throwIfAborted();
        return pass;
      },
      { interrupted: interrupt.signal },
    );
    await assert.rejects(copyFrozen(interrupted), /Stopped by SIGTERM\./);
    assertNothingPaused();
  });
});

describe("unpauseLeftOvers", () => {
  const journal = () => ({ host, path });

  it("thaws what a killed run has left paused", async () => {
    fake.containers.set("c1", { service: "mongo", startedAt: "t1", paused: true });
    host.files.set(path, "# 999999999 12345\nc1\nc2\n");
    assert.deepEqual(await unpauseLeftOvers(docker, journal()), ["c1", "c2"]);
    assertNothingPaused();
  });

  it("copes with a container that is gone meanwhile", async () => {
    host.files.set(path, "# 999999999 12345\ngone\n");
    assert.deepEqual(await unpauseLeftOvers(docker, journal()), ["gone"]);
    assertNothingPaused();
  });

  it("leaves the containers of a living run alone", async () => {
    host.files.set("/proc/77/stat", "77 (no) de) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 555 0 0");
    host.files.set(path, "# 77 555\nc1\n");
    fake.containers.set("c1", { service: "mongo", startedAt: "t1", paused: true });
    assert.deepEqual(await unpauseLeftOvers(docker, journal()), []);
    assert.deepEqual(fake.paused(), ["c1"]);
  });

  it("is not deceived by a later process with the number of the killed one", async () => {
    host.files.set("/proc/77/stat", "77 (node) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 556 0 0");
    host.files.set(path, "# 77 555\nc1\n");
    assert.deepEqual(await unpauseLeftOvers(docker, journal()), ["c1"]);
  });

  it("does nothing where there is no journal", async () => {
    assert.deepEqual(await unpauseLeftOvers(docker, journal()), []);
    assert.deepEqual(fake.calls, []);
  });
});
