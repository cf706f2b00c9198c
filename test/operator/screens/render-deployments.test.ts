import assert from "node:assert/strict";
import { test } from "node:test";
import { renderDeployments, sayDeployment } from "../../../operator/screens/render-deployments.ts";
import type { SeenDeployment } from "../../../recovery/agent/answers/deployment-list.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const now = new Date("2026-01-02T03:04:00Z");
const taken: SeenDeployment = {
  number: 12,
  service: "api",
  from: `ghcr.io/kaleem/api:1@${digest("a")}`,
  to: `ghcr.io/kaleem/api:2@${digest("b")}`,
  began: "2026-01-02T03:00:00.000Z",
  ended: "2026-01-02T03:01:00.000Z",
  outcome: "rolled back",
  words: "update rolled back; task: non-zero exit (1)",
};

test("deployments are a table that tells images apart", () => {
  const list = {
    stack: "prod",
    running: {},
    deployments: [taken, { ...taken, number: 9, to: null, words: null, outcome: "succeeded" as const }],
  };
  assert.equal(
    renderDeployments(list, now),
    [
      "N   AGE    SERVICE  OUTCOME      IMAGE",
      "12  4 min  api      rolled back  api:1@aaaaaaaaaaaa → api:2@bbbbbbbbbbbb  update rolled back; task: non-zero exit (1)",
      "9   4 min  api      succeeded    api:1@aaaaaaaaaaaa → not seen",
    ].join("\n"),
  );
});

test("where there was none, that is said", () => {
  const list = { stack: "prod", running: {}, deployments: [] };
  assert.equal(
    renderDeployments(list, now),
    "no deployment seen: every service runs the image that it was made with",
  );
});

test("what a rollback undoes is a sentence", () => {
  assert.equal(sayDeployment(taken), "deployment 12 of api: api:2@bbbbbbbbbbbb → back to api:1@aaaaaaaaaaaa");
});
