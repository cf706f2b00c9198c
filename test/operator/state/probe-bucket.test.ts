import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { probeBucket, stateKeys } from "../../../operator/state/probe-bucket.ts";
import type { StateBucket } from "../../../operator/state/s3-backend.ts";

const keys = { accessKeyId: "AKID", secretAccessKey: "the-secret-of-it" };

/** A service that answers as told; gives what it was asked, in order. */
async function probing(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  where: Partial<StateBucket> = {},
): Promise<{ asked: string[]; failure: RecoveryError | null; auth: string[] }> {
  const asked: string[] = [];
  const auth: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked.push(
        `${request.method ?? ""} ${(request.url ?? "").replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, "ID")}`,
      );
      auth.push(request.headers.authorization ?? "");
      answer(request, response, body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await probeBucket({ bucket: "states", endpoint, region: "auto", prefix: "kaleem", ...where }, keys);
    return { asked, auth, failure: null };
  } catch (error) {
    assert.ok(error instanceof RecoveryError, String(error));
    assert.ok(!error.message.includes(keys.secretAccessKey));
    return { asked, auth, failure: error };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("writes, reads and deletes one object below the prefix, signed for the region", async () => {
  let stored = "";
  const { asked, auth, failure } = await probing((request, response, body) => {
    if (request.method === "PUT") stored = body;
    response.end(request.method === "GET" ? stored : "");
  });
  assert.equal(failure, null);
  const object = "/states/kaleem/.kaleem-probe-ID";
  assert.deepEqual(asked, [`PUT ${object}`, `GET ${object}`, `DELETE ${object}`]);
  for (const header of auth) assert.match(header, /^AWS4-HMAC-SHA256 Credential=AKID\/\d+\/auto\/s3\//);
});

const refusals: readonly [status: number, code: string, exitCode: number, sentence: RegExp][] = [
  [
    403,
    "SignatureDoesNotMatch",
    exitCodes.offsiteRefused,
    /refuses to write an object \(403 SignatureDoesNotMatch\): check the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
  ],
  [
    404,
    "NoSuchBucket",
    exitCodes.noBucket,
    /^state: the bucket states at http:\S+ does not exist: create it, or correct --s3\.$/,
  ],
  [403, "RequestTimeTooSkewed", exitCodes.clockSkewed, /set the clock of this machine/],
  [503, "SlowDown", exitCodes.offsiteUnreachable, /\(503 SlowDown\): try again later\.$/],
];
for (const [status, code, exitCode, sentence] of refusals) {
  test(`a bucket that answers ${status} ${code} is told in a sentence, and is asked no more`, async () => {
    const { asked, failure } = await probing((_request, response) => {
      response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
    });
    assert.ok(failure !== null);
    assert.equal(failure.exitCode, exitCode);
    assert.match(failure.message, sentence);
    assert.equal(asked.length, 1);
  });
}

test("a bucket that keeps what it is told to delete, or gives back something else, is refused", async () => {
  let stored = "";
  const locked = await probing((request, response, body) => {
    if (request.method === "DELETE") response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
    else {
      if (request.method === "PUT") stored = body;
      response.end(stored);
    }
  });
  assert.match(locked.failure?.message ?? "", /refuses to delete an object \(403 AccessDenied\)/);
  const odd = await probing((_request, response) => response.end("another"));
  assert.match(odd.failure?.message ?? "", /gives back something else than was written to it\.$/);
});

test("a bucket that nobody answers for is told by why", async () => {
  const at = (endpoint: string) =>
    probeBucket({ bucket: "states", endpoint, region: "auto", prefix: "" }, keys).catch(
      (error: unknown) => error,
    );
  const silent = await at("http://127.0.0.1:9");
  assert.ok(silent instanceof RecoveryError);
  assert.equal(silent.exitCode, exitCodes.offsiteUnreachable);
  assert.match(silent.message, /does not answer \((ECONNREFUSED|UND_ERR\w+|bad port|TypeError)\)/);
});

test("keys come from the environment, and each variable that is missing is named", () => {
  assert.throws(() => stateKeys({}), { message: /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set/ });
  assert.throws(() => stateKeys({ AWS_ACCESS_KEY_ID: "a" }), {
    message: /^state: AWS_SECRET_ACCESS_KEY is not set/,
  });
  assert.deepEqual(
    stateKeys({ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_SESSION_TOKEN: "c" }),
    {
      accessKeyId: "a",
      secretAccessKey: "b",
      sessionToken: "c",
    },
  );
});
