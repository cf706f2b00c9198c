/**
 * `./kaleem bench platform | up | recover | point | copy | stores | edge | rotation | rpo | drill | verify`: the figures in
 * docs/benchmarks.md. Each prints a table and keeps every figure as JSON. Exit codes: 0 measured, 1 failed, or something was not found by
 * `verify`, 2 wrong arguments.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { benchAnswer, type BenchAnswer } from "./bench-answer.ts";
import { openBenchStack } from "./bench-stack.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarkCopy } from "./copy-benchmark.ts";
import { benchmarkEdge } from "./edge-benchmark.ts";
import { onThisMachine } from "./machine-facts.ts";
import { benchmarkPlatform } from "./platform-benchmark.ts";
import { benchmarkPoint } from "./point-benchmark.ts";
import { benchmarkDrill } from "./drill-benchmark.ts";
import { renderBenchmark } from "./render-benchmark.ts";
import { benchmarkRecover } from "./recover-benchmark.ts";
import { benchmarkRpo } from "./rpo-benchmark.ts";
import { benchmarkRotation } from "./rotation-benchmark.ts";
import { benchmarkStores } from "./stores-benchmark.ts";
import { benchmarkUp } from "./up-benchmark.ts";
import { benchmarkVerify } from "./verify-benchmark.ts";
import { exitCodes } from "../contract/exit-codes.ts";
import { printAnswer } from "../operator/answers/print-answer.ts";
import { openStack } from "../operator/stack/stack.ts";
import { repositoryRoot } from "../workstation/repository.ts";
import { terminalProgress } from "../workstation/progress.ts";
import { runOperatorCommand } from "../operator/command-line.ts";
import { OperatorCommand } from "../operator/operator-command.ts";

const progress = terminalProgress();
/** What goes to stdout as JSON, where that was asked for. */
const answered: BenchAnswer["benchmarks"] = [];
let exitCode: number = exitCodes.ok;

