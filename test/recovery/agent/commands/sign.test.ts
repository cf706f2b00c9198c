import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { exitCodes } from "../../../../contract/exit-codes.ts";
import { signCommand } from "../../../../recovery/agent/commands/sign.ts";
import type { Docker } from "../../../../recovery/docker/docker.ts";

/** A host where these services run, each as this very process: it has no /run/secrets of ours. */
const host = (...running: readonly string[]) => ({
  docker: {
    containersOf: (service: string) =>
      Promise.resolve(running.includes(service) ? [{ id: "c1", pid: process.pid }] : []),
  } as unknown as Docker,
});
const text = () => Readable.from([Buffer.from("text")]);

test("a service and its secret are wanted, and no path", async () => {
  for (const args of [[], ["webhooks"], ["webhooks", "../shadow"], ["webhooks", "key", "more"]])
    await assert.rejects(signCommand(host("webhooks"), args, text()), {
      exitCode: exitCodes.usage,
      message: "Expected a service and its secret: see kaleem-agent --help.",
    });
});

test("a service that does not run here is named, and so is a secret that it has not", async () => {
  await assert.rejects(signCommand(host(), ["webhooks", "signing-key"], text()), {
    exitCode: exitCodes.failed,
    message: "Service webhooks does not run on this host: see `docker service ps webhooks --no-trunc`.",
  });
  await assert.rejects(signCommand(host("webhooks"), ["webhooks", "no-such-key"], text()), {
    exitCode: exitCodes.failed,
    message:
      "Service webhooks has no secret no-such-key: expected one of its secretFiles; run ./kaleem up after a change of them.",
  });
});
