import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../../toolchain/engine/pulumi-error.ts";

/** What engine 3.259.0 wrote to standard error, and what is said behind it. */
const complaints: readonly (readonly [words: string, advice: RegExp])[] = [
  ["error: incorrect passphrase", /The passphrase is not the one/],
  [
    "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
    /Nothing opens the secrets: name a file .* in PULUMI_CONFIG_PASSPHRASE_FILE/,
  ],
  [
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
    /Another command works on this stack; wait for it\..*pulumi cancel/,
  ],
  [
    "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
    /not said where state is kept: run pulumi login/,
  ],
  [
    'error: unable to open state directory "file:///mnt/state": stat /mnt/state: no such file or directory',
    /The folder that .* is not there: mount it/,
  ],
  [
    'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , HostID: , request send failed, Get "http://127.0.0.1:1/bucket/.pulumi/meta.yaml?x-id=GetObject": dial tcp 127.0.0.1:1: connect: connection refused',
    /State is kept where this computer cannot reach it now/,
  ],
  [
    'error: performing HTTP request: Get "https://api.pulumi.example/api/user": dial tcp: lookup api.pulumi.example: no such host',
    /State is kept where this computer cannot reach it now/,
  ],
  [
    'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, access disabled',
    /The bucket with the state wants AWS_ACCESS_KEY_ID/,
  ],
  [
    "error: operation error EC2: RunInstances, https response error StatusCode: 403, api error UnauthorizedOperation: You are not authorized",
    /give them the permission/,
  ],
  ["error: operation error EC2: RunInstances, api error ExpiredToken: The token has expired", /log in again/],
  [
    "error: operation error EC2: RunInstances, api error InvalidAMIID.NotFound: gone",
    /\.\/kaleem images aws REGION/,
  ],
  [
    "error: operation error EC2: RunInstances, api error VcpuLimitExceeded: too many",
    /quota at AWS is used up/,
  ],
  [
    "error: operation error EC2: RunInstances, api error InsufficientInstanceCapacity: none",
    /another host\.zone/,
  ],
  [
    "error: operation error EC2: TerminateInstances, api error OperationNotPermitted: Modify its 'disableApiTermination' instance attribute",
    /host\.replaceable: true/,
  ],
  ["error: operation error EC2: AttachVolume, api error InvalidVolume.ZoneMismatch: no", /different zones/],
];

for (const [words, advice] of complaints)
  test(`says what to do: ${words.slice(0, 90)}`, () => {
    const [own, ...said] = explain(words).split("\n");
    assert.equal(own, words);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0] ?? "", advice);
  });

test("a complaint that is not known, and an application's own trouble with the network, stay as they are", () => {
  for (const words of [
    "error: something new",
    "error: kaleem:host: dial tcp 192.0.2.7:22: connect: connection refused",
  ])
    assert.equal(explain(words), words);
});
