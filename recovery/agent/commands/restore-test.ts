import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { jobs } from "../../../contract/jobs.ts";
import { layout } from "../../../contract/layout.ts";
import { readRecord } from "../../host/read-record.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { writeMetrics, type Sample } from "../../metrics/metrics.ts";
import { manifestFile } from "../../point/manifest.ts";
import { pointsOf, type Point } from "../../point/points.ts";
import { putOff } from "../../proof/giving-way.ts";
import { ProofFiles } from "../../proof/proof-files.ts";
import { ProofRecords } from "../../proof/proof-record.ts";
import {
  restoreTestRecord,
  restoreTestsSchema,
  type RestoreTests,
  type TestedRepository,
} from "../answers/restore-test.ts";
import { dataApplications } from "../data-applications.ts";
import type { AgentContext } from "../context.ts";
import { offsitePoints } from "../offsite-points.ts";
import { recordedRun } from "../recorded-run.ts";
import { restoreInventories } from "../restore/restore-inventories.ts";
import { TestFolder } from "../restore-test/test-folder.ts";
import type { RestoreTestPorts, TestedSource } from "../restore-test/test-repository.ts";
import { clearRestoreTests, describeTested, testRestores } from "../restore-test/test-restores.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";
import { proofStorePorts, startOf } from "./prove.ts";

const day = 24 * 3_600_000;
/** A little less than the interval: the timer asks once a day, and a run takes its time. */
const dueAfterMs = jobs["restore-test"].every.ms - 2 * day;
/** One that failed reads everything again the next time, and some services charge for that. */
const againAfterMs = 6.5 * day;
/** Where it stands how each repository did last, good or bad. */
const testsPath = `${layout.agentState}/restore-tests.json`;

/**
 * `kaleem-agent restore-test`: restores a point of each repository into a folder of its own and starts each store on it. `--if-due` does
 * nothing while the last good test is younger than a month, or the last failed one than a week. `--clear` takes away what a killed test has
 * left.
 */
export async function restoreTestCommand(
  context: AgentContext,
  args: readonly string[],
): Promise<RestoreTests | { readonly cleared: true } | { readonly due: false }> {
  const asked = args.join(" ");
  if (!["", "--if-due", "--clear"].includes(asked))
    throw new RecoveryError(
      exitCodes.usage,
      `restore-test: expected nothing, --if-due or --clear, got "${asked}".`,
    );
  if (asked === "--clear") {
    await clearRestoreTests(testPorts(context, null));
    return { cleared: true };
  }
  if (asked === "--if-due" && !(await isDue(context))) {
    // A power cut lets nobody clean up.
    await clearRestoreTests(testPorts(context, null));
    return { due: false };
  }
  const { founded } = await readIdentity(context.host, layout.lineage, context.machineId);
  return recordedRun(context, {
    job: "restore-test",
    schema: restoreTestRecord,
    run: async () => {
      if (founded === null)
        throw putOff("restore test", "this data root has no lineage, so there is nothing to restore from");
      return testRestores(testPorts(context, founded.lineage), (place, tested) =>
        keep(context, place, tested),
      );
    },
    describe: (result) =>
      (["local", "offsite"] as const)
        .flatMap((place) => (result[place] === null ? [] : [describeTested(place, result[place])]))
        .join(" "),
    samples: () => [],
  });
}

/** How each repository did last; null for one that was never tested. */
export async function readRestoreTests({ host }: Pick<AgentContext, "host">): Promise<RestoreTests> {
  return (await readRecord(host, testsPath, restoreTestsSchema)) ?? { local: null, offsite: null };
}

async function keep(context: AgentContext, place: RepositoryPlace, tested: TestedRepository): Promise<void> {
  const { host } = context;
  const tests = { ...(await readRestoreTests(context)), [place]: tested };
  await host.writeFile(testsPath, `${JSON.stringify(tests, null, 2)}\n`, 0o644);
  await writeMetrics(host, layout.metrics, "restore-tests", [
    ...samplesOf("local", tests.local),
    ...samplesOf("offsite", tests.offsite),
  ]);
}

