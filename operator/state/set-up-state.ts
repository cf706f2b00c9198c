import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { Engine } from "../../toolchain/engine/engine.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { backendUrl, initializeStack, isInitialized } from "../../toolchain/engine/stack.ts";
import type { Progress } from "../../workstation/progress.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import { isYes } from "../deploy/agree.ts";
import { stackContext } from "../stack/stack-context.ts";
import type { Stack } from "../stack/stack.ts";
import { probeBucket, stateKeys } from "./probe-bucket.ts";
import { projectBackend, withProjectBackend } from "./project-backend.ts";
import { backendUrlOf, type StateBucket } from "./s3-backend.ts";

export interface StateSetUp {
  readonly stack: Stack;
  readonly bucket: StateBucket;
  readonly engine: () => Promise<Engine>;
  readonly progress: Progress;
  readonly environment: NodeJS.ProcessEnv;
  /** Agreed to beforehand. */
  readonly yes: boolean;
  /** Asks a person; null where nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

/** What was set up. */
export interface StateSet {
  readonly backend: string;
  readonly fileChanged: boolean;
  /** An empty state was made there. */
  readonly initialized: boolean;
}

/** The file that names the backend for every command of the engine in this project. */
export const projectFile = "Pulumi.yaml";

/**
 * Keeps a remote stack's state in a bucket of one's own: tries the bucket, makes the stack's empty state there unless it has one,
 * and writes the bucket into the project's file. Run again, it finds all of that done. Nothing is changed before somebody agreed.
 * @throws RecoveryError when the stack is local, its state is elsewhere, the bucket refuses, or nobody agreed
 */
export async function setUpState(request: StateSetUp): Promise<StateSet> {
  const { stack, bucket, progress, environment } = request;
  const backend = backendUrlOf(bucket);
  if (stack.kind === "local")
    throw refused(
      `stack ${stack.name}: a local stack keeps its state in its own folder; --set-up is for stacks on a machine of yours`,
    );
  const variable = environment["PULUMI_BACKEND_URL"] ?? "";
  if (variable !== "" && variable !== backend)
    throw refused(
      `state: PULUMI_BACKEND_URL is set to another backend and wins over ${projectFile}; unset it`,
    );
  const keys = stateKeys(environment);
  await progress.step(`bucket ${bucket.bucket}`, async (report) => {
    await probeBucket(bucket, keys);
    report("written, read and deleted");
  });
  const present = stackContext(stack, await request.engine());
  const there: StackContext = { ...present, env: { ...present.env, PULUMI_BACKEND_URL: backend } };
  const initialized = !(await isInitialized(there));
  const file = join(stack.repository, projectFile);
  const text = await readFile(file, "utf8");
  const written = projectBackend(text) === backend ? text : withProjectBackend(text, backend);
  if (initialized) {
    await refuseOtherState(request, present, backend);
    await agree(request, `Stack ${stack.name} has no state in ${backend}. Make an empty one?`);
    await initializeStack(there);
  }
  if (written !== text) {
    await agree(request, `Write it into ${projectFile}, as the backend of this project?`);
    await writeWholeFile(file, written);
  }
  return { backend, fileChanged: written !== text, initialized };
}

/** An empty state beside one that knows what was declared would make the next `up` declare it a second time. */
async function refuseOtherState(
  { stack, progress }: StateSetUp,
  present: StackContext,
  backend: string,
): Promise<void> {
  const { name } = stack;
  let other: string;
  try {
    other = await backendUrl(present);
    if (other === backend || !(await isInitialized(present))) return;
  } catch (error) {
    // Nobody has logged in anywhere, or what they logged in to is gone: the host still refuses a state that it does not know.
    progress.note(
      `  the present backend could not be asked for a state of ${name}: ${sentenceOf(error).split("\n")[0] ?? ""}`,
    );
    return;
  }
  throw refused(
    [
      `stack ${name}: its state is in ${other}; an empty one would not know what was declared. Move it, then run this again:`,
      `  pulumi stack export --stack ${name} --file state.json`,
      `  PULUMI_BACKEND_URL='${backend}' pulumi stack init ${name} --no-select`,
      `  PULUMI_BACKEND_URL='${backend}' pulumi stack import --stack ${name} --file state.json`,
      "The next `up` then wants --take-state, since the host knows the former one.",
    ].join("\n"),
  );
}

async function agree({ yes, ask }: StateSetUp, question: string): Promise<void> {
  if (yes) return;
  const answer = await ask?.(`${question} [y/N] `);
  if (answer === undefined) throw refused(`${question} Nobody is here to agree. Add --yes.`);
  if (!isYes(answer)) throw refused(`${question} Not agreed to.`);
}

function refused(sentence: string): RecoveryError {
  return new RecoveryError(exitCodes.usage, sentence);
}
