import { PassThrough } from "node:stream";
import { waitUntil } from "../contract/wait-until.ts";
import type { RemoteHost } from "../operator/ssh/remote-host.ts";

/** Stops the timers while its standard input is open, however that ends. */
const hold = `set -eu
trap 'systemctl start kaleem-point.timer kaleem-ship.timer' EXIT
trap 'exit 1' HUP INT TERM
systemctl stop kaleem-point.timer kaleem-ship.timer
echo held
cat > /dev/null`;

/**
 * Runs `work` while the host takes and ships no points by itself. The timers hang on an open connection, so they run
 * again also when this process is killed. What they had begun is waited for, a minute at most.
 */
export async function withTimersHeld<T>(host: RemoteHost, work: () => Promise<T>): Promise<T> {
  const stdin = new PassThrough();
  let held = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => (held = resolve));
  const holding = host.run(["sh", "-c", hold], {
    stdin,
    onStdoutLine: (line) => {
      if (line === "held") held();
    },
  });
  try {
    // A connection that fails ends the wait as well.
    await Promise.race([isHeld, holding]);
    await awaitIdle(host);
    return await work();
  } finally {
    stdin.end();
    await holding;
  }
}

async function awaitIdle(host: RemoteHost): Promise<void> {
  const units = ["kaleem-point.service", "kaleem-ship.service"];
  const isIdle = async (): Promise<boolean> => {
    const { stdout } = await host.run(["systemctl", "show", "--property=ActiveState", ...units], {
      timeoutMs: 30_000,
    });
    return !stdout.includes("activating");
  };
  await waitUntil(isIdle, {
    limitMs: 60_000,
    everyMs: 500,
    late: () => "bench: a point or shipping that was already running did not end in time.",
  });
}
