import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionalProblems, probeS3 } from "../../../local/cloud/probe-s3.ts";

const where = "http://s3.test/kaleem-backup";
const honest = { firstWrite: 200, secondWrite: 412, staleWrite: 412, currentWrite: 200 };

test("a server that honours conditional writes passes", () => {
  assert.deepEqual(conditionalProblems(where, honest), []);
});

test("a server that ignores a condition is refused, each by name", () => {
  const unfit = "this server cannot keep two machines from both becoming the head";
  assert.match(
    conditionalProblems(where, { ...honest, secondWrite: 200 }).join("\n"),
    new RegExp(`If-None-Match: \\* over an existing object answered 200, expected 412; ${unfit}`),
  );
  assert.match(
    conditionalProblems(where, { ...honest, staleWrite: 200 }).join("\n"),
    new RegExp(`If-Match with a stale version answered 200, expected 412; ${unfit}`),
  );
  assert.match(
    conditionalProblems(where, { ...honest, currentWrite: 501 }).join("\n"),
    /If-Match with the present version answered 501, expected 200/,
  );
});

test("a refused write says so and nothing that follows from it", () => {
  assert.deepEqual(conditionalProblems(where, { ...honest, firstWrite: 403, secondWrite: 403 }), [
    `${where}: refused a write with 403; check that the bucket exists and the key pair may write to it`,
  ]);
});

test("a dead server is named within seconds", async () => {
  const location = {
    endpoint: "http://127.0.0.1:9",
    bucket: "kaleem-backup",
    prefix: "",
    region: "us-east-1",
  };
  await assert.rejects(probeS3(location, { accessKeyId: "a", secretAccessKey: "b" }), {
    message: "http://127.0.0.1:9/kaleem-backup: the S3 server does not answer",
  });
});
