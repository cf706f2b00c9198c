import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const repository = resolve(import.meta.dirname, "..");
/** The folder that failures are told to; every program that a run starts inherits it. */
const folderVariable = "KALEEM_TEST_FAILURES";

/** Runs a program in the repository, on this terminal; its exit code, 1 when a signal ended it. */
export function runProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const [program = "", ...args] = argv;
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: repository,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env },
    });
    child.on("error", fail);
    child.on("exit", (code) => {
      done(code ?? 1);
    });
  });
}

/** Runs test files by `node --test`, on this terminal; within {@link keepingFailures} what fails is kept as well. */
export function runTests(
  files: readonly string[],
  { flags = [], env = {} }: { flags?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<number> {
  const folder = process.env[folderVariable];
  const reporters =
    folder === undefined
      ? []
      : [
          ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
          `--test-reporter=${pathToFileURL(join(import.meta.dirname, "failures-reporter.ts")).href}`,
          `--test-reporter-destination=${join(folder, `${Date.now()}-${randomUUID()}`)}`,
        ];
  return runProgram([process.execPath, "--test", ...reporters, ...flags, ...files], env);
}

/** Runs `work`, and keeps what the tests that fail on the way say: in a long run it scrolls away. */
export async function keepingFailures<T>(work: () => Promise<T>): Promise<{ result: T; failures: string }> {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-failures-"));
  process.env[folderVariable] = folder;
  try {
    const result = await work();
    const told = readdirSync(folder).sort();
    return { result, failures: told.map((file) => readFileSync(join(folder, file), "utf8")).join("") };
  } finally {
    Reflect.deleteProperty(process.env, folderVariable);
    rmSync(folder, { recursive: true });
  }
}
