import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openStack } from "../../../operator/stack/stack.ts";
import { readTarget } from "../../../operator/stack/target.ts";

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), "kaleem-target-"));
});
after(() => rm(root, { recursive: true }));

function target(stack: string) {
  return readTarget(openStack(stack, {}, root));
}

async function stackFile(stack: string, text: string): Promise<void> {
  await mkdir(join(root, ".kaleem", stack), { recursive: true });
  await writeFile(join(root, ".kaleem", stack, `Pulumi.${stack}.yaml`), text);
}

const good = `config:
  kaleem:host: { kind: ssh, address: 127.0.0.1, port: 20010, user: root, hostKey: "ssh-ed25519 AAAA", privateKeyFile: .kaleem/good/ssh/id_ed25519, knownHostsFile: /elsewhere/known_hosts, insecureRegistries: [] }
  kaleem:offsite: { endpoint: "http://10.1.1.3:9000", bucket: kaleem-backup, prefix: "", region: us-east-1 }
  kaleem:redis-password: { secure: v1:abc }
`;

test("reads host and bucket from the generated stack file, without Pulumi", async () => {
  await stackFile("local-good", good);
  assert.deepEqual(await target("local-good"), {
    ssh: {
      address: "127.0.0.1",
      port: 20010,
      user: "root",
      privateKeyFile: join(root, ".kaleem/good/ssh/id_ed25519"),
      knownHostsFile: "/elsewhere/known_hosts",
    },
    offsite: { endpoint: "http://10.1.1.3:9000", bucket: "kaleem-backup", prefix: "", region: "us-east-1" },
  });
});

test("names the stacks that there are when the one asked for is not there", async () => {
  await stackFile("local-good", good);
  await assert.rejects(target("local-prod"), {
    message:
      '.kaleem/local-prod/Pulumi.local-prod.yaml: there is no such file, so stack "local-prod" was not brought up on this computer. Stacks here: local-good; "npm run up -- --stack local-prod" makes it.',
  });
});

test("names every field of a stack file that is wrong", async () => {
  await stackFile(
    "local-odd",
    good.replace("port: 20010", "port: ssh").replace("bucket: kaleem-backup, ", ""),
  );
  await assert.rejects(target("local-odd"), (error: Error) => {
    assert.match(
      error.message,
      /^\.kaleem\/local-odd\/Pulumi\.local-odd\.yaml: config\.kaleem:host\.port: .*number/m,
    );
    assert.match(
      error.message,
      /^\.kaleem\/local-odd\/Pulumi\.local-odd\.yaml: config\.kaleem:offsite\.bucket: /m,
    );
    assert.match(error.message, /Run "npm run up -- --stack local-odd", which writes it again\.$/);
    return true;
  });
});
