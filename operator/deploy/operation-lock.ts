import { spawn } from "node:child_process";
import { hostname, userInfo } from "node:os";
import { createInterface } from "node:readline";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { commandLine } from "../../components/text/shell.ts";
import { sshArguments, type SshTarget } from "../ssh/ssh-target.ts";
import { asRoot } from "../ssh/as-root.ts";

/**
 * Holds the host's operation lock for as long as standard input is open: the kernel lets it go with the process, so one that
 * was killed, or whose connection broke, leaves nothing behind. `$1`: who holds it, for what.
 */
const hold = `set -eu
mkdir -p /run/lock/kaleem
exec 9<>/run/lock/kaleem/operation.lock
if ! flock --nonblock 9; then
  echo "held $(cat /run/lock/kaleem/operation.holder 2>/dev/null || echo 'somebody')"
  exit 0
fi
printf '%s, since %s\\n' "$1" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > /run/lock/kaleem/operation.holder
echo locked
cat > /dev/null
rm -f /run/lock/kaleem/operation.holder`;

const waitMs = 30_000;

/**
 * Takes the host's one operation lock, which up, restore, recover, a rotation and a drill share, runs the work, and lets it go.
 * @throws RecoveryError (`busy`) saying who holds it and since when
 */
export async function withOperationLock<T>(
  target: SshTarget,
  operation: string,
  work: () => Promise<T>,
): Promise<T> {
  const who = `${operation} by ${userInfo().username}@${hostname()} (pid ${process.pid})`;
  const argv = asRoot(target.user, ["bash", "-c", hold, "bash", who]);
  const child = spawn("ssh", [...sshArguments(target, "/dev/null"), commandLine(argv)], {
    stdio: ["pipe", "pipe", "ignore"],
    // Not in the terminal's process group: ^C is for the work, which ends before the lock is let go.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => {
      resolve();
    });
  });
  try {
    await locked(child.stdout, ended, target);
    return await work();
  } finally {
    child.stdin.end();
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000).unref())]);
    child.kill();
  }
}

async function locked(stdout: NodeJS.ReadableStream, ended: Promise<void>, target: SshTarget): Promise<void> {
  const lines = createInterface({ input: stdout });
  const first = new Promise<string | null>((resolve) => {
    lines.once("line", resolve);
    void ended.then(() => {
      resolve(null);
    });
    setTimeout(() => {
      resolve(null);
    }, waitMs).unref();
  });
  const answer = await first;
  if (answer === "locked") return;
  if (answer?.startsWith("held ") === true) {
    throw new RecoveryError(
      exitCodes.busy,
      `another operation is under way on ${target.address}: ${answer.slice("held ".length)}. Wait until it is done.`,
    );
  }
  throw new Error(`${target.address}: the operation lock could not be taken; is the machine reachable?`);
}
