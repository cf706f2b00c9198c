import { randomBytes } from "node:crypto";
import { exitCodes, RecoveryError, type ExitCode } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { checkHead } from "../../lineage/check-head.ts";
import { claimPath, confirmClaim, intendClaim, readClaim, wroteHead } from "../../lineage/claim.ts";
import { lineageSchema, type Head, type Lineage } from "../../lineage/head.ts";
import { HeadStore } from "../../lineage/head-store.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { ensureConditionalWrites } from "../../lineage/known-bucket.ts";
import { inOrder, pointsOf, type Point } from "../../point/points.ts";
import { ensureRepositories } from "../../restic/ensure-repositories.ts";
import type { Restic } from "../../restic/restic.ts";
import type { AgentContext } from "../context.ts";
import { setEdgeClosed } from "../../host/close-platform.ts";
import { restoreState } from "../restore/restore-state.ts";

/** What founding a lineage did. */
export interface FoundResult extends Lineage {
  readonly state: "founded" | "already-founded";
}

/** What the operator said beside the lineage's name. */
export interface FoundOptions {
  /** A recovery kit was given: a lost platform is to come back, and no empty one may take its place. @default false */
  readonly kitGiven?: boolean;
  /** For how long it waits for a point or a shipping that is under way, in milliseconds. @default 0 */
  readonly waitMs?: number;
}

/** Whether a founding has begun here and is not at its end: the lineage may be there by now, and the edge still closed. */
export async function isFounding(host: AgentContext["host"]): Promise<boolean> {
  return (await host.readFile(layout.founding)) !== null;
}

/**
 * `kaleem-agent found [LINEAGE] [--kit]`: founds a lineage on an empty data root and claims the bucket's head for it. Idempotent on the
 * host and lineage that it founded. Before anything is written the bucket's conditional writes are tried.
 * @throws RecoveryError with every reason against it: `alreadyFounded` when data root, bucket or a repository knows a lineage or holds
 * points; `restoreUnfinished` or `busy` for a restore that is not at its end; `usage` with a kit; nothing is changed then.
 */
export async function foundCommand(
  context: AgentContext,
  wanted: string | null,
  options: FoundOptions = {},
): Promise<FoundResult> {
  const { locks, host, log, machineId, local, offsite } = context;
  const { waitMs = 0 } = options;
  const offsiteLock = await locks.acquire("offsite", waitMs);
  try {
    const data = await locks.acquire("data", waitMs);
    try {
      await refuseDuringRestore(context);
      const { founded } = await readIdentity(host, layout.lineage, machineId);
      if (founded !== null) return await confirm(context, founded, wanted);
      await refuseFounding(context, wanted, options);
      await ensureConditionalWrites(host, await context.bucket(), log);
      const lineage = await intend(context, wanted);
      await claim(context, lineage);
      const made = await log.phase("repositories", () => ensureRepositories(local, offsite, "both"));
      log.line(`repositories: local ${made.local}, off-site ${made.offsite}`);
      await host.writeFile(layout.lineage, `${JSON.stringify(lineage)}\n`, 0o644);
      await setEdgeClosed(context, false);
      // Last: a run that was killed before is known by it, and opens the edge.
      await host.removeFile(layout.founding);
      return { ...lineage, state: "founded" };
    } finally {
      await data.release();
    }
  } finally {
    await offsiteLock.release();
  }
}

/** An unfinished restore keeps the edge closed over data that it refused or has not looked at. */
async function refuseDuringRestore(context: AgentContext): Promise<void> {
  const { running, unfinished } = await restoreState(context);
  if (running) {
    throw new RecoveryError(
      exitCodes.busy,
      "A restore runs on this host, so no lineage is founded and nothing is opened. Wait for its end; `./kaleem status` shows how far it is.",
    );
  }
  if (unfinished === null) return;
  throw new RecoveryError(
    exitCodes.restoreUnfinished,
    `Restore ${unfinished.id} is unfinished on this host (at "${unfinished.phase}"), so no lineage is founded and nothing is opened. Repeat \`./kaleem restore\` to go on, or choose another point with --at … --from-scratch.`,
  );
}

async function confirm(context: AgentContext, founded: Lineage, wanted: string | null): Promise<FoundResult> {
  if (wanted !== null && wanted !== founded.lineage) {
    throw new RecoveryError(
      exitCodes.alreadyFounded,
      `This data root has a lineage already, ${founded.lineage}: nothing was changed.`,
    );
  }
  const bucket = await context.bucket();
  const holding = { claim: await readClaim(context.host, founded), location: bucket.location };
  checkHead((await new HeadStore(bucket).read())?.head ?? null, founded, holding);
  await setEdgeClosed(context, false);
  await context.host.removeFile(layout.founding);
  return { ...founded, state: "already-founded" };
}

