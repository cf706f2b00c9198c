import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { holderFromListing, portClash, refuseTakenPorts } from "../../../local/machine/port-clash.ts";

const server = createServer();
let taken = 0;
before(
  () =>
    new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (typeof address === "object" && address !== null) taken = address.port;
        resolve();
      });
    }),
);
after(() => server.close());

test("says which port is taken, what for, who has it and what to do", () => {
  assert.equal(
    portClash('cloud "local"', { port: 26156, purpose: "S3" }, "the container web"),
    '127.0.0.1:26156: cloud "local" needs this port for S3, and the container web has it; stop that, then run this again',
  );
});

test("says how to find out when the holder cannot be told", () => {
  assert.match(
    portClash("x", { port: 1, purpose: "SSH" }, undefined),
    /another program \(run `ss -ltnp` as root to see which\) has it/,
  );
});

test("reads the holder's name and process from a socket listing", () => {
  const listing = 'LISTEN 0 511 127.0.0.1:26156 0.0.0.0:* users:(("nginx",pid=4711,fd=6))';
  assert.equal(holderFromListing(listing), "nginx (process 4711)");
  assert.equal(holderFromListing("LISTEN 0 511 127.0.0.1:26156 0.0.0.0:*"), undefined);
});

test("refuses a port that is really taken, and lets a free one pass", async () => {
  await assert.rejects(refuseTakenPorts("the stack", [{ port: taken, purpose: "HTTP" }]), {
    message: new RegExp(
      `^127\\.0\\.0\\.1:${taken}: the stack needs this port for HTTP, and .* has it; stop that`,
    ),
  });
  await new Promise((resolve) => server.close(resolve));
  await refuseTakenPorts("the stack", [{ port: taken, purpose: "HTTP" }]);
});
