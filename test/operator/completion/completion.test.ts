import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bashCompletion } from "../../../operator/completion/bash-completion.ts";
import { completeCommands } from "../../../operator/completion/complete-commands.ts";
import type { CompletedCommand } from "../../../operator/completion/completed-command.ts";
import { zshCompletion } from "../../../operator/completion/zsh-completion.ts";
import { listedCommands } from "../../../operator/listed-commands.ts";
import { findOnPath } from "../../../workstation/find-on-path.ts";

let folder: string;
let commands: readonly CompletedCommand[];
before(async () => {
  commands = await completeCommands();
  folder = mkdtempSync(join(tmpdir(), "kaleem-completion-"));
  mkdirSync(join(folder, "checkout", ".kaleem", "local-2"), { recursive: true });
  mkdirSync(join(folder, "bin"));
  const checkout = join(folder, "checkout");
  for (const file of [
    "Pulumi.prod.yaml",
    "Pulumi.staging.yaml",
    "Pulumi.yaml",
    ".kaleem/local-2/Pulumi.local-2.yaml",
  ])
    writeFileSync(join(checkout, file), "");
  writeFileSync(join(checkout, "kaleem"), "");
  chmodSync(join(checkout, "kaleem"), 0o755);
  symlinkSync(join(checkout, "kaleem"), join(folder, "bin", "kaleem"));
  writeFileSync(join(folder, "kaleem.bash"), bashCompletion(commands));
  writeFileSync(join(folder, "_kaleem"), zshCompletion(commands));
});
after(() => rmSync(folder, { recursive: true }));

const ask = `source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_kaleem
printf '%s\\n' "\${COMPREPLY[@]}"`;

/** What bash would offer for the last of these words, as the function that it calls answers. */
function offered(...words: string[]): string[] {
  const answer = execFileSync("bash", ["-c", ask, "bash", join(folder, "kaleem.bash"), ...words], {
    cwd: join(folder, "checkout"),
    encoding: "utf8",
    env: { PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return answer.split("\n").filter((line) => line !== "");
}

test("every command is offered, and those that begin as the word does", () => {
  assert.deepEqual(
    offered("./kaleem", ""),
    listedCommands.map(({ name }) => name),
  );
  assert.deepEqual(
    offered("./kaleem", "po"),
    ["policy", "points", "point"].sort((a, b) => order(a) - order(b)),
  );
});

function order(name: string): number {
  return listedCommands.findIndex((one) => one.name === name);
}

test("a command's flags are those that its own file defines", () => {
  const up = offered("./kaleem", "up", "--");
  for (const flag of ["--stack", "--yes", "--first-install", "--json", "--help"])
    assert.ok(up.includes(flag), flag);
  assert.ok(!up.includes("--at"));
  assert.deepEqual(offered("./kaleem", "restore", "--fr"), ["--from", "--from-scratch"]);
  assert.deepEqual(offered("./kaleem", "check", "--"), offered("./kaleem", "test", "--"));
});

test("subcommands, and the flags that only they take", () => {
  assert.deepEqual(offered("./kaleem", "secrets", ""), ["init", "list", "rotate"]);
  assert.ok(offered("./kaleem", "secrets", "init", "--").includes("--given"));
  assert.ok(!offered("./kaleem", "secrets", "list", "--").includes("--given"));
  assert.deepEqual(offered("./kaleem", "completion", ""), ["bash", "zsh"]);
});

test("after --stack the names of the checkout's stacks, with and without an equals sign, by a path or by PATH", () => {
  const stacks = ["local-2", "prod", "staging"];
  for (const program of ["./kaleem", "kaleem", join(folder, "checkout", "kaleem")]) {
    assert.deepEqual(offered(program, "status", "--stack", ""), stacks, program);
    assert.deepEqual(offered(program, "status", "--json", "--stack", "st"), ["staging"], program);
    assert.deepEqual(offered(program, "up", "--stack", "="), stacks, program);
    assert.deepEqual(offered(program, "up", "--stack", "=", "p"), ["prod"], program);
  }
  assert.deepEqual(offered("/nowhere/kaleem", "status", "--stack", ""), []);
});

test("a flag's choices are offered, and nothing of ours where a file or a text follows", () => {
  assert.deepEqual(offered("./kaleem", "restore", "--from", ""), ["any", "local", "offsite"]);
  assert.deepEqual(offered("./kaleem", "restore", "--from", "o"), ["offsite"]);
  assert.deepEqual(offered("./kaleem", "up", "--recover", ""), []);
  assert.deepEqual(offered("./kaleem", "restore", "--at", ""), []);
});

test("the script for zsh is well-formed, and names every command, subcommand and flag", () => {
  const file = join(folder, "_kaleem");
  const zsh = findOnPath("zsh");
  // Of its own forms it uses none that bash cannot parse, so that a slip of quoting shows without zsh too.
  execFileSync(zsh ?? "bash", ["-n", file], { stdio: "inherit" });
  const script = zshCompletion(commands);
  const look = ({ name, flags, subcommands }: CompletedCommand): void => {
    assert.match(script, new RegExp(`'?${name}:`), name);
    for (const { flag } of flags) assert.ok(script.includes(`'${flag}`), flag);
    subcommands.forEach(look);
  };
  commands.forEach(look);
});

test("a description with anything in it stays one word of zsh, and closes no bracket", () => {
  const odd = { flag: "--odd", description: "it's [so] a:b `x` $y", value: null };
  const script = zshCompletion([
    { name: "x", summary: "a: 'b'", flags: [odd], subcommands: [], argument: null },
  ]);
  assert.ok(script.includes(String.raw`'--odd[it'\''s \[so\] a\:b ${"`x` $y"}]'`), script);
  assert.ok(script.includes(String.raw`'x:a\: '\''b'\'''`), script);
});
