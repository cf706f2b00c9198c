import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitUntil } from "../../contract/wait-until.ts";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { probeDaemon } from "./docker-daemon.ts";
import { runCommand } from "../../workstation/run-command.ts";
import type { Machine } from "./machine.ts";

const startSeconds = 60;
const stopSeconds = 30;

/** A process, told apart from a later one with the same number by when it started (clock ticks since boot). */
interface DaemonRecord {
  readonly pid: number;
  readonly startedAt: string;
}

const folder = (machine: Machine): string => join(cacheDirectory(machine.environment), "docker");
const recordFile = (machine: Machine): string => join(folder(machine), "started-by-us.json");

/**
 * Starts Docker and waits until it answers (at most a minute): through systemd where that runs the machine, else
 * by hand, in its own process group so that ^C here does not reach it, with its log in the cache directory.
 * Returns the daemon's version.
 */
export async function startDaemon(machine: Machine): Promise<string> {
  const failed = machine.hasSystemd ? await startBySystemd(machine) : startByHand(machine);
  const didNot = (why: string): Error =>
    new Error(`the Docker daemon did not start: ${why}\n${logTail(machine)}`);
  const version = async (): Promise<string | undefined> => {
    const state = await probeDaemon(machine);
    if (state.kind === "answers") return state.version;
    const reason = failed();
    if (reason !== undefined) throw didNot(reason);
    return undefined;
  };
  return waitUntil(version, {
    limitMs: startSeconds * 1000,
    everyMs: 200,
    late: () => didNot(`no answer within ${String(startSeconds)} s`),
  });
}

async function startBySystemd(machine: Machine): Promise<() => string | undefined> {
  const started = await runCommand(["systemctl", "start", "docker"], { environment: machine.environment });
  const reason = started.code === 0 ? undefined : `systemctl start docker: ${started.stderr.trim()}`;
  return () => reason;
}

function startByHand(machine: Machine): () => string | undefined {
  mkdirSync(folder(machine), { recursive: true });
  const log = openSync(join(folder(machine), "dockerd.log"), "w", 0o600);
  const daemon = spawn("dockerd", [], {
    detached: true,
    stdio: ["ignore", log, log],
    env: machine.environment,
  });
  closeSync(log);
  let reason: string | undefined;
  daemon.on("error", (error) => (reason = error.message));
  daemon.on("exit", (code, signal) => (reason = `dockerd ended with ${String(code ?? signal)}`));
  daemon.unref();
  if (daemon.pid !== undefined) {
    const record: DaemonRecord = { pid: daemon.pid, startedAt: startTime(daemon.pid) ?? "" };
    writeFileSync(recordFile(machine), JSON.stringify(record));
  }
  return () => reason;
}

/** What `stopDaemonWeStarted` did, and if nothing, why. */
export type DaemonStop = "stopped" | "not started by us" | "containers remain";

/**
 * Stops the daemon if it was started by hand here and no container of anyone (running or not) is left, since
 * another checkout may use it. Waits until it is gone.
 */
export async function stopDaemonWeStarted(machine: Machine): Promise<DaemonStop> {
  const file = recordFile(machine);
  if (!existsSync(file)) return "not started by us";
  const record = JSON.parse(readFileSync(file, "utf8")) as DaemonRecord;
  if (startTime(record.pid) !== record.startedAt) {
    rmSync(file);
    return "not started by us";
  }
  const listed = await runCommand(["docker", "ps", "--all", "--quiet"], { environment: machine.environment });
  if (listed.code !== 0) throw new Error(`docker ps: ${listed.stderr.trim()}`);
  if (listed.stdout.trim() !== "") return "containers remain";
  process.kill(record.pid, "SIGTERM");
  await waitUntil(() => startTime(record.pid) !== record.startedAt, {
    limitMs: stopSeconds * 1000,
    everyMs: 100,
    late: () => `dockerd (pid ${String(record.pid)}) has not stopped ${String(stopSeconds)} s after SIGTERM`,
  });
  rmSync(file);
  return "stopped";
}

/** Field 22 of proc(5)'s stat; undefined when there is no such process, or only its zombie. */
function startTime(pid: number): string | undefined {
  const file = `/proc/${String(pid)}/stat`;
  if (!existsSync(file)) return undefined;
  const stat = readFileSync(file, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : fields[19];
}

function logTail(machine: Machine): string {
  const file = join(folder(machine), "dockerd.log");
  if (machine.hasSystemd || !existsSync(file)) return "See: journalctl --unit docker";
  return `${readFileSync(file, "utf8").trimEnd().split("\n").slice(-8).join("\n")}\nThe whole log: ${file}`;
}
