import { z } from "zod";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { BeginResult } from "../../../contract/begin-result.ts";
import { layout } from "../../../contract/layout.ts";
import { HeadStore } from "../../lineage/head-store.ts";
import { readIdentity } from "../../lineage/identity.ts";
import type { AgentContext } from "../context.ts";
import { restoreState, type RestoreState } from "../restore/restore-state.ts";
import { foundCommand, isFounding, lineagePoints } from "./found.ts";

const requestSchema = z.strictObject({
  /** The stack's file, or whoever runs it, says that this platform is new. */
  firstInstall: z.boolean(),
});

/** A point that is being taken holds the data, and a shipping the bucket, for as long. */
const lockWaitMs = 120_000;

/**
 * `kaleem-agent begin`: what becomes of this data root, once it is declared; the request as JSON on stdin. One that has a lineage serves.
 * An empty one is founded when it was said to be new and nothing speaks against it; else it stays closed, and the answer says what it
 * waits for. Idempotent.
 * @throws RecoveryError `alreadyFounded`, `restoreUnfinished` or `busy` for a first install of what is none; nothing is changed then
 */
export async function beginCommand(context: AgentContext, input: string): Promise<BeginResult> {
  const { firstInstall } = parseRequest(input);
  const { founded } = await readIdentity(context.host, layout.lineage, context.machineId);
  // A run that was killed has left its intention: what was said then counts, and the edge may still be closed.
  const begun = await isFounding(context.host);
  const restore = await restoreState(context);
  const restoring = restore.running || restore.unfinished !== null;
  if (founded !== null && !begun)
    return { state: "serves", why: `lineage ${founded.lineage}, generation ${founded.generation}` };
  if (founded === null && !firstInstall && (!begun || restoring))
    return await whatItWaitsFor(context, restore);
  try {
    const { lineage } = await foundCommand(context, null, { waitMs: lockWaitMs });
    return { state: "founded", why: `lineage ${lineage}` };
  } catch (error) {
    if (!(error instanceof RecoveryError) || founded !== null) throw error;
    throw new RecoveryError(
      error.exitCode,
      `This is no first install; nothing was founded or opened, and the platform stays closed. ${error.message}`,
      { cause: error },
    );
  }
}

/** Why it stays closed. An off-site bucket that cannot be asked is an error: an empty one must not be told from a lost platform's by guess. */
async function whatItWaitsFor(
  context: AgentContext,
  { running, unfinished }: RestoreState,
): Promise<BeginResult> {
  if (unfinished !== null)
    return { state: "waits", why: `restore ${unfinished.id} is unfinished (at "${unfinished.phase}")` };
  if (running) return { state: "waits", why: "a restore runs on this host" };
  const head = (await new HeadStore(await context.bucket()).read())?.head ?? null;
  if (head !== null)
    return {
      state: "waits",
      why: `the bucket's head is lineage ${head.lineage}, generation ${head.generation}`,
    };
  for (const repository of [context.offsite, context.local]) {
    const { length } = await lineagePoints(context, repository);
    if (length > 0) return { state: "waits", why: `${repository.repository.url} holds ${length} points` };
  }
  return { state: "new", why: "the data root is empty and the bucket has no head and no points" };
}

function parseRequest(input: string): z.infer<typeof requestSchema> {
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch {
    value = undefined;
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RecoveryError(
    exitCodes.usage,
    'begin: expected {"firstInstall": true} or {"firstInstall": false} on stdin, got something else: run `pulumi up` with the same version as this agent.',
  );
}
