import { spawn } from "node:child_process";

/** Waits for a word on its standard input; when that ends without one, whoever was to say it is dead. */
const waitThenThaw = 'trap "" TERM INT HUP; read -r word || exec "$@"';

/** A child that outlives us and thaws what we have paused; `dismiss` once nothing is paused any more. */
export interface ThawGuard {
  dismiss(): Promise<void>;
}

/**
 * Starts the guard. SIGKILL leaves no time to thaw, and only a unit has its ExecStopPost: a point that somebody took by hand, over a
 * connection say, would leave the stores frozen until the next one.
 * @param thaw program and arguments that thaw what the journal lists, such as `kaleem-agent unpause`
 */
export async function startThawGuard(thaw: readonly string[]): Promise<ThawGuard> {
  const child = spawn("sh", ["-c", waitThenThaw, "sh", ...thaw], {
    // Of its own process group: what is sent to ours must not reach it.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
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
  };
}
