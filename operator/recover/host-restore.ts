import { setTimeout as wait } from "node:timers/promises";
import { layout } from "../../contract/layout.ts";
import { isLocked } from "../../recovery/host/locks.ts";
import { isOnlyFetched } from "../../recovery/restore/fetch-ahead.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";
import { isEdgeClosed, readJournal, readLineage, readUnfinished } from "../stack/data-state.ts";

const lookMs = 3_000;

/** The lock's device and inode, then the kernel's list of locks; nothing where there is no lock yet. Takes none, so that nobody is refused for it. */
const look = `[ -e "$1" ] || exit 0
stat -c '%d %i' "$1"
cat /proc/locks`;

/** Whether a restore, or the fetch ahead of one, is at work on a host, whoever has begun it. */
export async function isRestoring(host: RemoteHost): Promise<boolean> {
  const file = `${layout.locks}/restore.lock`;
  const { stdout } = await host.run(["sh", "-c", look, "sh", file], { timeoutMs: 30_000 });
  const [first = "", ...list] = stdout.split("\n");
  const [device, inode] = first.split(" ").map(Number);
  return device !== undefined && inode !== undefined && isLocked(list.join("\n"), device, inode);
}

/** Waits until no restore is at work on a host. `report` gets the phase that it is in. */
export async function awaitRestore(
  host: RemoteHost,
  report: (detail: string) => void,
  everyMs = lookMs,
): Promise<void> {
  while (await isRestoring(host)) {
    report((await readUnfinished(host))?.phase ?? "");
    await wait(everyMs);
  }
}

/** Whether a restore is at work that has got further than fetching: it has stores stopped, and must not be met by an `up`. */
export async function isReplacing(host: RemoteHost): Promise<boolean> {
  if (!(await isRestoring(host))) return false;
  const journal = await readJournal(host);
  return journal !== null && journal.finishedAt === null && !isOnlyFetched(journal);
}

/** Whether the platform on a host has its data and serves: there is nothing left to restore. */
export async function serves(host: RemoteHost): Promise<boolean> {
  const [lineage, unfinished, closed] = await Promise.all([
    readLineage(host),
    readUnfinished(host),
    isEdgeClosed(host),
  ]);
  return lineage !== null && unfinished === null && !closed;
}
