import { spawn } from "node:child_process";
import { Socket } from "node:net";

/**
 * Waits for a word on its standard input; when that ends without one, whoever was to say it is dead. Thaws then until the journal is gone,
 * and not only once: the engine may refuse for a while, and a process that is ending still looks alive at first.
 */
const waitThenThaw = `trap "" TERM INT HUP
read -r word && exit 0
journal=$1 pause=$2 tries=$3
shift 3
while "$@" || true; [ -e "$journal" ]; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep "$pause"
done`;

/** A child that outlives us and thaws what we have paused. */
export interface ThawGuard {
  /** Once nothing is paused any more. */
  dismiss(): Promise<void>;
  /** When something is: the guard begins when we end, and does not keep us from it. */
  leave(): void;
}

/** How a guard goes on when thawing fails. */
export interface ThawRetries {
  /** File that lists what is paused, and is gone once nothing is. */
  readonly journal: string;
  /** Between two tries. @default 2 */
  readonly pauseSeconds?: number;
  /** @default 43200, a day of them */
  readonly tries?: number;
}

/**
 * Starts the guard. SIGKILL leaves no time to thaw, and only a unit has its ExecStopPost: a point that somebody took by hand, over a
 * connection say, would leave the stores frozen until the next one.
 * @param thaw program and arguments that thaw what the journal lists, such as `kaleem-agent unpause`
 */
export async function startThawGuard(thaw: readonly string[], retries: ThawRetries): Promise<ThawGuard> {
  const { journal, pauseSeconds = 2, tries = 43_200 } = retries;
  const child = spawn(
    "sh",
    ["-c", waitThenThaw, "sh", journal, String(pauseSeconds), String(tries), ...thaw],
    {
      // Of its own process group: what is sent to ours must not reach it.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  // A guard that somebody has killed takes no word; that it is gone is no reason to fail.
  child.stdin.on("error", () => undefined);
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  return {
    dismiss: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once("exit", () => resolve());
        child.stdin.end("dismissed\n");
      }),
    leave() {
      child.unref();
      if (child.stdin instanceof Socket) child.stdin.unref();
    },
  };
}
