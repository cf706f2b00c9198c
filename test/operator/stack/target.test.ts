import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKT0fi8G0pnem2cYaJNyX3xxuvTLjvR6bEwWAe7mwHrz";
const good = `config:
  kaleem:host: { kind: ssh, address: 127.0.0.1, port: 20010, user: root, hostKey: "${hostKey}", privateKeyFile: .kaleem/good/ssh/id_ed25519, knownHostsFile: /elsewhere/known_hosts, insecureRegistries: [] }
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
      '.kaleem/local-prod/Pulumi.local-prod.yaml: there is no such file, so stack "local-prod" was not brought up on this computer. Stacks here: local-good; "./kaleem up --stack local-prod" makes it.',
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
      /^\.kaleem\/local-odd\/Pulumi\.local-odd\.yaml: host\.port: expected a port from 1 to 65535, got "ssh"$/m,
    );
    assert.match(
      error.message,
      /^\.kaleem\/local-odd\/Pulumi\.local-odd\.yaml: offsite\.bucket: missing; expected a bucket's name/m,
    );
    assert.match(error.message, /Run "\.\/kaleem up --stack local-odd", which writes it again\.$/);
    return true;
  });
});

test("judges each value as the program does", async () => {
  const wrong: readonly [from: string, to: string, message: string][] = [
    [
      "127.0.0.1",
      "999.1.1.1",
      'host.address: expected a host name or an IPv4 address, got "999.1.1.1"; an IPv4 address has four',
    ],
    [
      "port: 20010",
      "port: 0022",
      "host.port: expected a number without zeros before it, which make it octal to some, got 0022",
    ],
    [
      "10.1.1.3:9000",
      "10.1.1.3:99999",
      "offsite.endpoint: expected an address such as https://s3.example.com, without a path",
    ],
    ["kaleem-backup", "kaleem..backup", "offsite.bucket: expected a bucket's name"],
    ['prefix: ""', 'prefix: "a/../b"', "offsite.prefix: expected a key prefix"],
  ];
  for (const [from, to, message] of wrong) {
    await stackFile("local-odd", good.replace(from, to));
    await assert.rejects(target("local-odd"), (error: Error) => {
      assert.ok(
        error.message.startsWith(`.kaleem/local-odd/Pulumi.local-odd.yaml: ${message}`),
        error.message,
      );
      return true;
    });
  }
});

test("a committed file names no key: its host key is pinned in the stack's folder, and KALEEM_SSH_KEY gives the key", async (t) => {
  const written = (key: string) =>
    writeFile(
      join(root, "Pulumi.prod.yaml"),
      good
        .replace(/privateKeyFile.*known_hosts, /, "")
        .replace("127.0.0.1", "prod.example.com")
        .replace(hostKey, key),
    );
  await written(`${hostKey} root@prod`);
  const pins = join(root, ".kaleem", "prod", "ssh", "known_hosts");
  const before = process.env["KALEEM_SSH_KEY"];
  t.after(() => {
    if (before === undefined) delete process.env["KALEEM_SSH_KEY"];
    else process.env["KALEEM_SSH_KEY"] = before;
  });
  delete process.env["KALEEM_SSH_KEY"];
  const ssh = { address: "prod.example.com", port: 20010, user: "root", knownHostsFile: pins };
  assert.deepEqual((await target("prod")).ssh, ssh);
  assert.equal(await readFile(pins, "utf8"), `[prod.example.com]:20010 ${hostKey}\n`);
  process.env["KALEEM_SSH_KEY"] = "/keys/mine";
  assert.deepEqual((await target("prod")).ssh, { ...ssh, privateKeyFile: "/keys/mine" });
  await written(hostKey.replace("KT0", "KT1"));
  await target("prod");
  assert.equal(await readFile(pins, "utf8"), `[prod.example.com]:20010 ${hostKey.replace("KT0", "KT1")}\n`);
  await stackFile("local-good", good);
  const local = (await target("local-good")).ssh.privateKeyFile;
  assert.equal(local, join(root, ".kaleem/good/ssh/id_ed25519"), "a key that the file names stays");
});

test("what the program has a default for may be left out here too", async () => {
  await stackFile(
    "local-short",
    good.replace("port: 20010, user: root, ", "").replace(', prefix: "", region: us-east-1', ""),
  );
  const { ssh, offsite } = await target("local-short");
  assert.deepEqual([ssh.port, ssh.user, offsite.prefix, offsite.region], [22, "root", "", "auto"]);
});
