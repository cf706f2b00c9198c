import { join } from "node:path";
import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { filesDirectory, manifestFile, type Manifest } from "../../point/manifest.ts";
import { checkManifest, readManifest, type Measured } from "../verify/check-manifest.ts";
import { passedBy } from "../plan/left-out.ts";
import { makeRoom, type ReplacedData } from "../replaced-data.ts";
import type { Phase, PhaseContext } from "./phase.ts";
import { undoneBy, type RestorePlan } from "../plan/restore-plan.ts";

type Place = Pick<PhaseContext, "ports" | "plan">;

/** Where this restore unpacks its point. */
export function incomingOf({ ports, plan }: Place): string {
  return join(ports.paths.incoming, plan.id);
}

/**
 * Where a directory of the point lies once it is unpacked; without a name, all of them. What an undo puts back lies where the restore that
 * is undone has moved it: it stays there until it is live again, since it is in no repository.
 */
export function stagedDirectory(place: Place, name = ""): string {
  const undoes = undoneBy(place.plan);
  if (undoes !== null) return join(place.ports.paths.replaced, undoes.restore, name);
  return join(incomingOf(place), place.ports.repository.inside, filesDirectory, name);
}

/** Unpacks the point beside the live data and refuses it unless it is what it says it is. The live data is not touched. */
export const fetchPoint: Phase = async (context) => {
  const { plan, ports } = context;
  const target = incomingOf(context);
  for (const other of await ports.files.list(ports.paths.incoming)) {
    // Left by a restore that was given up; it would only take space away from this one. All of it is in the repository: nothing in here
    // was ever live.
    if (other !== plan.id) await ports.files.remove(join(ports.paths.incoming, other));
  }
  const promised = readManifest(await ports.repository.manifest(plan.point), plan, ports.stores);
  if (Array.isArray(promised)) throw refused(plan, promised);
  await requireSpace(context, promised);
  const only = plan.service === null ? null : ports.stores.flatMap(({ directories: names }) => names);
  await ports.repository.fetch(plan.point, target, context.progress, only);
  const directories = await measureAll(context);
  const text = await ports.host.readFile(join(target, ports.repository.inside, manifestFile));
  const manifest = checkManifest(text, plan, ports.stores, directories);
  if (Array.isArray(manifest)) throw refused(plan, manifest);
  const measured = Object.values(directories);
  const files = measured.reduce((sum, directory) => sum + directory.files, 0);
  const bytes = measured.reduce((sum, directory) => sum + directory.bytes, 0);
  context.remember({ manifest: ofRestored(manifest, plan), directories: sumsOf(directories) });
  return { detail: `${files} files, as the manifest says`, bytes };
};

/** What a small file takes beyond its bytes: the rest of its last block, and its inode. */
const bytesBesideFile = 4_096 + 512;
/** What is left free: the stores still run, and fail with less. */
const spareBytes = 256 * 1024 * 1024;

/** The manifest knows what the point needs, whatever the repository says. What an earlier run has fetched is there already. */
async function requireSpace(context: PhaseContext, { stores, point }: Manifest): Promise<void> {
  const { files, paths } = context.ports;
  const held = Object.values(stores).flatMap(({ directories }) => Object.values(directories));
  const need = held.reduce((sum, directory) => sum + directory.bytes + directory.files * bytesBesideFile, 0);
  const there = await files.usedBytes(incomingOf(context));
  const free = await files.freeBytes(paths.incoming);
  if (need - there + spareBytes <= free) return;
  throw new RecoveryError(
    exitCodes.diskFull,
    `point ${point} needs ${mib(Math.max(0, need - there))} at ${paths.incoming} and ${mib(spareBytes)} to spare for the stores, ${mib(free)} are free; nothing was fetched or replaced. ${makeRoom(await replacedIn(context))}; then repeat the restore.`,
  );
}

async function replacedIn({ ports: { files, paths } }: PhaseContext): Promise<ReplacedData[]> {
  const replaced: ReplacedData[] = [];
  for (const id of await files.list(paths.replaced))
    replaced.push({ id, bytes: await files.usedBytes(join(paths.replaced, id)) });
  return replaced;
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}

/** The journal keeps sums only: what else was measured has been judged. */
function sumsOf(
  directories: Readonly<Record<string, Measured>>,
): Record<string, { files: number; bytes: number }> {
  return Object.fromEntries(
    Object.entries(directories).map(([name, { files, bytes }]) => [name, { files, bytes }]),
  );
}

/** What of the manifest has to be shown after the restore. */
function ofRestored(manifest: Manifest, { leftOut }: RestorePlan): Manifest {
  const without = passedBy(leftOut);
  const stores = Object.entries(manifest.stores).filter(([store]) => !without.has(store));
  return { ...manifest, stores: Object.fromEntries(stores) };
}

async function measureAll(context: PhaseContext): Promise<Record<string, Measured>> {
  const { files } = context.ports;
  const measured: Record<string, Measured> = {};
  for (const name of await files.list(stagedDirectory(context))) {
    measured[name] = await files.measure(stagedDirectory(context, name));
  }
  return measured;
}

function refused(plan: RestorePlan, problems: readonly string[]): RecoveryError {
  const list = problems.map((problem) => `\n  ${problem}`).join("");
  return new RecoveryError(
    exitCodes.pointRefused,
    `point ${plan.point.id} does not match its manifest; nothing was replaced:${list}\nChoose another point (./kaleem points) and restart with --from-scratch.`,
  );
}
