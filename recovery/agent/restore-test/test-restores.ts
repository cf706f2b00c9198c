import { exitCodes, RecoveryError, type ExitCode } from "../../../contract/exit-codes.ts";
import { duration, size } from "../../host/log.ts";
import { anothersTurn, putOff, watchForOthers, type Watch } from "../../proof/giving-way.ts";
import { clearProof } from "../../proof/prove-point.ts";
import { reserveOf } from "../reserve/keep-reserve.ts";
import type { RestoreTests, TestedRepository } from "../answers/restore-test.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";
import { testRepository, type RestoreTestPorts } from "./test-repository.ts";

/** Below this beside the reserve, a point or a writer may want what the test has. */
const scarceBytes = 256 * 2 ** 20;

/**
 * Tests a restore from the local repository and then from off-site. What one shows keeps nobody from trying the other. A restore ends the
 * test at once and has its room; so does a data volume that fills up meanwhile.
 * @param keep Keeps how a repository did, as soon as it is known.
 * @throws RecoveryError with the code of the first problem, once both were tried; `busy` when somebody else comes first
 */
export async function testRestores(
  ports: RestoreTestPorts,
  keep: (place: RepositoryPlace, tested: TestedRepository) => Promise<void>,
): Promise<RestoreTests> {
  const { locks, interrupted } = ports;
  if (await locks.taken("restore")) throw putOff("restore test", "a restore runs");
  const lock = await locks.acquire("restore-test", 0, "nothing");
  try {
    const watch = watchForRestore(ports);
    const signal = AbortSignal.any([watch.signal, interrupted]);
    try {
      await ports.folder.clear();
      return await bothPlaces(ports, keep, signal);
    } finally {
      watch.stop();
    }
  } finally {
    await lock.release();
  }
}

async function bothPlaces(
  ports: RestoreTestPorts,
  keep: (place: RepositoryPlace, tested: TestedRepository) => Promise<void>,
  signal: AbortSignal,
): Promise<RestoreTests> {
  const ends = new Map<RepositoryPlace, TestedRepository>();
  const failed: { readonly exitCode: ExitCode; readonly sentence: string }[] = [];
  for (const place of ["local", "offsite"] as const) {
    signal.throwIfAborted();
    const { tested, exitCode } = await testRepository(ports, place, signal);
    await keep(place, tested);
    ports.log.line(describeTested(place, tested));
    ends.set(place, tested);
    if (!tested.ok) failed.push({ exitCode, sentence: describeTested(place, tested) });
  }
  const [first] = failed;
  if (first !== undefined)
    throw new RecoveryError(
      first.exitCode,
      `A restore would fail. ${failed.map(({ sentence }) => sentence).join(" ")}`,
    );
  return { local: ends.get("local") ?? null, offsite: ends.get("offsite") ?? null };
}

/** Takes away what a killed test has left; nothing while one is at work. */
export async function clearRestoreTests(
  ports: Pick<RestoreTestPorts, "locks" | "docker" | "folder" | "proofFiles">,
): Promise<void> {
  const { locks, folder } = ports;
  const held: { release(): Promise<void> }[] = [];
  try {
    // Under both locks: its containers are found by a label that those of proofs have too.
    for (const name of ["restore-test", "proof"] as const) held.push(await locks.acquire(name, 0, "nothing"));
    await clearProof({ docker: ports.docker, files: ports.proofFiles });
    await folder.clear();
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.busy) throw error;
  } finally {
    for (const lock of held.reverse()) await lock.release();
  }
}

function watchForRestore({ locks, folder, lookMs }: RestoreTestPorts): Watch {
  const why = async (): Promise<string | null> => {
    if ((await locks.taken("restore")) || (await locks.wanted("offsite", "at-once"))) return anothersTurn;
    const { freeBytes, totalBytes } = await folder.space();
    return freeBytes < reserveOf(totalBytes) + scarceBytes
      ? `${size(freeBytes)} are left on the data volume, and points and writers come first`
      : null;
  };
  return watchForOthers("restore test", why, lookMs);
}

/** For people: one sentence. */
export function describeTested(place: RepositoryPlace, tested: TestedRepository): string {
  const { ok, point, problems, seconds, bytes, compared, stores } = tested;
  const where = place === "local" ? "From this host" : "From off-site";
  const what = point === null ? "" : ` point ${point.id}`;
  if (!ok) return `${where}${what}: ${problems.join(" ")}`;
  const told = Object.entries(stores).map(
    ([name, { coverage }]) =>
      `${name} ${coverage.hashed} of ${coverage.of} items read${coverage.sampled ? " (a sample)" : ""}`,
  );
  const held = compared ? "as its inventory says" : "held against no inventory: it was never proven";
  return `${where}${what}: ${size(bytes)} back and started in ${duration(seconds * 1000)}, ${held}: ${told.join(", ")}.`;
}