/** Every reason why this is no place for an empty lineage. */
async function refuseFounding(
  context: AgentContext,
  wanted: string | null,
  { kitGiven = false }: FoundOptions,
): Promise<void> {
  const { host, local, offsite } = context;
  const reasons: { readonly code: ExitCode; readonly sentence: string }[] = [];
  const head = (await new HeadStore(await context.bucket()).read())?.head ?? null;
  if (head !== null && !(await isOwnHead(context, head, await readIntent(host), wanted)))
    reasons.push({ code: exitCodes.alreadyFounded, sentence: headInTheWay(head) });
  for (const [repository, source] of [
    [offsite, "offsite"],
    [local, "local"],
  ] as const) {
    const points = await lineagePoints(context, repository);
    if (points.length > 0)
      reasons.push({ code: exitCodes.alreadyFounded, sentence: pointsInTheWay(repository, source, points) });
  }
  if (kitGiven) {
    const sentence =
      "A recovery kit was given, so a lost platform is to come back and no empty lineage is founded: run `./kaleem restore`, or leave the kit out if this platform is new.";
    reasons.push({ code: exitCodes.usage, sentence });
  }
  const [first] = reasons;
  if (first !== undefined)
    throw new RecoveryError(first.code, reasons.map(({ sentence }) => sentence).join("\n"));
}

/** Points of a lineage. What this host took of itself while it was nobody's is of the very data that the lineage begins with. */
export async function lineagePoints(
  { machineId }: AgentContext,
  repository: Restic,
): Promise<readonly Point[]> {
  const nobodys = `host-${machineId.slice(0, 8)}`;
  try {
    const points = pointsOf(await repository.snapshots());
    return points.filter(({ lineage, generation }) => lineage !== nobodys || generation > 0);
  } catch (error) {
    if (error instanceof RecoveryError && error.exitCode === exitCodes.noRepository) return [];
    throw error;
  }
}

function pointsInTheWay(
  { repository: { url } }: Restic,
  source: "local" | "offsite",
  points: readonly Point[],
): string {
  const lineages = [...new Set(points.map(({ lineage }) => lineage))].sort().join(", ");
  const newest = inOrder(points).at(-1);
  const what = `${points.length} ${points.length === 1 ? "point" : "points"} of lineage ${lineages}, the newest ${newest?.id ?? ""}`;
  const otherwise =
    source === "offsite"
      ? "configure another bucket or prefix"
      : "if nobody wants them any more, move that folder away";
  return `The ${source === "offsite" ? "off-site" : "local"} repository ${url} holds ${what}, so no empty lineage is founded beside them: run \`./kaleem restore --from ${source}\` to bring them here, or ${otherwise}.`;
}

async function intend({ host, config, machineId }: AgentContext, wanted: string | null): Promise<Lineage> {
  const kept = await readIntent(host);
  if (kept !== null && (wanted === null || wanted === kept.lineage)) return kept;
  const lineage = {
    lineage: wanted ?? `${config.stack}-${randomBytes(4).toString("hex")}`,
    generation: 1,
    host: machineId,
  };
  await host.writeFile(layout.founding, `${JSON.stringify(lineage)}\n`, 0o644);
  return lineage;
}

/** Null when there is none, or none that can be understood: what it began is then found in the bucket, as somebody's. */
async function readIntent(host: AgentContext["host"]): Promise<Lineage | null> {
  const kept = await host.readFile(layout.founding);
  if (kept === null) return null;
  try {
    const parsed = lineageSchema.safeParse(JSON.parse(kept));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Whether a run that was killed made this head: by its nonce, or by its names where it has none yet. */
async function isOwnHead(
  { host }: AgentContext,
  head: Head,
  intent: Lineage | null,
  wanted: string | null,
): Promise<boolean> {
  if (intent === null || (wanted !== null && wanted !== intent.lineage)) return false;
  if (head.lineage !== intent.lineage || head.host !== intent.host || head.generation !== 1) return false;
  return head.nonce === undefined || (await wroteHead(host, head));
}

async function claim(context: AgentContext, lineage: Lineage): Promise<void> {
  const { host, config } = context;
  const bucket = await context.bucket();
  const store = new HeadStore(bucket);
  const changedAt = host.now().toISOString();
  const intended = await intendClaim(host, lineage);
  const head: Head = { ...lineage, stack: config.stack, parent: null, changedAt, nonce: intended.intended };
  const made = await store.create(head);
  const present = made ? head : ((await store.read())?.head ?? null);
  if (present !== null && (made || (await isOwnHead(context, present, lineage, null)))) {
    await confirmClaim(host, intended, present, bucket.location);
    return;
  }
  await host.removeFile(layout.founding);
  await host.removeFile(claimPath);
  throw new RecoveryError(exitCodes.alreadyFounded, headInTheWay(present));
}

function headInTheWay(head: Head | null): string {
  const who =
    head === null
      ? "changed this very moment"
      : `lineage ${head.lineage}, generation ${head.generation}, of stack ${head.stack} since ${head.changedAt}`;
  return `The bucket has a head already (${who}), so this empty data root has no lineage: run \`./kaleem restore\` to bring its data here, or configure another bucket or prefix.`;
}
