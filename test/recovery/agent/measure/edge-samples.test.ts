import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeSamples } from "../../../../recovery/agent/measure/edge-samples.ts";
import { renderMetrics } from "../../../../recovery/metrics/metrics.ts";

test("nginx's page is told by the names of its exporter", () => {
  const page =
    "Active connections: 3 \nserver accepts handled requests\n 21 20 190 \nReading: 0 Writing: 1 Waiting: 2 \n";
  const lines = renderMetrics(edgeSamples(page)).split("\n");
  for (const line of [
    "nginx_connections_active 3",
    "nginx_connections_accepted 21",
    "nginx_connections_handled 20",
    "nginx_http_requests_total 190",
    "nginx_connections_reading 0",
    "nginx_connections_writing 1",
    "nginx_connections_waiting 2",
    "# TYPE nginx_http_requests_total counter",
    "# TYPE nginx_connections_active gauge",
  ])
    assert.ok(lines.includes(line), line);
});

test("anything else is refused, with its beginning", () => {
  assert.throws(() => edgeSamples("<html>not found</html>"), {
    message: `the edge's stub_status: expected nginx's page, got "<html>not found</html>"`,
  });
});
