import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import type { Command } from "commander";
import { listedCommands, purposes } from "../../operator/listed-commands.ts";
import { definitionOf, OperatorCommand } from "../../operator/operator-command.ts";

const repository = resolve(import.meta.dirname, "../..");
const scripts = (
  JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { scripts: Record<string, string> }
).scripts;
/** By file, since two names may stand for one. */
const definitions = new Map<string, OperatorCommand>();

for (const file of new Set(listedCommands.map((one) => one.file))) {
  const definition = await definitionOf(() => import(pathToFileURL(join(repository, file)).href));
  assert.ok(definition !== null, `${file}: defines no OperatorCommand`);
  definitions.set(file, definition);
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function kaleem(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const inherited = { ...process.env };
  delete inherited["KALEEM_STACK"];
  const argv = [join(repository, "operator", "kaleem.ts"), ...words];
  return new Promise((done) => {
    execFile(process.execPath, argv, { env: { ...inherited, ...env }, cwd: "/" }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** A command and all its subcommands. */
function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap((one) => all(one))];
}

test("each command has its file, its npm script, its purpose and one line of help", () => {
  for (const { name, file, purpose, summary } of listedCommands) {
    assert.ok(existsSync(join(repository, file)), file);
    assert.equal(scripts[name], `./kaleem ${name}`);
    assert.ok(purposes.includes(purpose));
    assert.ok(summary.length <= 80 && !summary.includes("\n"), `${name}: ${summary}`);
  }
});

test("every file in operator/commands is a command of the program", () => {
  const files = readdirSync(join(repository, "operator", "commands")).map(
    (file) => `operator/commands/${file}`,
  );
  const listed = new Set(listedCommands.map(({ file }) => file));
  assert.deepEqual(
    files.filter((file) => !listed.has(file)),
    [],
  );
});

test("the program can be executed, and package.json installs it", () => {
  assert.equal(statSync(join(repository, "kaleem")).mode & 0o111, 0o111);
  const { bin } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { bin: unknown };
  assert.deepEqual(bin, { kaleem: "kaleem" });
});

test("every command's help says where exit codes are explained, and is called by the program's name", () => {
  for (const { file } of listedCommands) {
    let help = "";
    const command = definitions.get(file);
    command?.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    assert.match(help, /^Usage: kaleem [a-z]/, file);
    assert.match(help, /\nExit codes: docs\/exit-codes\.md\n$/, file);
  }
});

test("KALEEM_STACK is the default of every --stack, and the help says so", () => {
  let count = 0;
  for (const command of [...definitions.values()].flatMap(all))
    for (const option of command.options.filter(({ long }) => long === "--stack")) {
      assert.equal(option.envVar, "KALEEM_STACK", command.name());
      assert.match(command.helpInformation(), /env:\s+KALEEM_STACK/, command.name());
      count += 1;
    }
  assert.ok(count > 15, String(count));
});

test("help shows every command below what it is for, and help NAME a command's own", async () => {
  const { code, stdout } = await kaleem(["--help"]);
  assert.equal(code, 0);
  const found = purposes.flatMap((purpose) => {
    const block = new RegExp(`^${purpose}:\n((?: {2}.*\n)+)`, "m").exec(stdout)?.[1] ?? "";
    return [...block.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, name = ""]) => ({ name, purpose }));
  });
  assert.deepEqual(
    found,
    listedCommands.map(({ name, purpose }) => ({ name, purpose })),
  );
  assert.match((await kaleem(["help", "points"])).stdout, /^Usage: kaleem points \[options\]\n/);
  assert.match(
    (await kaleem(["help", "secrets", "init"])).stdout,
    /^Usage: kaleem secrets init \[options\]\n/,
  );
});

test("a word that is no command is a wrong argument, and a similar one is named", async () => {
  const wrong = await kaleem(["stauts"]);
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.match(wrong.stderr, /unknown command 'stauts'\n\(Did you mean status\?\)/);
  assert.equal((await kaleem([])).code, 2);
  const json = await kaleem(["stauts", "--json"]);
  assert.equal(json.code, 2);
  assert.deepEqual(JSON.parse(json.stdout), {
    error: { message: "unknown command 'stauts'\n(Did you mean status?)", exitCode: 2 },
  });
});

test("a value of KALEEM_STACK that is no stack's name is refused by its name; a flag wins over it", async () => {
  for (const value of ["Prod", "", "../prod", "clouds"]) {
    const refused = await kaleem(["status", "--json"], { KALEEM_STACK: value });
    assert.equal(refused.code, 2);
    const { error } = JSON.parse(refused.stdout) as { error: { message: string; exitCode: number } };
    assert.equal(
      error.message,
      `KALEEM_STACK: expected a stack's name (lower-case letters, digits and hyphens, starting with a letter, at most 30, other than "clouds"), got ${JSON.stringify(value)}`,
    );
    assert.equal(refused.stderr, `${error.message}\n`);
  }
  const flag = await kaleem(["status", "--stack", "no-such"], { KALEEM_STACK: "Prod" });
  assert.equal(flag.code, 3);
  assert.match(flag.stderr, /^stack no-such: there is no Pulumi\.no-such\.yaml\./);
  const given = await kaleem(["status"], { KALEEM_STACK: "no-such" });
  assert.match(given.stderr, /^stack no-such: there is no Pulumi\.no-such\.yaml\./);
});

/** Parsed here, and never run: were the guard to fail, the command itself would remove the stack. */
function stackOf(own: string, words: readonly string[], value: string): string {
  const before = process.env["KALEEM_STACK"];
  process.env["KALEEM_STACK"] = value;
  try {
    const command = new OperatorCommand("made-up").option("--stack <name>", "a stack of its own", own);
    return command.parse(words, { from: "user" }).opts<{ stack: string }>().stack;
  } finally {
    if (before === undefined) delete process.env["KALEEM_STACK"];
    else process.env["KALEEM_STACK"] = before;
  }
}

test("a command that removes its stack takes no stack from KALEEM_STACK that was not made for it", () => {
  for (const own of ["drill", "local-bench"]) {
    assert.throws(() => stackOf(own, [], "local"), {
      message:
        'KALEEM_STACK: kaleem made-up fills or removes the stack that it runs on, and "local" was not made for that. ' +
        `Give --stack ${own}, or --stack local if you mean it.`,
    });
    assert.throws(() => stackOf(own, [], "prod"), /^RecoveryError: KALEEM_STACK: /);
    assert.equal(stackOf(own, ["--stack", "local"], "prod"), "local");
    assert.equal(stackOf(own, [], `${own}-2`), `${own}-2`);
  }
  assert.equal(stackOf("local", [], "prod"), "prod");
  const owns = [...definitions.values()]
    .flatMap(all)
    .flatMap(({ options }) =>
      options.flatMap(({ long, defaultValue }) =>
        long === "--stack" ? [defaultValue as string | undefined] : [],
      ),
    );
  assert.deepEqual(new Set(owns), new Set([undefined, "local", "drill", "local-bench"]));
});

test("KALEEM_STACK gives a command its stack that has no other default", async () => {
  const given = await kaleem(["recover", "--host", "root@192.0.2.7"], { KALEEM_STACK: "no-such" });
  assert.equal(given.code, 3);
  assert.match(given.stderr, /^stack no-such: there is no Pulumi\.no-such\.yaml\./);
  assert.match(
    (await kaleem(["recover", "--host", "root@192.0.2.7"])).stderr,
    /^recover: say which stack was lost: --stack NAME, or its --kit FILE$/m,
  );
});

/** Each command that takes --json and --stack, with whatever else it wants. */
const answering = [...definitions.values()].flatMap(all).flatMap((command) => {
  const has = (flag: string): boolean => command.options.some(({ long }) => long === flag);
  if (!has("--json") || !has("--stack")) return [];
  const wanted = command.options.flatMap(({ long, mandatory }) =>
    // A folder's name as well as a time.
    mandatory && long !== "--stack" && long !== undefined
      ? [long, long === "--to" ? "2026-11-20T03:00Z" : "x"]
      : [],
  );
  const given = command.registeredArguments.flatMap(({ required }) =>
    required ? ["redis-app-password"] : [],
  );
  return [[...nameOf(command).split(" "), ...given, ...wanted]];
});

test("commands are found that answer as JSON", () => {
  assert.ok(answering.length > 15, String(answering.length));
});
for (const words of answering) {
  test(`says as JSON why it cannot answer, with the exit code that it ends with: ${words.join(" ")}`, async () => {
    const failed = await kaleem([...words, "--stack", "no-such", "--json"]);
    const said = JSON.parse(failed.stdout) as { error: { message: string; exitCode: number } };
    assert.deepEqual([failed.code, said.error.exitCode], [3, 3]);
    assert.match(said.error.message, /^stack no-such: there is no Pulumi\.no-such\.yaml\./);
    assert.ok(failed.stderr.endsWith(`${said.error.message}\n`), failed.stderr);
  });
}

/** Such as `secrets list`. */
function nameOf(command: Command): string {
  const above = command.parent === null ? "" : `${nameOf(command.parent)} `;
  return `${above}${command.name()}`.replace(/^kaleem /, "");
}

test("nothing but JSON goes to stdout, and a sentence without colours to stderr, when a command fails", async () => {
  for (const words of [
    ["points", "--json", "--bogus"],
    ["points", "--json", "--stack"],
    ["secrets", "--json", "no-such"],
  ]) {
    const failed = await kaleem(words, { FORCE_COLOR: "1" });
    const { error } = JSON.parse(failed.stdout) as { error: { message: string; exitCode: number } };
    assert.deepEqual([failed.code, error.exitCode], [2, 2], words.join(" "));
    assert.ok(failed.stderr.includes(error.message), failed.stderr);
    assert.ok(!`${failed.stdout}${failed.stderr}`.includes("\u001b"));
  }
});
