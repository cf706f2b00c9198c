import type { BusinessCheck } from "../contract/business-check.ts";
import { neededLedgerCheck } from "../operator/stack/business-checks.ts";
import type { EdgeTarget } from "../recovery/business/edge-client.ts";
import type { BucketLocation } from "../recovery/lineage/bucket.ts";
import { SshHost } from "../operator/ssh/ssh.ts";
import { readTarget } from "../operator/stack/target.ts";
import { stackInstance } from "../local/instance.ts";
import { openPlace } from "../operator/stack/open-place.ts";
import { openStack } from "../operator/stack/stack.ts";
import { askEdge } from "../operator/deploy/await-edge.ts";
import { edgeTarget } from "../operator/stack/edge-target.ts";
import { machineState } from "../local/machine/machine-state.ts";

/** A running stack that may be measured. */
export interface BenchStack {
  readonly stack: string;
  readonly host: SshHost;
  readonly edge: EdgeTarget;
  /** What is written under load. */
  readonly check: BusinessCheck;
  readonly offsite: BucketLocation;
}

/**
 * Finds a stack that serves, on an emulated machine: benchmarks leave thousands of orders in it, and take points at will.
 * @throws Error saying what to do when there is none
 */
export async function openBenchStack(stack: string): Promise<BenchStack> {
  const opened = openStack(stack);
  const instance = stackInstance(opened.repository, stack);
  const state = await machineState(instance);
  if (state !== "running") {
    throw new Error(
      `bench: stack ${stack} has no running emulated machine (it is ${state}), and no other is measured: ` +
        `benchmarks fill a stack with orders. Make one with \`./kaleem bench up --stack ${stack}\`.`,
    );
  }
  const target = await readTarget(opened);
  const host = new SshHost(target.ssh);
  const edge = await edgeTarget(await openPlace(opened), host);
  const { status, text } = await askEdge(edge);
  if (status !== 200) {
    throw new Error(
      `bench: stack ${stack} does not serve (${edge.url}/api/health: ${text}). See \`./kaleem status --stack ${stack}\`.`,
    );
  }
  return { stack, host, edge, check: await neededLedgerCheck(opened), offsite: target.offsite };
}