await runOperatorCommand(async () => {
  const program = new OperatorCommand("bench")
    .description("Runs a benchmark on a stack of its own and saves the figures.")
    .exitOverride();
  const add = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option(
        "--json [file]",
        "every figure as JSON on stdout (docs/json.md), or saved there (default: saved in .kaleem/benchmarks)",
      );
  const onStack = (command: Command): Command =>
    command.option("--stack <name>", "a running stack; it will be filled with orders", "local-bench");

  add(
    "platform",
    "the whole platform: up, unchanged, one image changed, memory, cost of the edge; it stays up",
  )
    .option("--stack <name>", "the stack, which is removed first", "local-bench")
    .action(async ({ json, stack }: Common) => {
      const kept = (part: string) =>
        typeof json === "string"
          ? { json: json.replace(/(\.json)?$/, `-${part}.json`) }
          : json === true
            ? { json }
            : {};
      await run(kept("platform"), () => benchmarkPlatform(openStack(stack), progress));
      const load = { connections: 16, rounds: 6, seconds: 8, progress };
      await run(kept("edge"), async () => benchmarkEdge(await openBenchStack(stack), load));
    });
  add("up", "a new stack brought up, and up again without a change; it stays up")
    .option("--stack <name>", "the stack, which is removed first", "local-bench")
    .option("--cold", "build engine and images from scratch (about 20 minutes)")
    .action((options: Common & { cold?: true }) =>
      run(options, () => benchmarkUp(openStack(options.stack), { cold: options.cold === true, progress })),
    );
  add("recover", "a lost platform's recovery from the bucket, against up alone; its stack goes again")
    .option("--stack <name>", "the stack, which is removed first", "local-bench")
    .option("--size <MB>", "data in the stores beside their own", whole, 1000)
    .action(({ stack, size, ...options }: Common & { size: number }) =>
      run(options, () => benchmarkRecover(stack, { megabytes: size, progress })),
    );
  onStack(add("point", "recovery points and their shipping, while orders come in"))
    .option("--points <count>", "points", whole, 10)
    .option("--ships <count>", "how many points are shipped one by one", whole, 5)
    .option("--rate <orders>", "orders a second", whole, 20)
    .action((options: Common & { points: number; ships: number; rate: number }) => {
      const { points, ships, rate } = options;
      return run(options, async () =>
        benchmarkPoint(await openBenchStack(options.stack), {
          points,
          ships,
          ordersPerSecond: rate,
          progress,
        }),
      );
    });
  onStack(add("copy", "the two-pass copy by itself, under random writes"))
    .option("--files <counts>", "sizes of the tree", counts, [1000, 20_000])
    .option("--seconds <seconds>", "length of a window", whole, 10)
    .option("--every <seconds>", "seconds from copy to copy", whole, 5)
    .action((options: Common & { files: number[]; seconds: number; every: number }) => {
      const { files, seconds, every } = options;
      return run(options, async () =>
        benchmarkCopy(await openBenchStack(options.stack), { files, seconds, everySeconds: every, progress }),
      );
    });
  onStack(add("stores", "what points cost the stores under full load, and the pause with many files"))
    .option("--customers <count>", "orders in flight at any time", whole, 8)
    .option("--rounds <count>", "rounds of windows without points, with points, and with shipping", whole, 3)
    .option("--seconds <seconds>", "length of a window", whole, 30)
    .option("--every <seconds>", "seconds from point to point", whole, 15)
    .option("--files <counts>", "small files in the data tree", counts, [1000, 20_000])
    .option("--points <count>", "points at each number of files", whole, 5)
    .action(
      (
        options: Common & {
          customers: number;
          rounds: number;
          seconds: number;
          every: number;
          files: number[];
          points: number;
        },
      ) => {
        const { stack, every, ...rest } = options;
        return run(options, async () =>
          benchmarkStores(await openBenchStack(stack), { ...rest, everySeconds: every, progress }),
        );
      },
    );
  onStack(add("edge", "what the edge costs: requests through it against the API itself"))
    .option("--connections <count>", "kept connections, each with one request in flight", whole, 16)
    .option("--rounds <count>", "rounds of both ways", whole, 6)
    .option("--seconds <seconds>", "length of one measurement", whole, 8)
    .action((options: Common & { connections: number; rounds: number; seconds: number }) =>
      run(options, async () => benchmarkEdge(await openBenchStack(options.stack), { ...options, progress })),
    );
  onStack(add("rotation", "rotations of secrets while orders come in"))
    .option("--secrets <names>", "which secrets, as `./kaleem secrets list` names them", names, [
      ...["mongo-app-password", "redis-app-password", "rabbitmq-app-password", "minio-app-password"],
      ...["mongo-root-password", "redis-password", "qdrant-api-key", "rabbitmq-admin-password"],
    ])
    .option("--rate <orders>", "orders a second", whole, 20)
    .action(({ secrets, rate, ...options }: Common & { secrets: string[]; rate: number }) =>
      run(options, async () =>
        benchmarkRotation(await openBenchStack(options.stack), { secrets, ordersPerSecond: rate, progress }),
      ),
    );
  onStack(add("rpo", "what a total loss would cost at random moments under load, and what real losses cost"))
    .option("--minutes <count>", "how long orders come in", whole, 60)
    .option("--rate <orders>", "orders a second", whole, 20)
    .option("--moments <count>", "moments at which the loss is computed", whole, 1000)
    .option("--seed <number>", "draws the moments", whole, 1)
    .option("--losses <count>", "stacks of their own that are really lost afterwards", count, 5)
    .action(
      (
        options: Common & { minutes: number; rate: number; moments: number; seed: number; losses: number },
      ) => {
        const { stack, rate, ...rest } = options;
        return run(options, async () =>
          benchmarkRpo(await openBenchStack(stack), { ...rest, ordersPerSecond: rate, progress }),
        );
      },
    );
  add("drill", "timeline, RPO and RTO of the newest drill")
    .option("--run", "drill now")
    .action((options: Pick<Common, "json"> & { run?: true }) =>
      run(options, () => benchmarkDrill(repositoryRoot, options.run === true)),
    );
  add(
    "verify",
    "whether the verdict of a restore finds what was altered, on clones of real stores; nothing stays up",
  )
    .option("--seed <number>", "what is drawn: which bytes and items, with --runs which faults", whole, 1)
    .option(
      "--runs <count>",
      "so many faults, drawn by the seed, instead of each once; more than there are come again, with other bytes and items",
      whole,
    )
    .option("--untouched <count>", "recoveries of all stores without a fault; 0 for none", count, 20)
    .option("--only <names>", "families or names of faults", names, [])
    .option(
      "--without <check>",
      "switch a check off: what only that one finds is then missed; `each` for every check in turn",
    )
    .action(({ json, seed, runs, untouched, only, without }: Pick<Common, "json"> & VerifyArguments) =>
      run(json === undefined ? {} : { json }, async () => {
        const wanted = { seed, runs: runs ?? null, untouched, only, without: without ?? null };
        const { benchmark, wrong } = await benchmarkVerify({ ...wanted, progress });
        if (wrong.length > 0) exitCode = exitCodes.failed;
        return benchmark;
      }),
    );
  await program.parseAsync();
  if (answered.length > 0) printAnswer(benchAnswer, { benchmarks: answered });
  return exitCode;
});

interface VerifyArguments {
  readonly seed: number;
  readonly runs?: number;
  readonly untouched: number;
  readonly only: string[];
  readonly without?: string;
}

interface Common {
  readonly stack: string;
  /** True: on stdout. */
  readonly json?: string | true;
}

async function run({ json }: Pick<Common, "json">, benchmark: () => Promise<Benchmark>): Promise<void> {
  const startedAt = new Date().toISOString();
  const { result, machine } = await onThisMachine(benchmark);
  const folder = join(repositoryRoot, ".kaleem", "benchmarks");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = join(folder, `${startedAt.replaceAll(/[:.]/g, "")}-${result.name}.json`);
  const file = typeof json === "string" ? json : kept;
  const { name, notes, figures } = result;
  const measured = { benchmark: name, startedAt, machine, notes: [...notes], ...figures };
  await writeFile(file, `${JSON.stringify(measured, null, 2)}\n`);
  if (json === true) answered.push(measured);
  const out = json === true ? process.stderr : process.stdout;
  out.write(`\n${renderBenchmark(result, machine)}\n  Every figure: ${file}\n`);
}

/** A positive whole number. */
function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("expected a whole number of at least 1.");
  return value;
}

/** A whole number, 0 among them. */
function count(text: string): number {
  return text === "0" ? 0 : whole(text);
}

/** Such as `mongo-app-password,redis-password`. */
function names(text: string): string[] {
  return text.split(",");
}

/** Some of them, such as `1000,20000`. */
function counts(text: string): number[] {
  return text.split(",").map(whole);
}
