import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderMetrics } from "../../../recovery/metrics/metrics.ts";

describe("renderMetrics", () => {
  it("puts the series of one name together, sorted, under one header", () => {
    const help = "Age.";
    const text = renderMetrics([
      { name: "b", help: "B.", labels: {}, value: 1 },
      { name: "a", help, labels: { store: "redis", repo: "local" }, value: 2.5 },
      { name: "a", help, labels: { store: "mongo", repo: "local" }, value: 1 },
    ]);
    const expected = [
      "# HELP a Age.",
      "# TYPE a gauge",
      'a{repo="local",store="mongo"} 1',
      'a{repo="local",store="redis"} 2.5',
      "# HELP b B.",
      "# TYPE b gauge",
      "b 1",
      "",
    ];
    assert.equal(text, expected.join("\n"));
  });

  it("leaves out what has no value: an absent series is an alert of its own", () => {
    assert.equal(renderMetrics([{ name: "a", help: "A.", labels: {}, value: null }]), "");
  });

  it("escapes what would break a line", () => {
    const text = renderMetrics([{ name: "a", help: "A.", labels: { x: 'q"\\\n' }, value: 1 }]);
    assert.match(text, /a\{x="q\\"\\\\\\n"\} 1/);
  });
});
