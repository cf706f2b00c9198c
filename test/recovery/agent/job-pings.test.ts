import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { jobs } from "../../../contract/jobs.ts";
import { layout } from "../../../contract/layout.ts";
import { runRecord } from "../../../recovery/agent/answers/run-record.ts";
import { recordedRun } from "../../../recovery/agent/recorded-run.ts";
import { agentFixture, type AgentFixture } from "./agent-fixture.ts";

const key = "very-secret-key";

let agent: AgentFixture;
let server: Server;
let heard: string[];
let answer: number | "never";
beforeEach(async () => {
  agent = await agentFixture();
  heard = [];
  answer = 200;
  server = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push(`${request.method ?? ""} ${request.url ?? ""} ${body}`.trim());
      if (answer === "never") return;
      response.writeHead(answer, { location: "http://127.0.0.1:1/elsewhere" });
      response.end("OK");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  agent.files.set(layout.pingUrl, `http://127.0.0.1:${port}/${key}/\n`);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await agent.stop();
});

function run(work: () => Promise<string>, pings = true): Promise<string> {
  const context = { ...agent.context, config: { ...agent.context.config, pings } };
  return recordedRun(context, {
    job: "check-local",
    schema: runRecord(z.string()),
    run: work,
    describe: (result) => result,
    samples: () => [],
  });
}

const failing = (): Promise<string> =>
  Promise.reject(new RecoveryError(exitCodes.repositoryDamaged, "A pack is missing."));

/** Metric and log together: what is left of a run where others look. */
function told(): string {
  return (
    [...agent.files].map(([path, body]) => (path === layout.pingUrl ? "" : body)).join("\n") +
    agent.lines.join("\n")
  );
}

function metric(): string {
  return agent.files.get(`${layout.metrics}/kaleem-ping-check-local.prom`) ?? "";
}

describe("pings of a job", () => {
  it("tell its beginning, a good end with its sentence, and a failure with code and sentence, in this order", async () => {
    await run(() => Promise.resolve("sound"));
    await assert.rejects(run(failing), { message: "A pack is missing." });
    assert.deepEqual(heard, [
      `POST /${key}/check-local/start`,
      `POST /${key}/check-local sound`,
      `POST /${key}/check-local/start`,
      `POST /${key}/check-local/fail exit code 33: A pack is missing.`,
    ]);
    assert.match(metric(), /^backup_ping_failed\{job="check-local"\} 0$/m);
  });

  it("are not sent where the settings do not ask for them", async () => {
    await run(() => Promise.resolve("sound"), false);
    assert.deepEqual(heard, []);
    assert.equal(metric(), "");
  });

  it("say nothing of a run that found another one at work, until that is a failure", async () => {
    const busy = (): Promise<string> => Promise.reject(new RecoveryError(exitCodes.busy, "Somebody checks."));
    for (let nth = 1; nth <= jobs["check-local"].busyRuns; nth += 1) await assert.rejects(run(busy));
    const ends = heard.filter((one) => !one.endsWith("/start"));
    assert.equal(ends.length, 1);
    assert.match(ends[0] ?? "", /\/check-local\/fail exit code 75: 3 runs in a row/);
  });

  for (const [what, status, sentence] of [
    ["refuses", 404, /the service answered 404/],
    ["sends elsewhere", 302, /the service answered 302/],
  ] as const) {
    it(`fail no job when the service ${what}, and say so without their address`, async () => {
      answer = status;
      assert.equal(await run(() => Promise.resolve("sound")), "sound");
      assert.match(agent.lines.join("\n"), sentence);
      assert.match(metric(), /^backup_ping_failed\{job="check-local"\} 1$/m);
      assert.ok(!told().includes(key));
    });
  }

  it("fail no job when nobody answers, and keep its own failure", async () => {
    agent.files.set(layout.pingUrl, `http://127.0.0.1:1/${key}`);
    await assert.rejects(run(failing), { message: "A pack is missing." });
    assert.match(agent.lines.join("\n"), /the ping "start" of check-local did not arrive: \S+/);
    assert.match(metric(), / 1$/m);
    assert.ok(!told().includes(key));
  });

  it("do not wait for ever", async () => {
    answer = "never";
    assert.equal(await run(() => Promise.resolve("sound")), "sound");
    assert.match(agent.lines.join("\n"), /no answer in 4 s/);
  });

  it("name the file when it holds no address, and not what it holds", async () => {
    agent.files.set(layout.pingUrl, key);
    await run(() => Promise.resolve("sound"));
    assert.match(
      agent.lines.join("\n"),
      /\/etc\/kaleem\/secrets\/ping-url holds no address: set job-ping-url/,
    );
    assert.ok(!told().includes(key));
  });
});
