import { createHash, randomBytes } from "node:crypto";
import { chown, lutimes, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { StatefulDefinition } from "../../catalog/definition.ts";
import { layout } from "../../contract/layout.ts";
import { leftByHand, type Piece, type ShippedFacts } from "../../drill/faults/fault.ts";
import { foundCommand } from "../../recovery/agent/commands/found.ts";
import { proofStorePorts } from "../../recovery/agent/commands/prove.ts";
import { findRestore } from "../../recovery/agent/restore/restore-findings.ts";
import { restorePorts } from "../../recovery/agent/restore/restore-ports.ts";
import type { AgentContext } from "../../recovery/agent/context.ts";
import { shipPoints } from "../../recovery/agent/points/ship-points.ts";
import { takePoint } from "../../recovery/agent/points/take-point.ts";
import type { PointResult } from "../../recovery/agent/answers/run-record.ts";
import { runProgram } from "../../recovery/host/run-program.ts";
import { manifestFile, manifestSchema } from "../../recovery/point/manifest.ts";
import { newPointId } from "../../recovery/point/point-id.ts";
import { parseTags, tagsOf } from "../../recovery/point/point-tags.ts";
import { BucketProofs } from "../../recovery/proof/bucket-proofs.ts";
import { ProofFiles } from "../../recovery/proof/proof-files.ts";
import { ProofRecords } from "../../recovery/proof/proof-record.ts";
import { provePoint } from "../../recovery/proof/prove-point.ts";
import { repositoryPassword } from "../../recovery/agent/repository-password.ts";
import { resticProgram } from "../../recovery/restic/restic-program.ts";
import { fetchPoint, incomingOf } from "../../recovery/restore/phases/fetch.ts";
import { planRestore } from "../../recovery/restore/plan/plan.ts";
import { restoreRequestSchema } from "../../recovery/restore/plan/request.ts";
import type { RestorePlan } from "../../recovery/restore/plan/restore-plan.ts";
import { BucketState } from "./bucket-state.ts";
import { benchContext, type BenchHost } from "./context.ts";
import { requireLaid } from "./room.ts";
import type { BenchStores } from "./stores.ts";

/** What every run begins with: a point that real stores were copied into, proven, shipped, and fetched from the bucket again. */
export interface Base {
  readonly host: BenchHost;
  readonly stores: BenchStores;
  readonly bucket: BucketState;
  readonly facts: ShippedFacts;
  /** Of a recovery from the bucket on an empty machine. */
  readonly plan: RestorePlan;
  /** When it was made, in ms since 1970: how old points have become since says nothing. */
  readonly madeAtMs: number;
  /** What that fetched: `manifest.json` and `files/`. On the data file system, so that a clone of it costs nothing. */
  readonly fetched: string;
}

/** What a person who recovers asks for. */
export const latestOffsite = restoreRequestSchema.parse({ at: "latest", from: "offsite" });

const lineage = "verify-present";
const otherLineage = "verify-former";
/** When that was, in seconds since 1970. */
const leftAtSeconds = 1_700_000_000;
const fetched = join(layout.dataRoot, "fetched");

/** Makes it. The stores' containers are gone afterwards. */
export async function makeBase(
  host: BenchHost,
  stores: BenchStores,
  step: <T>(name: string, work: () => Promise<T>) => Promise<T>,
): Promise<Base> {
  const context = await benchContext(host);
  await step("stores with data", () => fill(host.stores, stores));
  await foundCommand(context, lineage);
  const former = await step("first point", async () => {
    const point = await takePoint(context);
    await shipPoints(context);
    return point;
  });
  const newest = await step("second point", () => takePoint(context));
  await step("its proof", () => provePoint(proofPorts(context, stores)));
  await step("shipping", async () => {
    const bringProof = await addOtherLineage(context, newest);
    await shipPoints(context);
    await bringProof();
  });
  for (const { name } of host.stores) await stores.stop(name);
  const snapshots = await snapshotsOffsite(context, [former.point, newest.point]);
  const facts: ShippedFacts = {
    newest: newest.point,
    former: former.point,
    otherLineage,
    snapshots: { newest: snapshots[1].id, former: snapshots[0].id },
    pieces: {
      data: await pieceOf(context, createHash("sha256").update(leftContent(1)).digest("hex")),
      tree: await pieceOf(context, snapshots[1].tree),
    },
    password: host.resticPassword,
  };
  await loseHost();
  const plan = await step("fetch from the bucket", () => fetchOnce(context));
  const bucket = await BucketState.of(await context.bucket());
  return { host, stores, bucket, facts, plan, madeAtMs: Date.now(), fetched };
}

/** What a machine that was lost has kept: nothing. @throws Error unless it is a room that is lost */
export async function loseHost(): Promise<void> {
  await requireLaid();
  for (const path of [
    ...[layout.live, join(layout.dataRoot, "points"), layout.lineage, `${layout.lineage}.claim`],
    ...[layout.incoming, layout.repository, layout.agentState, layout.resticCache, layout.proof],
  ])
    await rm(path, { recursive: true, force: true });
}

async function fill(definitions: readonly StatefulDefinition[], stores: BenchStores): Promise<void> {
  await Promise.all(
    definitions.map(async (definition) => {
      await makeDirectories(definition, layout.live);
      await stores.start(definition, layout.live, (store) => store.setup());
      await stores.change(definition, null, 0);
    }),
  );
  const folder = join(layout.live, leftByHand.directory, leftByHand.folder);
  await mkdir(folder);
  await writeFile(join(folder, leftByHand.first), leftContent(1), { mode: 0o600 });
  await writeFile(join(folder, leftByHand.second), leftContent(2), { mode: 0o600 });
  await symlink(leftByHand.second, join(folder, leftByHand.link));
  // Whole seconds, which can be set again to the last digit.
  for (const name of [leftByHand.first, leftByHand.second, leftByHand.link, "."])
    await lutimes(join(folder, name), leftAtSeconds, leftAtSeconds);
}

/** Always the same, and in one piece: restic cuts nothing that is smaller than half a MiB. */
function leftContent(which: number): Buffer {
  const blocks = Array.from({ length: leftByHand.bytes / 32 }, (_, index) =>
    createHash("sha256").update(`left by hand ${which} ${index}`).digest(),
  );
  return Buffer.concat(blocks);
}

/** A store's directories, empty, below `data`. */
export async function makeDirectories({ data, user }: StatefulDefinition, below: string): Promise<void> {
  const [uid = 0, gid = 0] = user.split(":").map(Number);
  for (const name of Object.values(data)) {
    await mkdir(join(below, name), { recursive: true });
    await chown(join(below, name), uid, gid);
  }
}

/**
 * A point of a lineage that served before, as it stays in a bucket. All of it is in order, and it holds what the newest point holds: nothing
 * speaks against it but that it is not the newest.
 * @returns what brings its proof, once the newest point's is there
 */
async function addOtherLineage(context: AgentContext, point: PointResult): Promise<() => Promise<void>> {
  const { local, offsite, host } = context;
  const path = `${layout.point}/${manifestFile}`;
  const text = (await host.readFile(path)) ?? "";
  const before = new Date(Date.parse(point.instant) - 60_000);
  const [id, instant] = [newPointId(before), before.toISOString()];
  const manifest = manifestSchema.parse(JSON.parse(text));
  await host.writeFile(path, JSON.stringify({ ...manifest, point: id, lineage: otherLineage, instant }));
  const { generation, stores } = point;
  const tags = tagsOf({ id, lineage: otherLineage, generation, instant, stores });
  const { snapshot } = await local.backup(layout.point, otherLineage, tags);
  await host.writeFile(path, text);
  await offsite.copyFrom(local, [snapshot]);
  await local.forget([snapshot]);
  return async () => {
    const proofs = new BucketProofs(await context.bucket(), await repositoryPassword(host));
    const record = await proofs.read(point.point);
    if (record === null) throw new Error(`the proof of ${point.point} is not in the bucket`);
    await proofs.write({ ...record, point: id, instant });
  };
}

function proofPorts(context: AgentContext, stores: BenchStores): Parameters<typeof provePoint>[0] {
  const { host, docker, locks, log, interrupted } = context;
  const runsOn = context.stores.some(({ copied }) => copied === "after-instant");
  return {
    ...{ host, docker, locks, log, interrupted, stores: context.stores },
    files: new ProofFiles({
      point: layout.point,
      indexes: [layout.pointIndex, ...(runsOn ? [layout.runningIndex] : [])],
      clone: layout.proof,
      given: layout.proofFiles,
    }),
    records: new ProofRecords(host, layout.proofs),
    storePorts: { ...proofStorePorts(context), lookMs: 200 },
    startOf: (definition) => stores.startOf(definition),
    points: async () => (await context.local.snapshots()).flatMap(({ tags }) => parseTags(tags)?.id ?? []),
  };
}

async function snapshotsOffsite(
  { offsite }: AgentContext,
  points: readonly [string, string],
): Promise<readonly [{ id: string; tree: string }, { id: string; tree: string }]> {
  const all = await offsite.snapshots();
  const find = (point: string): { id: string; tree: string } => {
    const found = all.find(({ tags }) => parseTags(tags)?.id === point);
    if (typeof found?.tree !== "string") throw new Error(`restic does not list ${point} off-site`);
    return { id: found.id, tree: found.tree };
  };
  return [find(points[0]), find(points[1])];
}

const indexSchema = z.object({
  packs: z.array(
    z.object({
      id: z.string(),
      blobs: z.array(z.object({ id: z.string(), offset: z.number(), length: z.number() })),
    }),
  ),
});

/** Where the off-site repository keeps a blob, by restic's own index. */
async function pieceOf({ offsite, config, host }: AgentContext, blob: string): Promise<Piece> {
  const { url, passwordFile } = offsite.repository;
  const keys = (await host.readFile(layout.offsiteCredentials)) ?? "";
  const env = {
    AWS_ACCESS_KEY_ID: /aws_access_key_id = (.*)/.exec(keys)?.[1] ?? "",
    AWS_SECRET_ACCESS_KEY: /aws_secret_access_key = (.*)/.exec(keys)?.[1] ?? "",
  };
  const ask = async (...argv: readonly string[]): Promise<string> => {
    const where = ["-r", url, "--password-file", passwordFile, "-o", `s3.region=${config.offsite.region}`];
    const { stdout } = await runProgram([resticProgram(), ...where, "--no-cache", "--no-lock", ...argv], {
      env,
    });
    return stdout;
  };
  for (const index of (await ask("list", "index")).split("\n").filter((line) => line !== "")) {
    const { packs } = indexSchema.parse(JSON.parse(await ask("cat", "index", index)));
    for (const { id, blobs } of packs) {
      const found = blobs.find((one) => one.id === blob);
      if (found === undefined) continue;
      const { offset, length } = found;
      return { pack: `restic/data/${id.slice(0, 2)}/${id}`, offset, length };
    }
  }
  throw new Error(`the off-site repository's index does not name the blob ${blob.slice(0, 8)}`);
}

/** A recovery on an empty machine as far as the fetched files, which are kept. */
async function fetchOnce(context: AgentContext): Promise<RestorePlan> {
  await mkdir(layout.incoming, { recursive: true });
  const planned = planRestore(await findRestore(context, latestOffsite, false), latestOffsite);
  if (Array.isArray(planned))
    throw new Error(`the bench cannot recover: ${planned.map(({ sentence }) => sentence).join(" ")}`);
  const ports = restorePorts(context);
  const phase = {
    ...{ plan: planned, ports, memory: {}, remember: () => undefined, progress: () => undefined },
    asked: { accept: [], withoutProof: false },
  };
  await fetchPoint(phase);
  await rename(join(incomingOf(phase), ports.repository.inside), fetched);
  await rm(layout.incoming, { recursive: true });
  return planned;
}

/** A password that nobody has used. */
export function newSecret(): string {
  return randomBytes(18).toString("hex");
}
