import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { resolve } from "node:path";
import { stackInstance } from "../../../local/instance.ts";
import { LocalPlace } from "../../../local/local-place.ts";
import { openStack, type Stack } from "../../../operator/stack/stack.ts";
import { repositoryRoot } from "../../../workstation/repository.ts";
import { edgeTarget } from "../../../operator/stack/edge-target.ts";
import type { EdgeTarget } from "../../../recovery/business/edge-client.ts";
import { SshHost } from "../../../operator/ssh/ssh.ts";

const name = process.env["KALEEM_TEST_STACK"] ?? "local-test";

/** The stacks of the end-to-end run: the one that is lost, and the one that takes its place in the same cloud. */
export const testStack = { name, rebuilt: `${name}-rebuilt` } as const;

export const repository = repositoryRoot;

/** The stack that is up first, or its replacement. */
export function stackOf(stack: string): Stack {
  return openStack(stack, { offsiteOf: testStack.name });
}

/** The names and ports of its emulated machine. */
export function instanceOf(stack: string) {
  return stackInstance(repository, stack, testStack.name);
}

export function hostOf(stack: string): SshHost {
  const { machine } = instanceOf(stack);
  return new SshHost({
    address: "127.0.0.1",
    port: machine.ports.ssh,
    user: "root",
    privateKeyFile: machine.privateKey,
    knownHostsFile: machine.knownHosts,
  });
}

/** Where customers reach a stack that is up. */
export function edgeOf(stack: string): Promise<EdgeTarget> {
  return edgeTarget(new LocalPlace(stackOf(stack)), hostOf(stack));
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs an npm script as an operator would, e.g. `npmRun("up", "--stack", "local-test")`; echoes it so that CI's log tells the story. */
export function npmRun(script: string, ...args: string[]): Promise<Ended> {
  return runProgram(["npm", "run", "--silent", script, "--", ...args], {});
}

export function runProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  folder = repository,
): Promise<Ended> {
  const [program = "", ...args] = argv;
  const start = performance.now();
  const child = spawn(program, args, {
    cwd: resolve(folder),
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    createInterface({ input: child[name] }).on("line", (line) => {
      text[name] += `${line}\n`;
      process.stderr.write(`    ${line}\n`);
    });
  }
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      done({ code: code ?? 128, ...text, seconds: (performance.now() - start) / 1000 });
    });
  });
}
