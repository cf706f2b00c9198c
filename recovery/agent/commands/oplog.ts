import { appendFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { positionText, timeOf, type Position } from "../../../catalog/oplog/position.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { bucketLayout, layout } from "../../../contract/layout.ts";
import { runTool } from "../../imports/run-tool.ts";
import type { Bucket } from "../../lineage/bucket.ts";
import { chooseSlices, type Span } from "../../oplog/choose-slices.ts";
import { parseCut } from "../../oplog/cut.ts";
import { readSlices } from "../../oplog/read-slices.ts";
import { replayOplog, type ReplayResult } from "../../oplog/replay.ts";
import { sliceKey } from "../../oplog/slice-object.ts";
import { parseKey, type SliceName } from "../../oplog/slice.ts";
import { manifestFile, manifestSchema, type Manifest } from "../../point/manifest.ts";
import { pointsOf } from "../../point/points.ts";
import { openStore } from "../../stores/store.ts";
import type { AgentContext } from "../context.ts";
import { loggedStore, OplogShipping, type LoggedStore } from "../oplog/ship-oplog.ts";

/** A replay may take as long as its entries take. */
const replayLimitMs = 24 * 3_600_000;
const folder = join(layout.imports, "oplog");

/** `kaleem-agent ship-oplog`: brings the oplog off-site as it is written, until it is stopped. */
export async function shipOplogCommand(context: AgentContext): Promise<{ readonly ended: true }> {
  await new OplogShipping(context, storeOf(context)).run();
  return { ended: true };
}

/** What could be rolled forward, and by what. */
export interface OplogPlan {
  readonly point: string;
  readonly from: Position;
  readonly before: Position;
  readonly slices: number;
}

/** An entry that takes away or renames more than a document. */
export interface OplogCommand {
  /** What `--before` takes. */
  readonly position: string;
  readonly time: string;
  readonly command: string;
  readonly on: string;
}

/**
 * `kaleem-agent oplog plan|commands|replay --point ID --before TIME|POSITION`: whether a point can be rolled forward to there; which
 * commands, such as a drop, the oplog holds in between; or does it, on a closed platform whose store stands at that point.
 */
export async function oplogCommand(
  context: AgentContext,
  args: readonly string[],
): Promise<OplogPlan | readonly OplogCommand[] | ReplayResult> {
  const { action, point, before } = parseArguments(args);
  const store = storeOf(context);
  const manifest = await manifestOf(context, point);
  const span = spanOf(manifest, store.name, before);
  const bucket = await context.bucket();
  const slices = await namesOf(bucket, span);
  if (action === "replay") return replay(context, store, span, bucket, slices);
  const chosen = chooseSlices(slices, span);
  if ("code" in chosen) throw new RecoveryError(exitCodes.noPoint, chosen.sentence);
  if (action === "plan")
    return { point: manifest.point, from: span.from, before, slices: chosen.slices.length };
  const key = sliceKey(await context.offsite.masterKey(), span.lineage);
  const found: OplogCommand[] = [];
  for await (const entries of readSlices(
    { bucket, key, parse: (content) => store.recovery.oplog.parse(content) },
    chosen.slices,
  ))
    for (const { position, command } of entries)
      if (command !== undefined && !/^(applyOps|commitTransaction|abortTransaction)$/.test(command.name))
        found.push({
          position: positionText(position),
          time: timeOf(position),
          command: command.name,
          on: command.on,
        });
  return found;
}

const usage =
  "oplog: expected plan, commands or replay, then --point ID --before TIME or POSITION, such as --before 2026-12-01T04:00:00Z or --before 1764562509:3";

function parseArguments(args: readonly string[]): {
  readonly action: "plan" | "commands" | "replay";
  readonly point: string;
  readonly before: Position;
} {
  const [action = "", ...options] = args;
  const value = (name: string): string => {
    const at = options.indexOf(name);
    return at < 0 ? "" : (options[at + 1] ?? "");
  };
  const before = parseCut(value("--before"));
  const isKnown = action === "plan" || action === "commands" || action === "replay";
  if (!isKnown || options.length !== 4 || value("--point") === "" || before === null)
    throw new RecoveryError(exitCodes.usage, `${usage}; got "${args.join(" ")}".`);
  return { action, point: value("--point"), before };
}

function storeOf({ stores, config }: AgentContext): LoggedStore {
  const store = config.shipOplog === false ? null : loggedStore(stores);
  if (store !== null) return store;
  throw new RecoveryError(
    exitCodes.usage,
    config.shipOplog === false
      ? "oplog: backups.oplog is false in the stack file: nothing of it is off-site."
      : "oplog: no store of this stack keeps one.",
  );
}

/** What a point says of itself, by the repository that has it. */
async function manifestOf({ local, offsite }: AgentContext, id: string): Promise<Manifest> {
  for (const repository of [local, offsite]) {
    const found = pointsOf(await repository.snapshots()).find(
      (point) => point.id === id || point.id.endsWith(`-${id}`),
    );
    if (found !== undefined)
      return manifestSchema.parse(
        JSON.parse(await repository.dump(found.snapshot, `${layout.point}/${manifestFile}`)),
      );
  }
  throw new RecoveryError(
    exitCodes.noPoint,
    `oplog: no recovery point ${id} here or off-site. List them with "./kaleem points".`,
  );
}

/** From where a point is rolled forward: its own position, or for a point of before there were any the second before its instant. */
export function spanOf(
  { lineage, generation, instant, stores }: Manifest,
  store: string,
  before: Position,
): Span {
  const facts = stores[store];
  const noted = facts === undefined || facts.kind === "files" ? undefined : facts.oplog;
  const from = noted ?? { t: Math.floor(Date.parse(instant) / 1000) - 1, i: 0 };
  return { lineage, generation, from, before };
}

async function namesOf(
  bucket: Pick<Bucket, "list">,
  { lineage, generation }: Span,
): Promise<readonly SliceName[]> {
  const listed = await bucket.list(`${bucketLayout.oplog}/${lineage}/${generation}/`);
  return listed.map(({ key }) => parseKey(key)).filter((name) => name !== null);
}

async function replay(
  context: AgentContext,
  definition: LoggedStore,
  span: Span,
  bucket: Bucket,
  slices: readonly SliceName[],
): Promise<ReplayResult> {
  const { host, log, locks, opening, interrupted } = context;
  if ((await host.readFile(layout.closed)) === null)
    throw new RecoveryError(
      exitCodes.usage,
      "oplog: the platform serves, and what customers write would be mixed with what is replayed: close it first with `kaleem-agent close`.",
    );
  const restore = await locks.acquire("restore");
  const store = await openStore(definition.name, { ...opening, timeoutMs: 60_000 });
  const file = join(folder, "entries.bson");
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await discard();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const result = await replayOplog(span, {
      bucket,
      key: sliceKey(await context.offsite.masterKey(), span.lineage),
      parse: (content) => definition.recovery.oplog.parse(content),
      takes: (entry) => definition.recovery.oplog.takes(entry),
      list: () => Promise.resolve(slices),
      store: {
        position: (before) => store.oplogPosition(before),
        has: (position) => store.oplogHas(position),
        tool: () => store.oplogTool(),
        apply: (path) => store.replayOplog(path, replayLimitMs),
      },
      append: (bytes) => appendFile(file, bytes, { mode: 0o600 }),
      file,
      discard,
      runTool: async (call) =>
        runTool({
          container: store.container.id,
          call,
          file,
          signal: interrupted,
          onLine: (line) => log.line(`${definition.name}: ${line}`),
        }),
      say: (line) => log.line(line),
      interrupted,
    });
    await store.resetUsers();
    return result;
  } finally {
    await store.close();
    await restore.release();
  }
}
