import { setTimeout as wait } from "node:timers/promises";
import type { BusinessCheck } from "../../contract/business-check.ts";
import { EdgeClient } from "./edge-client.ts";
import type { EdgeTarget } from "./edge-client.ts";
import { readOne } from "./read-one.ts";
import { newRun, writeOne } from "./write-one.ts";

/** The end of an outage, as a client sees it. */
export interface GoodWrite {
  /** When the write had been acknowledged and read back equal. */
  readonly at: Date;
  readonly id: string;
  readonly tries: number;
}

/** No write came through in time; the message says what the last try met. */
export class NoGoodWrite extends Error {
  override readonly name = "NoGoodWrite";
}

const everyMs = 250;
const timeoutMs = 5000;

/**
 * Tries until one write is acknowledged and read back equal; returns when that was. Reads that wait for a worker are not waited for.
 * These writes carry numbers far above any ledger's, so that they are not taken for a writer's.
 * @throws NoGoodWrite at the deadline
 */
export async function waitForGoodWrite(
  target: EdgeTarget,
  check: BusinessCheck,
  deadline: Date,
): Promise<GoodWrite> {
  const client = new EdgeClient(target, timeoutMs);
  const run = newRun();
  let last = "no try was made before the deadline";
  try {
    for (let tries = 1; Date.now() < deadline.getTime(); tries++) {
      const result = await tryOnce(client, check, { seq: firstProbeSeq + tries, run });
      if (typeof result !== "string") return { at: new Date(), id: result.id, tries };
      last = result;
      await wait(everyMs);
    }
  } finally {
    client.close();
  }
  throw new NoGoodWrite(
    `${target.url}: no write was acknowledged and read back by ${deadline.toISOString()}; the last try: ${last}`,
  );
}

const firstProbeSeq = 1_000_000_000;

/** The write's id, or a sentence that says what was wrong. */
async function tryOnce(
  client: EdgeClient,
  { write, reads }: BusinessCheck,
  number: { seq: number; run: string },
): Promise<{ id: string } | string> {
  const outcome = await writeOne(client, write, number);
  if (outcome.kind !== "acknowledged") return outcome.message;
  const { id, digest } = outcome;
  for (const [name, read] of Object.entries(reads).filter(([, { withinMs }]) => withinMs === 0)) {
    const found = await readOne(client, read, { id, seq: number.seq, digest });
    switch (found.kind) {
      case "held":
        continue;
      case "missing":
        return `${id} was acknowledged, but reading it back (${name}) gave ${read.missing}`;
      case "altered":
        return `${id} was read back altered (${name}): ${found.reason}`;
      case "unanswered":
        return `${id} was acknowledged, but not read back (${name}): ${found.reason}`;
      default:
        return found satisfies never;
    }
  }
  return { id };
}
