import { sentenceOf } from "../../contract/sentence-of.ts";
import type { Deployment } from "../../recovery/agent/measure/deployments.ts";
import { layout } from "../../contract/layout.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";

/** What is known of an `up` that has ended. */
export interface EndedUp {
  readonly stack: string;
  readonly seconds: number;
  readonly outcome: Outcome;
}

/** An ended `up` as a deployment of the whole platform. Pure. */
export function deploymentOf({ stack, seconds, outcome }: EndedUp): Deployment {
  return {
    environment: stack,
    service: "platform",
    status: outcome === "succeeded" ? "success" : "failed",
    seconds: Math.round(seconds * 10) / 10,
    // Swarm has no other reason to take an update back.
    rolledBack: outcome === "rolled back" ? "unhealthy" : null,
  };
}

/** Has the host's agent keep a deployment, for monitoring. @throws when it cannot */
export async function tellDeployment(host: SshHost, deployment: Deployment): Promise<void> {
  const stdin = JSON.stringify(deployment);
  await host.run([layout.agentCommand, "record-deploy"], { stdin, timeoutMs: 30_000 });
}

/**
 * Tells the host's monitoring how an `up` ended. Null when that worked; else a sentence of what did not: a host that has no agent yet
 * cannot be told, and an `up` does not fail for it.
 */
export async function recordDeployment(host: SshHost, ended: EndedUp): Promise<string | null> {
  try {
    await tellDeployment(host, deploymentOf(ended));
    return null;
  } catch (error) {
    const why = sentenceOf(error);
    return `monitoring was not told how this deployment ended: ${why}`;
  }
}

/**
 * Runs an `up`, and tells the host how it ended, good or bad. One that changed nothing is no deployment. `say` gets the sentence when
 * the host could not be told; the work's own outcome is never changed by that.
 */
export async function recordingDeployment<R extends { readonly changed: boolean }>(
  target: { readonly host: SshHost; readonly stack: string; readonly say: (sentence: string) => void },
  work: () => Promise<R>,
): Promise<R> {
  const started = performance.now();
  const record = async (outcome: Outcome): Promise<void> => {
    const seconds = (performance.now() - started) / 1000;
    const problem = await recordDeployment(target.host, { stack: target.stack, seconds, outcome });
    if (problem !== null) target.say(problem);
  };
  let result: R;
  try {
    result = await work();
  } catch (error) {
    await record(outcomeOf(error));
    throw error;
  }
  if (result.changed) await record("succeeded");
  return result;
}
