import { jobs } from "../../../contract/jobs.ts";
import { layout } from "../../../contract/layout.ts";
import { dumpsHost } from "../../dumps/dump-tags.ts";
import { dumpsOf, dumpsToShip } from "../../dumps/dumps.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { uploadPace } from "../../restic/upload-pace.ts";
import { shipDumpsRecord, type ShipDumpsResult } from "../answers/dump-record.ts";
import type { AgentContext } from "../context.ts";
import { ForgottenPoints, forgottenDumps } from "../forgotten-points.ts";
import { mayChange } from "../maintenance/alone.ts";
import { inTurns } from "../maintenance/turns.ts";
import { recordedRun } from "../recorded-run.ts";
import { UnfinishedWrites } from "../unfinished-writes.ts";
import { Uplink } from "../uplink.ts";

/**
 * `kaleem-agent ship-dumps`: brings dumps that are not off-site yet there, the newest first, one at a time. It gives way to a shipping of points at
 * once; what it had moved stays.
 */
export async function shipDumpsCommand(context: AgentContext): Promise<ShipDumpsResult> {
  return recordedRun(context, {
    job: "ship-dumps",
    schema: shipDumpsRecord,
    run: () => shipDumps(context),
    describe: ({ shipped, there }) => `${shipped.length} dumps shipped; ${there} are off-site`,
    samples: ({ there }) => [
      {
        name: "backup_dump_count",
        help: "Dumps of this lineage.",
        labels: { repo: "offsite" },
        value: there,
      },
    ],
  });
}

async function shipDumps(context: AgentContext): Promise<ShipDumpsResult> {
  const { host, local, log, machineId, offsite } = context;
  const { founded } = await readIdentity(host, layout.lineage, machineId);
  const shipped: string[] = [];
  if (founded === null) return { shipped, there: 0 };
  const name = dumpsHost(founded.lineage);
  let there = 0;
  await inTurns(context, "offsite", async (signal) => {
    const limits = { signal, stallAfterMs: jobs["ship-dumps"].stallAfterMs };
    await mayChange(context, "offsite");
    const unfinished = new UnfinishedWrites(host, "offsite");
    await unfinished.mend((left) =>
      log.phase(`index what was left by: ${left}`, () => offsite.repairIndex(limits)),
    );
    const have = dumpsOf(await offsite.snapshots(name, limits));
    there = have.length;
    const forgotten = await new ForgottenPoints(host, forgottenDumps).read();
    const [next, ...rest] = dumpsToShip(dumpsOf(await local.snapshots(name, limits)), have, forgotten);
    if (next === undefined) return "done";
    const uplink = new Uplink(host);
    const pace = uploadPace(await uplink.rate());
    await log.phase(
      `copy ${next.id}, 1 of ${rest.length + 1}`,
      // The manifest last: without it there is no dump.
      () =>
        unfinished.during("copy of a dump", async () => {
          await offsite.copyFrom(local, [next.data], limits, pace);
          await offsite.copyFrom(local, [next.manifest], limits, pace);
        }),
    );
    shipped.push(next.id);
    return "more";
  });
  return { shipped, there };
}
