import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { knownStacks, openExpendable, openStack } from "../../../operator/stack/stack.ts";
import { repositoryRoot } from "../../../workstation/repository.ts";

let root: string;
before(() => {
  root = mkdtempSync(join(tmpdir(), "kaleem-stack-"));
  const host = "config:\n  kaleem:host: { kind: ssh, address: prod.example.com }\n";
  writeFileSync(join(root, "Pulumi.local.yaml"), "config:\n  kaleem:closed: false\n");
  writeFileSync(join(root, "Pulumi.prod.yaml"), host);
  writeFileSync(join(root, "Pulumi.staging.yaml"), "config:\n  kaleem:closed: false\n");
  mkdirSync(join(root, "other"));
  writeFileSync(join(root, "other", "Pulumi.local.yaml"), host);
});
after(() => rmSync(root, { recursive: true }));

const open = (name: string, offsiteOf?: string, folder = root) => openStack(name, { offsiteOf }, folder);
function refused(work: () => unknown, exitCode: number, message: RegExp): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof RecoveryError);
    assert.equal(error.exitCode, exitCode);
    assert.match(error.message, message);
    return true;
  });
}

test("a committed file that names a host makes a stack remote, and is the one that the engine reads", () => {
  const { kind, stackFile, committedFile } = open("prod");
  assert.deepEqual(
    [kind, stackFile, committedFile],
    ["remote", join(root, "Pulumi.prod.yaml"), "Pulumi.prod.yaml"],
  );
});

test("emulated stacks are local, and keep a working copy of their own", () => {
  for (const name of ["local", "local-2", "drill", "drill-rebuilt"]) {
    const { kind, stackFile, committedFile } = open(name);
    assert.deepEqual([kind, committedFile], ["local", "Pulumi.local.yaml"], name);
    assert.equal(stackFile, join(root, ".kaleem", name, `Pulumi.${name}.yaml`));
  }
});

test("the account's stack has no machine, is no stack that a command works on, and what brings it up is told", () => {
  refused(
    () => open("account", undefined, repositoryRoot),
    exitCodes.config,
    /^Pulumi\.account\.yaml: kaleem:account: expected the stack of a machine, got the account's, which has none\. The engine's own commands bring it up: pulumi up --stack account \(docs\/account\.md\)\.$/,
  );
  assert.ok(!knownStacks(repositoryRoot).includes("account"));
});

test("no emulated machine is made for a name that was misspelt, or a real one's whose host is missing", () => {
  refused(
    () => open("prdo"),
    exitCodes.config,
    /stack prdo: there is no Pulumi\.prdo\.yaml\. Stacks here: local, prod, staging\. /,
  );
  refused(() => open("staging"), exitCodes.config, /^Pulumi\.staging\.yaml: kaleem:host: missing; /);
  refused(
    () => open("local", undefined, join(root, "other")),
    exitCodes.config,
    /^Pulumi\.local\.yaml: kaleem:host: the local stack runs on a machine that is emulated here and takes no host\./,
  );
});

test("a name that makes no host name is refused, and so is another's bucket for a remote stack", () => {
  refused(() => open("Prod"), exitCodes.usage, /expected lower-case letters.*got "Prod"/);
  refused(() => open("local", "clouds"), exitCodes.usage, /got "clouds"/);
  refused(
    () => open("prod", "staging"),
    exitCodes.usage,
    /--offsite-of is for stacks on an emulated machine/,
  );
});

test("a stack that is lost on purpose is an emulated one", () => {
  const { lost, rebuilt } = openExpendable("drill", root);
  assert.deepEqual([lost.name, rebuilt.name, rebuilt.offsiteOf], ["drill", "drill-rebuilt", "drill"]);
  refused(
    () => openExpendable("prod", root),
    exitCodes.usage,
    /^stack prod: the machine that Pulumi\.prod\.yaml names is yours, and is never lost on purpose\. .*\.\/kaleem recover --help\.$/,
  );
});
