import assert from "node:assert/strict";
import { test } from "node:test";
import { registryArguments, s3Arguments } from "../../../local/cloud/server-arguments.ts";
import { stackInstance } from "../../../local/instance.ts";

const { cloud } = stackInstance("/home/ada/kaleem", "local");

test("the servers keep their addresses, publish on the loopback address only, and come back by themselves", () => {
  for (const [line, server, port] of [
    [registryArguments(cloud, "image").join(" "), cloud.registry, 5000],
    [s3Arguments(cloud, "image").join(" "), cloud.s3, 9000],
  ] as const) {
    assert.ok(line.includes(`--network ${cloud.network} --ip ${server.address} `));
    assert.deepEqual(
      [...line.matchAll(/--publish (\S+)/g)].map((match) => match[1]),
      [`127.0.0.1:${server.port}:${port}`],
    );
    assert.ok(line.includes(`--volume ${server.volume}:/data`));
    assert.ok(line.includes("--restart unless-stopped"));
  }
});

test("the S3 server gets its root keys as files, not in its environment", () => {
  const environment = s3Arguments(cloud, "image").filter((_, index, all) => all[index - 1] === "--env");
  assert.deepEqual(environment.slice(0, 2), [
    "MINIO_ROOT_USER_FILE=/run/keys/root-user",
    "MINIO_ROOT_PASSWORD_FILE=/run/keys/root-password",
  ]);
  assert.ok(!environment.some((line) => /^MINIO_ROOT_(USER|PASSWORD)=/.test(line)));
});
