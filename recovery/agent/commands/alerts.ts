import { z } from "zod";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { AgentContext } from "../context.ts";
import type { FiringAlerts } from "../answers/firing-alerts.ts";
import { addressCommand } from "./address.ts";

/** The definition's name and port. */
const monitor = { service: "prometheus", port: 9090 } as const;
const limitMs = 10_000;

const answerSchema = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
});

/**
 * `kaleem-agent alerts`: the alerts that fire now, as Prometheus on this host judges them.
 * @throws RecoveryError (`failed`) when it does not run or does not answer: that is not the same as none
 */
export async function alertsCommand(context: Pick<AgentContext, "docker">): Promise<FiringAlerts> {
  const address = await addressCommand(context, monitor.service);
  const url = `http://${address}:${monitor.port}/api/v1/alerts`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return firing(await response.json());
  } catch (error) {
    throw new RecoveryError(
      exitCodes.failed,
      `${monitor.service} does not tell what fires: ${sentenceOf(error)}. Look at: docker service ps ${monitor.service}.`,
    );
  }
}

/** Of its answer those that fire, by severity and name. Pure. */
export function firing(answer: unknown): FiringAlerts {
  const { data } = answerSchema.parse(answer);
  const all = data.alerts
    .filter(({ state }) => state === "firing")
    .map(({ labels: { alertname = "", severity = "", ...others } }) => ({
      name: alertname,
      severity,
      about: Object.entries(others)
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join(" "),
    }));
  const order = ({ severity, name, about }: (typeof all)[number]): string => `${severity} ${name} ${about}`;
  return { firing: all.sort((a, b) => (order(a) < order(b) ? -1 : 1)) };
}
