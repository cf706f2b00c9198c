import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { hostFileInstaller, installLine, removeLine } from "../../../components/host/host-file.ts";

const script = fileURLToPath(new URL("../../../components/host/files/host-file.sh", import.meta.url));
const me = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;

/** Runs the very line that a HostFile would send, with the installer of the repository. */
function run(line: string, content = "") {
  const local = line.replace(hostFileInstaller, `bash ${script}`);
  const { status, stdout, stderr } = spawnSync("sh", ["-c", local], { input: content, encoding: "utf8" });
  return { status, stdout, stderr };
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), "host-file-"));
}

function install(path: string, content: string, steps: Partial<Parameters<typeof installLine>[0]> = {}) {
  return run(installLine({ path, owner: me, mode: "0640", ...steps }), content);
}

test("installs a file with its mode, making its directory, and leaves nothing beside it", () => {
  const inside = folder();
  const path = join(inside, "deep/er/file.conf");
  assert.deepEqual(install(path, "new\n"), { status: 0, stdout: "", stderr: "" });
  assert.equal(readFileSync(path, "utf8"), "new\n");
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(join(inside, "deep/er")), ["file.conf"]);
});

test("a directory that is root's alone stays so", () => {
  const inside = folder();
  assert.equal(install(join(inside, "secret"), "x").status, 0);
  assert.equal(statSync(inside).mode & 0o777, 0o700);
});

test("a candidate that is refused never becomes active", () => {
  const path = join(folder(), "file.conf");
  writeFileSync(path, "old\n");
  const { status, stderr } = install(path, "new\n", { validate: ["grep", "-q", "other", "{candidate}"] });
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`^host-file: ${path}: validation failed: grep -q other .*/file\\.conf\n$`));
  assert.equal(readFileSync(path, "utf8"), "old\n");
});

test("the candidate that is checked holds the new content under the final name", () => {
  const path = join(folder(), "x.service");
  const check = [
    "sh",
    "-c",
    'test "$(cat "$1")" = new && test "$(basename "$1")" = x.service',
    "sh",
    "{candidate}",
  ];
  assert.equal(install(path, "new\n", { validate: check }).status, 0);
});

test("a failed assertion puts the previous file back and reloads it", () => {
  const inside = folder();
  const path = join(inside, "file.conf");
  const log = join(inside, "loaded");
  writeFileSync(path, "old\n", { mode: 0o600 });
  const { status, stderr } = install(path, "new\n", {
    reload: [["sh", "-c", `cat ${path} >>${log}`]],
    assert: ["false"],
  });
  assert.equal(status, 1);
  assert.match(stderr, /assertion failed: false\n.*the previous file is back/);
  assert.equal(readFileSync(path, "utf8"), "old\n");
  assert.equal(readFileSync(log, "utf8"), "new\nold\n");
});

test("a failed reload of a first file leaves none behind", () => {
  const path = join(folder(), "file.conf");
  const { status, stderr } = install(path, "new\n", { reload: [["false"]] });
  assert.equal(status, 1);
  assert.match(stderr, /removed again; there was none before/);
  assert.ok(!existsSync(path));
});

test("an unchanged file whose effect holds is not reloaded", () => {
  const inside = folder();
  const path = join(inside, "file.conf");
  const steps = { reload: [["touch", join(inside, "reloaded")]], assert: ["true"] };
  writeFileSync(path, "same\n");
  assert.equal(install(path, "same\n", steps).status, 0);
  assert.ok(!existsSync(join(inside, "reloaded")));
});

test("an unchanged file whose effect is missing is reloaded, as after a run that was cut off", () => {
  const inside = folder();
  const path = join(inside, "file.conf");
  const mark = join(inside, "reloaded");
  writeFileSync(path, "same\n");
  assert.equal(
    install(path, "same\n", { reload: [["touch", mark]], assert: ["test", "-e", mark] }).status,
    0,
  );
  assert.ok(existsSync(mark));
});

test("removes a file between what comes before and after, and is content when it is gone already", () => {
  const inside = folder();
  const path = join(inside, "file.conf");
  const log = join(inside, "log");
  writeFileSync(path, "x\n");
  const line = removeLine({
    path,
    beforeRemove: ["sh", "-c", `test -e ${path} && echo before >>${log}`],
    afterRemove: [["sh", "-c", `test ! -e ${path} && echo after >>${log}`]],
  });
  assert.equal(run(line).status, 0);
  assert.equal(readFileSync(log, "utf8"), "before\nafter\n");
  assert.equal(run(line).status, 0);
  assert.equal(readFileSync(log, "utf8"), "before\nafter\n");
});

test("prints nothing of the content, whatever goes wrong", () => {
  const path = join(folder(), "secret");
  const { stdout, stderr } = install(path, "hush-hush\n", { assert: ["false"] });
  assert.doesNotMatch(stdout + stderr, /hush/);
});

test("wrong use says how to use it", () => {
  assert.match(
    run(`${hostFileInstaller} install relative 0:0 0644`).stderr,
    /PATH must be absolute, got relative; use: install PATH/,
  );
  assert.equal(run(`${hostFileInstaller} destroy /x`).status, 2);
});

test("the whole line of a file with every step", () => {
  const line = installLine({
    path: "/etc/a.conf",
    mode: "0644",
    validate: ["check", "{candidate}"],
    reload: [["one"], ["two", "words"]],
    assert: ["is it"],
  });
  assert.equal(
    line,
    `${hostFileInstaller} install /etc/a.conf 0:0 0644 ::validate check '{candidate}' ::reload one ::reload two words ::assert 'is it'`,
  );
});
