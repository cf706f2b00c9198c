import assert from "node:assert/strict";
import { test } from "node:test";
import { firing } from "../../../../recovery/agent/commands/alerts.ts";

const alert = (state: string, labels: Record<string, string>) => ({ state, labels });

test("only what fires is told, the gravest first", () => {
  const alerts = [
    alert("firing", { alertname: "DiskFilling", severity: "SEV3", mountpoint: "/", instance: "host" }),
    alert("pending", { alertname: "ServiceDown", severity: "SEV1" }),
    alert("firing", { alertname: "EdgeDown", severity: "SEV1" }),
  ];
  assert.deepEqual(firing({ data: { alerts } }), {
    firing: [
      { name: "EdgeDown", severity: "SEV1", about: "" },
      { name: "DiskFilling", severity: "SEV3", about: "instance=host mountpoint=/" },
    ],
  });
});

test("an answer of another form is no quiet night", () => {
  for (const answer of [{}, { data: {} }, { data: { alerts: [{ state: "firing" }] } }])
    assert.throws(() => firing(answer), /Invalid input/);
});
