import { randomBytes } from "node:crypto";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { checkHead } from "../../lineage/check-head.ts";
import { lineageSchema, type Head, type Lineage } from "../../lineage/head.ts";
import type { HeadStore } from "../../lineage/head-store.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { ensureRepositories } from "../../restic/ensure-repositories.ts";
import type { AgentContext } from "../context.ts";
import { setEdgeClosed } from "../../host/close-platform.ts";

/** What founding a lineage did. */
export interface FoundResult extends Lineage {
  readonly state: "founded" | "already-founded";
}

/** The intention, on the data root itself: founding that was killed after it had made the head is recognised, a lost disk is not. */
const intentPath = `${layout.lineage}.seeding`;

/**
 * `kaleem-agent found [lineage]`: founds a lineage on an empty data root and claims the bucket's head for it, if there is none.
 * Idempotent on the host and lineage that it founded.
 * @throws RecoveryError `alreadyFounded` naming the lineage that is in the way; nothing is changed then.
 */
export async function foundCommand(context: AgentContext, wanted: string | null): Promise<FoundResult> {
  const { locks, host, log, machineId, local, offsite } = context;
  const offsiteLock = await locks.acquire("offsite");
  try {
    const data = await locks.acquire("data");
    try {
      const store = await context.head();
      const { founded } = await readIdentity(host, layout.lineage, machineId);
      if (founded !== null) return await confirm(context, store, founded, wanted);
      const lineage = await intend(context, wanted);
      await claim(context, store, lineage);
      const made = await log.phase("repositories", () => ensureRepositories(local, offsite, "both"));
      log.line(`repositories: local ${made.local}, off-site ${made.offsite}`);
      await host.writeFile(layout.lineage, `${JSON.stringify(lineage)}\n`, 0o644);
      await host.removeFile(intentPath);
      await setEdgeClosed(context, false);
      return { ...lineage, state: "founded" };
    } finally {
      await data.release();
    }
  } finally {
    await offsiteLock.release();
  }
}

async function confirm(
  context: AgentContext,
  store: HeadStore,
  founded: Lineage,
  wanted: string | null,
): Promise<FoundResult> {
  if (wanted !== null && wanted !== founded.lineage) {
    throw new RecoveryError(
      exitCodes.alreadyFounded,
      `This data root has a lineage already, ${founded.lineage}: nothing was changed.`,
    );
  }
  checkHead((await store.read())?.head ?? null, founded);
  await context.host.removeFile(intentPath);
  await setEdgeClosed(context, false);
  return { ...founded, state: "already-founded" };
}

async function intend({ host, config, machineId }: AgentContext, wanted: string | null): Promise<Lineage> {
  const kept = await host.readFile(intentPath);
  const parsed = kept === null ? null : lineageSchema.safeParse(JSON.parse(kept));
  if (parsed?.success === true && (wanted === null || wanted === parsed.data.lineage)) return parsed.data;
  const lineage = {
    lineage: wanted ?? `${config.stack}-${randomBytes(4).toString("hex")}`,
    generation: 1,
    host: machineId,
  };
  await host.writeFile(intentPath, `${JSON.stringify(lineage)}\n`, 0o644);
  return lineage;
}

async function claim({ host, config }: AgentContext, store: HeadStore, lineage: Lineage): Promise<void> {
  const head: Head = { ...lineage, stack: config.stack, parent: null, changedAt: host.now().toISOString() };
  if (await store.create(head)) return;
  const present = (await store.read())?.head;
  if (present?.lineage === lineage.lineage && present.host === lineage.host && present.generation === 1)
    return;
  await host.removeFile(intentPath);
  const who =
    present === undefined
      ? "changed just now"
      : `lineage ${present.lineage}, generation ${present.generation}, of stack ${present.stack} since ${present.changedAt}`;
  throw new RecoveryError(
    exitCodes.alreadyFounded,
    `The bucket has a head already (${who}), so this empty data root has no lineage: run \`npm run restore\` to bring its data here, or configure another bucket or prefix.`,
  );
}
