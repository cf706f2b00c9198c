import { counter } from "../../metrics/counter.ts";
import type { Sample } from "../../metrics/metrics.ts";

/** nginx's page, word for word; the four numbers of each line count since it started or are of this moment. */
const page =
  /^Active connections: (\d+)\s+server accepts handled requests\s+(\d+) (\d+) (\d+)\s+Reading: (\d+) Writing: (\d+) Waiting: (\d+)\s*$/;

/**
 * What nginx's `stub_status` says, by the names that its exporter gives the same numbers. Pure.
 * @throws Error with the beginning of what came instead.
 */
export function edgeSamples(text: string): Sample[] {
  const found = page.exec(text);
  if (found === null)
    throw new Error(
      `the edge's stub_status: expected nginx's page, got ${JSON.stringify(text.slice(0, 80))}`,
    );
  const [active = 0, accepted = 0, handled = 0, requests = 0, reading = 0, writing = 0, waiting = 0] = found
    .slice(1)
    .map(Number);
  return [
    gauge("nginx_connections_active", "Connections of clients, idle ones too.", active),
    gauge("nginx_connections_reading", "Connections that a request's head is read from.", reading),
    gauge("nginx_connections_writing", "Connections that an answer is written to.", writing),
    gauge("nginx_connections_waiting", "Connections that are kept open and idle.", waiting),
    counter("nginx_connections_accepted", "Connections since nginx started.", {}, accepted),
    counter(
      "nginx_connections_handled",
      "Connections that were not dropped at a limit, since nginx started.",
      {},
      handled,
    ),
    counter("nginx_http_requests_total", "Requests since nginx started.", {}, requests),
  ];
}

function gauge(name: string, help: string, value: number): Sample {
  return { name, help, labels: {}, value };
}
