import { sentenceOf } from "../../contract/sentence-of.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import type { Container } from "../docker/container.ts";
import { DockerError } from "../docker/docker-error.ts";
import type { Docker } from "../docker/docker.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { HostPort } from "../host/host-port.ts";

/** Where the list of paused containers is kept, and how a process is told from a later one with its number. */
export interface PauseJournal {
  readonly host: Pick<HostPort, "readFile" | "writeFile" | "removeFile">;
  readonly path: string;
  /** For how long thawing is tried again before it is reported as failed. @default 20 s */
  readonly unpauseMs?: number;
}

/** A container as it was before the pause; it must be the same one, not restarted, at the end of it. */
export type Pausable = Pick<Container, "id" | "startedAt">;

const unpauseDeadlineMs = 20_000;
const retryMs = 250;

/**
 * Pauses containers, having written down which: a process that is killed leaves the list to `unpauseLeftOvers`.
 * All are asked at the same time; when one cannot be paused, all are thawed again.
 * @returns Null when all stand still, else Docker's words. With cgroups v1 freezing is a game of chance against whatever starts in
 * the container meanwhile, such as its health check (runc, pull request 2791): on a busy machine it is lost now and then.
 */
export async function pauseAll(
  docker: Docker,
  containers: readonly Pausable[],
  journal: PauseJournal,
): Promise<string | null> {
  const owner = `# ${await processIdentity(journal.host, process.pid)}`;
  await journal.host.writeFile(journal.path, `${[owner, ...containers.map(({ id }) => id)].join("\n")}\n`);
  const results = await Promise.allSettled(containers.map(({ id }) => docker.pause(id)));
  const failure = results.find((result) => result.status === "rejected");
  if (failure === undefined) return null;
  await unpauseAll(docker, containers, journal);
  if (failure.reason instanceof DockerError) return failure.reason.message;
  throw failure.reason;
}

/** Null when every container is still the same, still paused and not restarted; else what is not. */
export async function stillPaused(docker: Docker, containers: readonly Pausable[]): Promise<string | null> {
  const findings = await Promise.all(
    containers.map(async ({ id, startedAt }) => {
      const short = id.slice(0, 12);
      try {
        const now = await docker.inspectContainer(id);
        if (now.startedAt !== startedAt) return `container ${short} was restarted`;
        return now.paused ? null : `container ${short} was unpaused by somebody else`;
      } catch (error) {
        if (error instanceof DockerError && error.status === 404) return `container ${short} is gone`;
        throw error;
      }
    }),
  );
  return findings.find((finding) => finding !== null) ?? null;
}

/**
 * Thaws containers and removes the journal once none is paused. Tried again for a while: nothing is worse than a store left frozen.
 * @throws RecoveryError naming those that stay paused; the journal stays too, for whoever tries next.
 */
export async function unpauseAll(
  docker: Docker,
  containers: readonly Pick<Pausable, "id">[],
  journal: PauseJournal,
): Promise<void> {
  const limitMs = journal.unpauseMs ?? unpauseDeadlineMs;
  const results = await Promise.allSettled(containers.map(({ id }) => unpauseOne(docker, id, limitMs)));
  const failures = results.flatMap((result, index) => {
    if (result.status === "fulfilled") return [];
    const { reason } = result as { readonly reason: unknown };
    const why = sentenceOf(reason);
    return [`${containers[index]?.id.slice(0, 12) ?? "?"} (${why})`];
  });
  if (failures.length === 0) {
    await journal.host.removeFile(journal.path);
    return;
  }
  throw new RecoveryError(
    exitCodes.failed,
    `Containers that stay paused: ${failures.join(", ")}. Run \`docker unpause\` on them now; the list is in ${journal.path}, and \`kaleem-agent unpause\` tries again.`,
  );
}

async function unpauseOne(docker: Docker, id: string, limitMs: number): Promise<void> {
  let refusal: unknown;
  const runs = async (): Promise<boolean> => {
    try {
      await docker.unpause(id);
      return true;
    } catch (error) {
      refusal = error;
      return isNotPaused(docker, id);
    }
  };
  if ((await waitUntil(runs, { limitMs, everyMs: retryMs })) !== true) throw refusal;
}

/** True for a container that is gone or runs; false also when Docker does not say. */
async function isNotPaused(docker: Docker, id: string): Promise<boolean> {
  try {
    return !(await docker.inspectContainer(id)).paused;
  } catch (error) {
    return error instanceof DockerError && error.status === 404;
  }
}

/**
 * Thaws what a killed run left paused. A journal whose writer still lives is respected: its own run thaws.
 * @returns The containers that were listed; empty when there was nothing to do.
 */
export async function unpauseLeftOvers(docker: Docker, journal: PauseJournal): Promise<readonly string[]> {
  const text = await journal.host.readFile(journal.path);
  if (text === null) return [];
  const lines = text.split("\n").filter((line) => line !== "");
  const owner = lines.find((line) => line.startsWith("# "))?.slice(2);
  const pid = Number(owner?.split(" ")[0]);
  if (owner !== undefined && pid !== process.pid && (await processIdentity(journal.host, pid)) === owner)
    return [];
  const ids = lines.filter((line) => !line.startsWith("#"));
  await unpauseAll(
    docker,
    ids.map((id) => ({ id })),
    journal,
  );
  return ids;
}

/** `pid start-time`: a number that was given to another process since has another start time. `pid gone` when no such process lives. */
async function processIdentity(host: Pick<HostPort, "readFile">, pid: number): Promise<string> {
  const stat = await host.readFile(`/proc/${pid}/stat`);
  // Fields count from after the command's closing parenthesis; the third of all is the state, the 22nd the start time.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie is dead; only its parent has not noticed.
  const lives = fields !== undefined && fields[0] !== "Z" && fields[0] !== "X";
  return `${pid} ${lives ? (fields[19] ?? "gone") : "gone"}`;
}
