import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, test } from "node:test";
import { accessScript } from "../../../components/host/host-access.ts";
import { baselineScript } from "../../../components/host/host-baseline.ts";
import { type Declared, runProgram, validValues } from "../support/program.ts";

let declared: readonly Declared[] = [];

before(async () => {
  const values = validValues();
  values["host"] = JSON.stringify({ ...(JSON.parse(values["host"] ?? "") as object), user: "deploy" });
  ({ declared } = await runProgram(values));
});

const named = (role: string): Declared => {
  const found = declared.find(({ name }) => name === `host-baseline-${role}`);
  assert.ok(found, role);
  return found;
};
const waitsFor = (role: string) => named(role).dependencies.map((urn) => urn.split("::").at(-1));

test("what was there before keeps its name and its place, so that an existing host is updated and nothing replaced", () => {
  const parent = "kaleem:host:Host$kaleem:host:HostBaseline";
  for (const role of ["system", "installer", "hardening"]) {
    const { type, parent: urn } = named(role);
    assert.equal(type, "command:remote:Command");
    assert.ok(urn.includes(`${parent}::host-baseline`), urn);
  }
});

test("the machine is looked at before anything is put on it, and access is confirmed before the data volume and Docker", () => {
  assert.deepEqual(named("check").dependencies, []);
  for (const [role, first] of [
    ["installer", "check"],
    ["packages", "check"],
    ["access-program-content", "packages"],
    ["access-program-content", "installer"],
    ["access-apply", "access-program-content"],
    ["access-confirm", "access-apply"],
    ["system", "access-confirm"],
    ["hardening", "system"],
    ["upgrades-content", "system"],
    ["journal-content", "system"],
  ] as const)
    assert.ok(waitsFor(role).includes(`host-baseline-${first}`), `${role} waits for ${first}`);
});

test("a change of access is confirmed each time it is applied", () => {
  assert.deepEqual(named("access-apply").inputs["triggers"], named("access-confirm").inputs["triggers"]);
  for (const verb of ["apply", "confirm"])
    assert.equal(
      named(`access-${verb}`).inputs["create"],
      `sudo -n -- /usr/local/lib/kaleem/access ${verb} --host-key-type ssh-ed25519 --connection "$SSH_CONNECTION"`,
    );
});

test("a user who is not root has root's rights in every command of the host's own", () => {
  const commands = declared.filter(
    ({ name, type }) => type === "command:remote:Command" && name.startsWith("host-"),
  );
  assert.ok(commands.length > 10);
  for (const { name, inputs } of commands)
    for (const verb of ["create", "delete"] as const) {
      const line = inputs[verb];
      if (typeof line === "string") assert.match(line, /^sudo -n -- /, `${name} ${verb}`);
    }
});

test("the scripts are whole, read no variable of the caller's for a path, and name no file that did not come along", () => {
  for (const script of [baselineScript(), accessScript()]) {
    assert.equal(spawnSync("bash", ["-n"], { input: script }).status, 0);
    assert.match(script, /^readonly ROOT='' /m);
    for (const [, name = ""] of script.matchAll(/\bcarried ([a-z][a-z.-]+)/g))
      assert.ok(script.includes(`\n    ${name}) printf`), name);
  }
});
