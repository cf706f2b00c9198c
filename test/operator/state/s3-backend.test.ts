import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import {
  backendUrlOf,
  type GivenBucket,
  loginLine,
  stateBucket,
} from "../../../operator/state/s3-backend.ts";

const r2 = "https://0123.r2.cloudflarestorage.com";
const lines: readonly [given: GivenBucket, line: string][] = [
  [
    { s3: "kaleem-state", endpoint: r2 },
    `pulumi login 's3://kaleem-state?region=auto&endpoint=${r2}&s3ForcePathStyle=true'`,
  ],
  [
    { s3: "kaleem-state", endpoint: `${r2}/`, prefix: "prod/state" },
    `pulumi login 's3://kaleem-state/prod/state?region=auto&endpoint=${r2}&s3ForcePathStyle=true'`,
  ],
  [{ s3: "b.c", region: "eu-central-1" }, "pulumi login 's3://b.c?region=eu-central-1'"],
  [
    { s3: "abc", endpoint: "http://127.0.0.1:9000" },
    "pulumi login 's3://abc?region=us-east-1&endpoint=http://127.0.0.1:9000&s3ForcePathStyle=true'",
  ],
  [
    { s3: "abc", endpoint: "https://s3.eu-west-1.amazonaws.com" },
    "pulumi login 's3://abc?region=eu-west-1&endpoint=https://s3.eu-west-1.amazonaws.com&s3ForcePathStyle=true'",
  ],
  [
    { s3: "abc", endpoint: "HTTPS://S3.Example.com", region: "x-1" },
    "pulumi login 's3://abc?region=x-1&endpoint=https://s3.example.com&s3ForcePathStyle=true'",
  ],
];
for (const [given, line] of lines) {
  test(`the line for ${JSON.stringify(given)}`, () => {
    assert.equal(loginLine(backendUrlOf(stateBucket(given))), line);
  });
}

const refused: readonly [given: GivenBucket, sentences: readonly RegExp[]][] = [
  [{ s3: "Upper", region: "x" }, [/^--s3: expected a bucket's name \(.*\), got "Upper"$/]],
  [{ s3: "ab/c?endpoint=http:", region: "x" }, [/^--s3: /]],
  [{ s3: "abc" }, [/^--region: missing; Amazon S3 has no endpoint to tell it from$/]],
  [
    { s3: "abc", endpoint: "r2.example.com" },
    [/^--endpoint: expected https:\/\/HOST .*, got "r2\.example\.com"$/],
  ],
  [{ s3: "abc", endpoint: "ftp://r2.example.com" }, [/^--endpoint: .*, got "ftp:/]],
  [{ s3: "abc", endpoint: `${r2}/abc` }, [/^--endpoint: .* without the bucket/]],
  [{ s3: "abc", endpoint: `${r2}?x=1` }, [/^--endpoint: /]],
  [
    { s3: "abc", endpoint: r2, region: "eu&x=1" },
    [/^--region: expected a region such as eu-central-1, got "eu&x=1"$/],
  ],
  [{ s3: "abc", endpoint: r2, prefix: "/a" }, [/^--prefix: expected names joined by single slashes/]],
  [{ s3: "abc", endpoint: r2, prefix: "a/../b" }, [/^--prefix: /]],
  [{ s3: "a", endpoint: "x", prefix: "a//b" }, [/^--s3: /m, /^--endpoint: /m, /^--prefix: /m]],
];
for (const [given, sentences] of refused) {
  test(`refuses ${JSON.stringify(given)}`, () => {
    assert.throws(
      () => stateBucket(given),
      (error: unknown) => {
        assert.ok(error instanceof RecoveryError && error.exitCode === exitCodes.usage);
        for (const sentence of sentences) assert.match(error.message, sentence);
        assert.equal(error.message.split("\n").length, sentences.length);
        return true;
      },
    );
  });
}

test("keys in an endpoint are refused, and not repeated", () => {
  assert.throws(
    () => stateBucket({ s3: "abc", endpoint: "https://KEYID:SECRET@s3.example.com" }),
    (error: unknown) =>
      error instanceof RecoveryError &&
      /it holds keys$/.test(error.message) &&
      !/KEYID|SECRET/.test(error.message),
  );
});
