import assert from "node:assert/strict";
import { test } from "node:test";
import type { Readable } from "node:stream";
import { withFiller } from "../../bench/with-filler.ts";
import { withTimersHeld } from "../../bench/with-timers-held.ts";
import type { RemoteHost } from "../../operator/ssh/remote-host.ts";

const boom = (): Promise<never> => Promise.reject(new Error("no space left"));

test("filler is removed also when the measurement fails", async () => {
  const ran: string[] = [];
  const host: RemoteHost = {
    run(argv) {
      ran.push(argv[0] === "rm" ? argv.join(" ") : `fill ${argv.slice(4).join(" ")}`);
      return Promise.resolve({ stdout: "" });
    },
  };
  await assert.rejects(withFiller(host, 1000, boom), { message: "no space left" });
  const folder = "/srv/kaleem/live/redis/bench-filler";
  assert.deepEqual(ran, [`fill ${folder} 1000 999:999`, `rm -rf ${folder}`]);
});

/** Holds its timers as long as the connection's input is open, and says whether it does. */
class TimerHost implements RemoteHost {
  held = false;
  active = 0;
  async run(...[argv, options]: Parameters<RemoteHost["run"]>): Promise<{ stdout: string }> {
    if (argv[0] === "systemctl") {
      this.active -= 1;
      return { stdout: `ActiveState=${this.active >= 0 ? "activating" : "inactive"}\n` };
    }
    this.held = true;
    options?.onStdoutLine?.("held");
    for await (const piece of options?.stdin as Readable) assert.fail(`unexpected input: ${String(piece)}`);
    this.held = false;
    return { stdout: "held\n" };
  }
}

test("timers are held while a measurement lasts, and run again when it ends or fails", async () => {
  const host = new TimerHost();
  assert.equal(await withTimersHeld(host, () => Promise.resolve(host.held)), true);
  assert.equal(host.held, false);
  await assert.rejects(withTimersHeld(host, boom), { message: "no space left" });
  assert.equal(host.held, false);
});

test("a measurement waits for the point that is already under way", async () => {
  const host = new TimerHost();
  host.active = 1;
  assert.equal(await withTimersHeld(host, () => Promise.resolve(host.active)), -1);
});

test("a host that cannot be reached ends the wait with its own sentence", async () => {
  const away: RemoteHost = { run: () => Promise.reject(new Error("connection refused")) };
  await assert.rejects(
    withTimersHeld(away, () => Promise.resolve()),
    { message: "connection refused" },
  );
});
