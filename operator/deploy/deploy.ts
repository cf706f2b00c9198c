import { runPulumi, type OperationResult } from "../../toolchain/engine/pulumi.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { DisabledService } from "../../catalog/switches.ts";
import type { Progress } from "../../workstation/progress.ts";
import type { EdgeTarget } from "../../recovery/business/edge-client.ts";
import { workingAgent } from "../../components/agent/working-agent.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { awaitEdge } from "./await-edge.ts";
import { awaitRunning, type RunningService } from "./await-running.ts";
import { describeChanges } from "./describe-changes.ts";
import { edgeTarget } from "../stack/edge-target.ts";
import type { Place } from "../stack/place.ts";
import type { DataDecision } from "../stack/data-decision.ts";
import { removeHalfMade } from "./half-made-services.ts";
import { tellingRollbacks } from "./outcome.ts";
import { lookAt, withTaskFailures } from "./watch-tasks.ts";

/** A stack whose file, secrets, images and machine are there. */
export interface Deployable {
  readonly context: StackContext;
  readonly place: Place;
  readonly host: SshHost;
  readonly data: DataDecision;
  readonly progress: Progress;
  /** Called once, as soon as the agent can work on the host: services are still being declared. */
  readonly onAgent?: () => void;
}

/** What was declared, and runs. */
export interface Deployed {
  readonly pulumi: OperationResult;
  /** Where customers reach the edge, and the certificate by which they know it. */
  readonly edge: EdgeTarget;
  /** What was wanted, and was found running. */
  readonly running: readonly RunningService[];
  /** What is switched off, and why. */
  readonly off: readonly DisabledService[];
  /** False when everything was as declared already. */
  readonly changed: boolean;
}

/** Declares the platform, and waits until what was declared runs and the edge answers as it should. */
export async function deploy({
  context,
  place,
  host,
  data,
  progress,
  onAgent,
}: Deployable): Promise<Deployed> {
  const pulumi = await progress.step("pulumi up", async (report) => {
    for (const service of await removeHalfMade(context, host))
      progress.note(`  ${service}: left half-created by an interrupted run; removed, will be recreated`);
    const result = await withTaskFailures(lookAt(host), () =>
      tellingRollbacks(() =>
        runPulumi(context, "up", {
          onResource: ({ name, action }) => {
            report(`${name} ${action}`);
          },
          ...(onAgent === undefined ? {} : { onDone: onceAgentWorks(onAgent) }),
        }),
      ),
    );
    report(describeChanges(result.changes));
    return result;
  });
  for (const warning of pulumi.diagnostics) progress.note(`  warning: ${warning}`);
  const edge = await edgeTarget(place, host);
  const { running, off } = await progress.step("health through the edge", async () => {
    // Before the edge, whose status alone would not say which service is amiss, nor why.
    const declared = await awaitRunning(context, host, 120_000);
    await awaitEdge(edge, data.closed ? 503 : 200, 60_000);
    return declared;
  });
  return { pulumi, edge, running, off, changed: describeChanges(pulumi.changes) !== "unchanged" };
}

/** What the engine calls a step after which a resource is as declared; of a replacement alone "replace" comes first, and does nothing. */
const settled = new Set(["same", "create", "update", "create-replacement"]);

/** Tells when the last of what the agent needs is there, whether it was made now or before. */
export function onceAgentWorks(
  tell: () => void,
): (done: { readonly name: string; readonly op: string }) => void {
  const missing = new Set(workingAgent("agent"));
  return ({ name, op }) => {
    if (settled.has(op) && missing.delete(name) && missing.size === 0) tell();
  };
}
