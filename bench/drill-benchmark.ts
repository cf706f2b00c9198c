import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readDrillReport, type DrillReport } from "../drill/drill-report.ts";
import { noneDeclared } from "../operator/stack/business-checks.ts";
import { namesIn } from "../recovery/host/names-in.ts";
import type { Benchmark } from "./benchmark.ts";

/**
 * The figures of a drill: the newest report, or one made now.
 * @throws Error when there is no report, or the drill did not pass: a failed one has no figures
 */
export async function benchmarkDrill(repository: string, runNow: boolean): Promise<Benchmark> {
  if (runNow) await drill(repository);
  const { file, report } = await newestReport(join(repository, ".kaleem", "drills"));
  if (report.causes.length > 0 || report.rtoSeconds === null) {
    throw new Error(
      `bench: the drill of ${report.startedAt} failed (${report.causes.join("; ")}): see ${file}.`,
    );
  }
  const { writes, rpoSeconds, rtoSeconds, timeline, startedAt } = report;
  return {
    name: "drill",
    table: [
      ["", "seconds"],
      ...timeline.map(({ name, seconds }) => [name, seconds.toFixed(1)]),
      ["RPO: from the point to the loss", rpoSeconds.toFixed(1)],
      ["RTO: from the loss to the first good write", rtoSeconds.toFixed(1)],
    ],
    notes: [
      writes === null
        ? `Drill of ${startedAt}: ${noneDeclared}.`
        : `Drill of ${startedAt}: of ${writes.acknowledgedBeforeLoss} acknowledged writes ${writes.restored} were read back, ` +
          `${writes.lostAfterPoint} were newer than the point and lost, ${writes.missingOrAltered.length} that should be there are missing or altered.`,
    ],
    figures: { report },
  };
}

function drill(repository: string): Promise<void> {
  const argv = [join(repository, "operator", "start.mjs"), join("drill", "command.ts")];
  // Its own report goes to people; standard output is for ours.
  const child = spawn(process.execPath, argv, {
    cwd: repository,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`bench: the drill ended with exit code ${code ?? "none"}; its output is above.`));
    });
  });
}

async function newestReport(folder: string): Promise<{ file: string; report: DrillReport }> {
  // Their names begin with the time.
  const names = await namesIn(folder);
  const newest = names
    .filter((name) => name.endsWith(".json"))
    .sort()
    .at(-1);
  if (newest === undefined)
    throw new Error("bench: no drill was run yet. Run one with `./kaleem bench drill --run`.");
  const file = join(folder, newest);
  return { file, report: readDrillReport(await readFile(file, "utf8")) };
}
