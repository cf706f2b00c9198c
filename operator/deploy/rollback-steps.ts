import { firingAlertsSchema } from "../../recovery/agent/answers/firing-alerts.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { EdgeTarget } from "../../recovery/business/edge-client.ts";
import { noneDeclared, type DeclaredChecks } from "../stack/business-checks.ts";
import { askAgent } from "../agent/agent.ts";
import { hostSigner } from "../smoke/host-signer.ts";
import { smokeTest } from "../smoke/smoke-test.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { beyondDeployment } from "../watch/watched.ts";
import { askEdge } from "./await-edge.ts";
import { deploymentOf, tellDeployment } from "./record-deployment.ts";

/** One step of a rollback that was taken. */
export interface RollbackStep {
  readonly name: string;
  readonly ok: boolean;
  readonly sentence: string;
}

/** What is looked at, and told, once the former images run. */
export interface AfterRollback {
  readonly stack: string;
  readonly host: SshHost;
  readonly edge: EdgeTarget;
  /** What the stack declares for trying its data. */
  readonly declared: DeclaredChecks;
  /** Of the deploying, for monitoring. */
  readonly seconds: number;
  readonly onStep: (step: RollbackStep) => void;
}

/**
 * After the former images run again: the stack's business checks are made through the edge, the alerts are read, monitoring
 * is told, and the edge is asked a last time. Every step is taken, whatever an earlier one came to; one that cannot be taken has not passed.
 */
export async function stepsAfterRollback(after: AfterRollback): Promise<readonly RollbackStep[]> {
  const steps: RollbackStep[] = [];
  const step = async (name: string, take: () => Promise<Omit<RollbackStep, "name">>): Promise<void> => {
    const taken = await take().catch((error: unknown) => ({ ok: false, sentence: sentenceOf(error) }));
    const done = { name, ...taken };
    steps.push(done);
    after.onStep(done);
  };
  await step("data", () => tryData(after));
  await step("metrics", () => readAlerts(after));
  await step("notify", () => notify(after));
  await step("health", async () => {
    const { status, text } = await askEdge(after.edge);
    return { ok: status === 200, sentence: `the edge answers ${text}` };
  });
  return steps;
}

async function tryData({ edge, host, declared }: AfterRollback): Promise<Omit<RollbackStep, "name">> {
  const { checks, signer } = declared;
  if (Object.keys(checks).length === 0) return { ok: true, sentence: `not tried: ${noneDeclared}` };
  const sign = hostSigner(host, signer);
  const steps = await smokeTest({ edge, checks, sign, onStep: () => undefined });
  const amiss = steps.filter(({ ok }) => !ok);
  return {
    ok: amiss.length === 0,
    sentence:
      amiss.length === 0
        ? `written and read back through the edge: ${Object.keys(checks).join(", ")} (${steps.length} steps)`
        : amiss.map(({ name, sentence }) => `${name}: ${sentence}`).join("; "),
  };
}

async function readAlerts({ host }: AfterRollback): Promise<Omit<RollbackStep, "name">> {
  const { firing } = await askAgent(host, {
    argv: ["alerts"],
    schema: firingAlertsSchema,
    timeoutMs: 30_000,
  });
  // What was deployed badly may still be told of, which is why one rolls back.
  const others = beyondDeployment(firing);
  return {
    ok: others.length === 0,
    sentence:
      others.length === 0
        ? "no alert fires, but for the deployment's own"
        : `fires: ${others.map(({ severity, name, about }) => `${severity} ${name} (${about})`).join("; ")}`,
  };
}

async function notify({ stack, host, seconds }: AfterRollback): Promise<Omit<RollbackStep, "name">> {
  // That former images were deployed, and how it ended, was told by the `up` that did it.
  const deployment = deploymentOf({ stack, seconds, outcome: "succeeded" });
  await tellDeployment(host, { ...deployment, status: null, rolledBack: "operator" });
  return { ok: true, sentence: "monitoring was told: whoever is told of alerts hears of the rollback" };
}
