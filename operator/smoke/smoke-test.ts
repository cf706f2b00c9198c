import type { BusinessCheck, BusinessChecks, BusinessRead } from "../../contract/business-check.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import { EdgeClient, type EdgeTarget } from "../../recovery/business/edge-client.ts";
import { readOne, type ReadOutcome } from "../../recovery/business/read-one.ts";
import { newRun, writeOne, type Signer, type WriteOutcome } from "../../recovery/business/write-one.ts";
import { askEdge } from "../deploy/await-edge.ts";

/** One thing that was proved, or not. */
export interface SmokeStep {
  /** The edge, a check, or a check and its read: `mail`, `mail: stored`. */
  readonly name: string;
  readonly ok: boolean;
  /** From the beginning of the check that it belongs to. */
  readonly milliseconds: number;
  readonly sentence: string;
}

export interface SmokeOptions {
  readonly edge: EdgeTarget;
  /** What is to be proved of the applications; with none, the edge alone is asked. */
  readonly checks: BusinessChecks;
  readonly sign: Signer;
  readonly onStep: (step: SmokeStep) => void;
  /** How often a read that may wait for a worker is asked. @default 250 */
  readonly everyMs?: number;
}

/** Above any ledger's and any probe's. */
const smokeSeq = 2_000_000_000;
const requestLimitMs = 10_000;

/**
 * Asks the edge, then makes every declared check once: writes one thing through the edge, and reads it by each of the check's reads, those
 * that wait for a worker until their time is up. Gives all steps; any that is not ok is a failure.
 */
export async function smokeTest(options: SmokeOptions): Promise<readonly SmokeStep[]> {
  const steps: SmokeStep[] = [];
  const say = (name: string, begun: number, ok: boolean, sentence: string): void => {
    const step = { name, ok, milliseconds: Math.round(performance.now() - begun), sentence };
    steps.push(step);
    options.onStep(step);
  };
  const begun = performance.now();
  const { status, text } = await askEdge(options.edge);
  say("edge", begun, status === 200, status === 200 ? "says that it serves" : `does not serve: ${text}`);
  const client = new EdgeClient(options.edge, requestLimitMs);
  try {
    for (const [name, check] of Object.entries(options.checks))
      await makeCheck(name, check, client, options, say);
  } finally {
    client.close();
  }
  return steps;
}

async function makeCheck(
  name: string,
  { write, reads }: BusinessCheck,
  client: EdgeClient,
  { sign, everyMs = 250 }: SmokeOptions,
  say: (name: string, begun: number, ok: boolean, sentence: string) => void,
): Promise<void> {
  const begun = performance.now();
  const outcome = await writeOrWhy(client, write, sign);
  if (outcome.kind !== "acknowledged") {
    say(name, begun, false, `not acknowledged: ${outcome.message}`);
    return;
  }
  const { id, digest } = outcome;
  say(name, begun, true, `${id} acknowledged`);
  for (const [read, how] of Object.entries(reads)) {
    const entry = { id, digest, seq: smokeSeq };
    const found = await readWithin(client, how, entry, everyMs);
    const late = how.withinMs === 0 ? "" : `, after ${how.withinMs / 1000} s`;
    say(
      `${name}: ${read}`,
      begun,
      found.kind === "held",
      `${said(found, how)}${found.kind === "held" ? "" : late}`,
    );
  }
}

/** A signature that could not be had is told like a write that was not taken. */
async function writeOrWhy(
  client: EdgeClient,
  write: BusinessCheck["write"],
  sign: Signer,
): Promise<WriteOutcome> {
  try {
    return await writeOne(client, write, { seq: smokeSeq, run: newRun() }, sign);
  } catch (error) {
    return { kind: "failed", cause: "not signed", message: `could not be signed: ${sentenceOf(error)}` };
  }
}

async function readWithin(
  client: EdgeClient,
  read: BusinessRead,
  entry: { readonly id: string; readonly digest: string; readonly seq: number },
  everyMs: number,
): Promise<ReadOutcome> {
  let found = await readOne(client, read, entry);
  if (read.withinMs === 0) return found;
  const isHeld = async (): Promise<boolean> => {
    if (found.kind !== "held") found = await readOne(client, read, entry);
    return found.kind === "held";
  };
  await waitUntil(isHeld, { limitMs: read.withinMs, everyMs });
  return found;
}

function said(found: ReadOutcome, { missing, record }: BusinessRead): string {
  switch (found.kind) {
    case "held":
      return record === undefined ? "read back" : "read back unaltered";
    case "missing":
      return `it is not there (${missing})`;
    case "altered":
      return `it is altered: ${found.reason}`;
    case "unanswered":
      return `could not be read: ${found.reason}`;
    default:
      return found satisfies never;
  }
}
