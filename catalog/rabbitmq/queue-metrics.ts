import type { TellMessages } from "./inventory.ts";

const answerLimitMs = 10_000;
const sample = /^rabbitmq_detailed_queue_messages\{(.*)\} (\S+)$/;

/** Messages by RabbitMQ's own metrics of queues, which ask for no password and name no message. */
export function messagesByMetrics(host: string): TellMessages {
  return async (vhost, queue) => {
    const url = `http://${host}:15692/metrics/detailed?family=queue_coarse_metrics&vhost=${encodeURIComponent(vhost)}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerLimitMs) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`rabbitmq: GET /metrics/detailed: answered ${answer.status}`);
    return messagesIn(text, vhost, queue);
  };
}

/** The number in a text of Prometheus' form; null for a queue that is not in it. Pure. */
export function messagesIn(text: string, vhost: string, queue: string): number | null {
  for (const line of text.split("\n")) {
    const [, labels = "", value] = sample.exec(line) ?? [];
    if (value !== undefined && labelOf(labels, "vhost") === vhost && labelOf(labels, "queue") === queue) {
      return Number(value);
    }
  }
  return null;
}

function labelOf(labels: string, name: string): string | undefined {
  const [, text] = new RegExp(`(?:^|,)${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(labels) ?? [];
  return text?.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}
