import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import type { AgentContext } from "../context.ts";
import {
  type Deployments,
  deploymentSamples,
  deploymentSchema,
  deploymentsSchema,
  withDeployment,
} from "../measure/deployments.ts";
import { writeMetrics } from "../../metrics/metrics.ts";

const file = `${layout.agentState}/deployments.json`;

/** `kaleem-agent record-deploy`: one deployment as JSON on stdin, kept and told to monitoring. */
export async function recordDeployCommand(
  { host }: AgentContext,
  request: string,
): Promise<{ readonly recorded: true }> {
  const deployment = deploymentSchema.safeParse(json(request));
  if (!deployment.success) {
    const problems = deployment.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new RecoveryError(
      exitCodes.usage,
      `record-deploy: expected {environment, service, status, seconds, rolledBack} on stdin: ${problems.join("; ")}`,
    );
  }
  const after = withDeployment(known(await host.readFile(file)), deployment.data, host.now());
  await host.writeFile(file, `${JSON.stringify(after, null, 2)}\n`, 0o644);
  await writeMetrics(host, layout.metrics, "deployments", deploymentSamples(after));
  return { recorded: true };
}

/** What an older agent wrote in another form counts as nothing: counters may start anew. */
function known(text: string | null): Deployments {
  const parsed = deploymentsSchema.safeParse(json(text ?? "[]"));
  return parsed.success ? parsed.data : [];
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
