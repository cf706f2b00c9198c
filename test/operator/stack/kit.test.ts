import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { recoverStackFile } from "../../../operator/stack/kit.ts";

let server: Server;
let endpoint: string;
let answer: { status: number; body: string };
const asked: (string | undefined)[] = [];

before(async () => {
  server = createServer((incoming, response) => {
    asked.push(incoming.url);
    response.writeHead(answer.status, { etag: '"1"' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => new Promise((resolve) => server.close(resolve)));

const recover = (prefix = "prod") =>
  recoverStackFile({
    endpoint,
    bucket: "kaleem-backup",
    prefix,
    region: "auto",
    accessKeyId: "AKIDKALEEM",
    secretAccessKey: "s3cr3t-k3y",
  });

test("gives the stack file that the lost platform shipped", async () => {
  answer = { status: 200, body: "config: {}\n" };
  assert.equal(await recover(), "config: {}\n");
  assert.ok(asked.includes("/kaleem-backup/prod/kit/stack.yaml"));
});

const troubles: [title: string, answer: { status: number; body: string }, expected: RegExp][] = [
  [
    "says that there is no kit",
    { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" },
    /^There is no stack file at s3:\/\/kaleem-backup\/prod\/kit\/stack\.yaml: check bucket and prefix/,
  ],
  [
    "says that there is no such bucket",
    { status: 404, body: "<Error><Code>NoSuchBucket</Code></Error>" },
    /^There is no bucket kaleem-backup at http:\/\/127\.0\.0\.1/,
  ],
  [
    "says that the key is refused",
    { status: 403, body: "<Error><Code>SignatureDoesNotMatch</Code></Error>" },
    /refuses to read kit\/stack\.yaml \(403 SignatureDoesNotMatch\): check the offsite key pair/,
  ],
];
for (const [title, given, expected] of troubles) {
  test(`${title}, and never prints a key`, async () => {
    answer = given;
    await assert.rejects(recover(), (error: Error) => {
      assert.match(error.message, expected);
      assert.ok(!error.message.includes("s3cr3t-k3y") && !error.message.includes("AKIDKALEEM"));
      return true;
    });
  });
}
