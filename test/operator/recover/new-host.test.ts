import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import {
  lookAtNewHost,
  writeNewHost,
  writeRestic,
  type NewHostRequest,
} from "../../../operator/recover/new-host.ts";

const text = `config:
  kaleem:host: # the machine
    address: old.example.com
    hostKey: ssh-ed25519 AAAAold
`;
const shown = { key: "ssh-ed25519 AAAAnew", fingerprint: "SHA256:new" };

let folder: string;
let file: string;
let notes: string[];
let scans: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-host-"));
  file = join(folder, "Pulumi.prod.yaml");
  writeFileSync(file, text);
  chmodSync(file, 0o640);
  [notes, scans] = [[], 0];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(more: Partial<NewHostRequest> = {}): Promise<void> {
  return writeNewHost({
    stack: { stackFile: file, committedFile: "Pulumi.prod.yaml" },
    given: { host: "deploy@192.0.2.7", port: "2222" },
    progress: { step: (_title, work) => work(() => undefined), note: (line) => notes.push(line) },
    yes: true,
    ask: null,
    scan: () => {
      scans += 1;
      return Promise.resolve(shown);
    },
    ...more,
  });
}
const given = { host: "deploy@192.0.2.7", port: "2222", hostKey: shown.key };
const content = (): string => readFileSync(file, "utf8");

test("writes the new machine whole, shows the difference, and a second run finds it there without a question", async () => {
  await write({ given });
  assert.match(content(), /# the machine\n\s+address: 192\.0\.2\.7\n\s+hostKey: ssh-ed25519 AAAAnew\n/);
  assert.match(notes.join("\n"), /^Pulumi\.prod\.yaml:\n {2}- host\.address: "old\.example\.com"/);
  assert.deepEqual(readdirSync(folder), ["Pulumi.prod.yaml"], "nothing is left beside it");
  assert.equal(statSync(file).mode & 0o777, 0o640);
  const before = content();
  notes = [];
  // Unattended, and without the key: it is pinned already, and the machine shows it.
  await write();
  assert.deepEqual([content(), notes, scans], [before, [], 1]);
});

test("a key that nobody looked at is no pin: unattended it has to be given", async () => {
  await assert.rejects(write(), {
    message:
      "recover: the host key SHA256:new was not agreed to; nothing was changed. " +
      'Look at it on the machine\'s console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and give it: --host-key "ssh-ed25519 AAAAnew"',
  });
  assert.equal(content(), text);
});

test("a machine that shows another key than the pinned one is asked about again", async () => {
  await write({ given: { ...given, hostKey: "ssh-ed25519 AAAAother" } });
  await assert.rejects(write(), /SHA256:new was not agreed to/);
});

test("at a terminal key and file are agreed to one by one; a no leaves the file as it is", async () => {
  const asked: string[] = [];
  const answers = ["y", "n", "y", "y"];
  const ask = (question: string): Promise<string> => {
    asked.push(question);
    return Promise.resolve(answers.shift() ?? "");
  };
  await assert.rejects(
    write({ yes: false, ask }),
    /not agreed to; Pulumi\.prod\.yaml is as it was\. Add --yes\./,
  );
  assert.equal(content(), text);
  await write({ yes: false, ask });
  assert.match(content(), /AAAAnew/);
  assert.deepEqual(asked.slice(0, 2), [
    "The machine shows SHA256:new. Is that its key? [y/N] ",
    "Write this? [y/N] ",
  ]);
});

test("what is no machine is refused", async () => {
  for (const [host, port] of [
    ["192.0.2.7", "22"],
    ["deploy@a b", "22"],
    ["deploy@192.0.2.7", "0"],
    ["d@a", "x"],
  ])
    await assert.rejects(write({ given: { host: host ?? "", port: port ?? "" } }), {
      exitCode: exitCodes.usage,
      message: `--host: expected user@address and a port from 1 to 65535, got "${host ?? ""}" and "${port ?? ""}"`,
    });
});

/** A machine as the look at it tells. */
const machine = (more: string) => ({
  run: () =>
    Promise.resolve({
      stdout: `user=root\nuid=0\nos=debian\nosVersion=12\nosName=Debian 12\narchitecture=x86_64\ninit=systemd\ncgroup=cgroup2fs
clock=1\nmemory=1\nprocessors=2\nsystemFree=1\nipv4=1\ndefaultRoute4=1\n${more}\n`,
    }),
});
const prod = { name: "prod", committedFile: "Pulumi.prod.yaml" };

test("a machine on which another stack runs is refused; an empty one, and one of an earlier run, are not", async () => {
  await assert.rejects(lookAtNewHost(prod, machine("agentStack=staging")), {
    message:
      "Pulumi.prod.yaml: machine: it runs stack staging, not prod; check kaleem:host.address, or destroy that stack there first\n" +
      "Run recover again with another --host.",
  });
  for (const more of ["", "agentStack=prod", 'agentStack=prod\nmanagedBy={"manager":"s3://lost prod"}'])
    assert.equal((await lookAtNewHost(prod, machine(more))).os, "debian");
});

test("the restic that the new machine needs is written, and shown", async () => {
  await write({ given });
  const stack = { ...prod, stackFile: file };
  const progress = { ...silentProgress, note: (line: string) => notes.push(line) };
  notes = [];
  await writeRestic(stack, await lookAtNewHost(prod, machine("resticOffered=0.14.0")), progress);
  assert.match(content(), /restic: linux-amd64/);
  assert.match(notes.join("\n"), /as the new machine needs it:\n {2}\+ host\.restic: "linux-amd64"/);
});