function samplesOf(repo: RepositoryPlace, tested: TestedRepository | null): readonly Sample[] {
  if (tested === null) return [];
  const labels = { repo };
  return [
    {
      name: "backup_restore_test_ok",
      help: "Whether the last test of a restore from this repository brought back what the point holds.",
      labels,
      value: tested.ok ? 1 : 0,
    },
    {
      name: "backup_restore_test_timestamp_seconds",
      help: "When it ended.",
      labels,
      value: Date.parse(tested.at) / 1000,
    },
    { name: "backup_restore_test_seconds", help: "How long it took.", labels, value: tested.seconds },
    { name: "backup_restore_test_bytes", help: "Bytes that it fetched.", labels, value: tested.bytes },
  ];
}

async function isDue({ host }: AgentContext): Promise<boolean> {
  const record = await readRecord(host, `${layout.agentState}/restore-test.json`, restoreTestRecord);
  if (record === null) return true;
  const agoMs = (iso: string): number => host.now().getTime() - Date.parse(iso);
  const { lastRun, lastSuccess } = record;
  // Being busy reads nothing.
  if (!lastRun.ok && lastRun.exitCode !== exitCodes.busy && agoMs(lastRun.finishedAt) < againAfterMs)
    return false;
  return lastSuccess === null || agoMs(lastSuccess.finishedAt) >= dueAfterMs;
}

/** @param lineage Whose points are tested; null where none are. */
function testPorts(context: AgentContext, lineage: string | null): RestoreTestPorts {
  const { host, docker, locks, log, interrupted, stores } = context;
  const folder = new TestFolder(layout.restoreTest, layout.point);
  return {
    host,
    docker,
    locks,
    log,
    interrupted,
    stores,
    applications: dataApplications(context.config),
    folder,
    proofFiles: new ProofFiles({
      point: folder.path,
      indexes: [],
      clone: folder.placed,
      given: layout.proofFiles,
    }),
    storePorts: proofStorePorts(context),
    startOf: (definition) => startOf(context, definition),
    sources: {
      local: sourceOf(context, "local", async () =>
        lineage === null ? [] : pointsOf(await context.local.snapshots(lineage)),
      ),
      offsite: sourceOf(context, "offsite", async () =>
        (await offsitePoints(context)).filter((point) => point.lineage === lineage),
      ),
    },
  };
}

/** Reads without making a lost index anew, as a restore would: a test tells what is damaged. */
function sourceOf(
  context: AgentContext,
  place: RepositoryPlace,
  points: () => Promise<readonly Point[]>,
): TestedSource {
  const repository = context[place];
  const records = new ProofRecords(context.host, layout.proofs);
  const inventories = restoreInventories(context);
  return {
    points,
    async newestProven(listed) {
      const here = await records.newestProven(listed.map(({ id }) => id));
      const id = here?.point ?? (await provenByHead(context));
      const point = listed.find((one) => one.id === id);
      if (point === undefined) return null;
      const proof = await inventories.recorded({ ...point, stores: [...point.stores], from: place });
      return proof?.ok === true ? { point, proof } : null;
    },
    async manifest({ snapshot }, signal) {
      try {
        return await repository.dump(snapshot, `${layout.point}/${manifestFile}`, { signal });
      } catch (error) {
        if (error instanceof Error && /not found in snapshot/.test(error.message)) return null;
        throw error;
      }
    },
    fetch: ({ snapshot }, target, signal) => repository.restore(snapshot, target, undefined, { signal }),
  };
}

/** The newest proven point off-site: a machine that was just recovered has no records of its own. */
async function provenByHead(context: AgentContext): Promise<string | null> {
  return (await (await context.head()).read())?.head.proven?.point ?? null;
}
