import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { npmScripts, programCommands } from "../docs/support/commands.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { runLines, wordsOf } from "./run-lines.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: unknown;
  readonly environment?: string;
  readonly "timeout-minutes"?: number;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(repositoryRoot, ".github");
const workflows = readdirSync(join(folder, "workflows")).sort();
const actions = readdirSync(join(folder, "actions")).map((name) => `actions/${name}/action.yml`);
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");
const files = [...workflows.map((name) => `workflows/${name}`), ...actions];
const read = (name: string) => parse(textOf(`workflows/${name}`)) as Workflow;

test("there is a workflow for each thing that runs by itself", () => {
  assert.deepEqual(workflows, [
    "images.yml",
    "pull-request.yml",
    "recovery.yml",
    "release.yml",
    "staging.yml",
  ]);
});

for (const file of files) {
  const text = textOf(file);

  test(`${file}: every action is pinned by its commit, with the release that it is`, () => {
    for (const [line, use = ""] of text.matchAll(/^.*uses: (.*)$/gm)) {
      if (use.startsWith("./")) continue;
      assert.match(line, /uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test(`${file}: nothing that others write is put into a shell line, and nothing is told of the environment`, () => {
    for (const line of runLines(text)) {
      assert.ok(!line.includes("${{"), line);
      assert.doesNotMatch(line, /(^|[|;&] *)(env|printenv|set)( |$)|set -x|\$SSH_KEY" *$/, line);
    }
  });

  test(`${file}: every line calls what exists`, () => {
    const problems = runLines(text).flatMap((line) =>
      unknownWords(line).map((problem) => `${line}: ${problem}`),
    );
    assert.deepEqual(problems, []);
  });
}

const program = programCommands();
const scripts = npmScripts(program);
/** Of the runner, and of the shell. */
const ofRunner = new Set(["git", "gh", "umask", "printf", "echo", "mkdir", "exit", "if", "then", "fi", "["]);

function unknownWords(line: string): string[] {
  const [first = "", ...rest] = wordsOf(line);
  if (first === "./kaleem") return unknownOfProgram(rest);
  if (first === "npm") {
    const known = rest[0] === "run" && scripts.has(rest[1] ?? "");
    return known ? [] : [`npm: expected a script of package.json, got ${rest.join(" ")}`];
  }
  return ofRunner.has(first)
    ? []
    : [`${first}: expected ./kaleem, an npm script or one of ${[...ofRunner].join(", ")}`];
}

function unknownOfProgram([name = "", ...words]: readonly string[]): string[] {
  const command = program.get(name);
  if (command === undefined) return [`./kaleem ${name}: no such command`];
  const [subcommand] = words;
  const own = subcommand === undefined ? undefined : command.subcommands.get(subcommand);
  return words
    .filter((word) => word.startsWith("--"))
    .filter((flag) => command.flags?.has(flag) === false && own?.has(flag) !== true)
    .map((flag) => `./kaleem ${name}: takes no ${flag}`);
}

test("a line that calls what is not there, or gives it a flag that it has not, is found", () => {
  // Composed, so that no test of quoted commands finds them here.
  const [kaleem, flag, none] = ["./kaleem", "--fst", "cutovr"];
  assert.deepEqual(unknownWords(`${kaleem} ${none}`), [`${kaleem} ${none}: no such command`]);
  assert.deepEqual(unknownWords(`${kaleem} audit ${flag}`), [`./kaleem audit: takes no ${flag}`]);
  assert.deepEqual(unknownWords("curl x").length, 1);
  assert.deepEqual(runLines("a:\n  run: |\n    one\n    two \\\n      three\nb:\n  run: four # no\n"), [
    "one",
    "two three",
    "four",
  ]);
});

for (const name of workflows) {
  const workflow = read(name);
  const jobs = Object.entries(workflow.jobs);

  test(`${name}: the run's own token may read, and each job says what more it needs`, () => {
    assert.deepEqual(workflow.permissions, { contents: "read" });
    for (const [job, { permissions = {} }] of jobs) {
      const more = Object.entries(permissions).filter(([what, how]) => how !== "read" && what !== "id-token");
      const mayWrite = name === "images.yml" ? ["contents", "pull-requests"] : [];
      assert.deepEqual(
        more.map(([what]) => what),
        mayWrite,
        job,
      );
    }
  });

  test(`${name}: each job ends by itself, and no two runs work on one thing`, () => {
    for (const [job, { "timeout-minutes": minutes, concurrency }] of jobs) {
      assert.equal(typeof minutes, "number", job);
      assert.ok(concurrency ?? workflow.concurrency, job);
    }
  });

  test(`${name}: secrets are given only to jobs of an environment, which says who may run them`, () => {
    for (const [job, { environment, steps, ...rest }] of jobs) {
      const usesSecrets = JSON.stringify({ steps, rest }).includes("secrets.");
      assert.equal(environment !== undefined, usesSecrets, job);
    }
  });
}

test("a pull request gets no secret and no token of anybody", () => {
  const text = textOf("workflows/pull-request.yml");
  assert.deepEqual(Object.keys(read("pull-request.yml").on), ["pull_request"]);
  assert.doesNotMatch(text, /secrets\.|id-token|pull_request_target|environment:/);
});

test("what a checkout leaves behind is no login, but where a branch is pushed", () => {
  for (const name of workflows)
    for (const [job, { steps }] of Object.entries(read(name).jobs))
      for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")))
        assert.equal(
          step.with?.["persist-credentials"],
          name === "images.yml" ? undefined : false,
          `${name} ${job}`,
        );
});

test("the quarterly drill is recorded in a history, and the whole of it verified", () => {
  const lines = (read("recovery.yml").jobs["drill"]?.steps ?? []).flatMap(({ run }) => run ?? []);
  const drills = lines.filter((line) => line.startsWith("./kaleem drill"));
  assert.match(drills[0] ?? "", / --report \S+ --history-of prod --key-file \S+ --sign-key \S+$/);
  assert.match(drills[1] ?? "", / --verify --history-of prod /);
  assert.equal(drills.length, 2);
});

test("staging and prod are deployed alike: plan, deployment, smoke, audit, status; prod is watched besides", () => {
  const lines = (name: string) => (read(name).jobs["deploy"]?.steps ?? []).flatMap(({ run }) => run ?? []);
  assert.deepEqual(lines("staging.yml"), [
    "./kaleem preview",
    "./kaleem up --yes",
    "./kaleem smoke",
    "./kaleem audit --fast",
    "./kaleem status",
  ]);
  const watched = ["./kaleem watch --for 15m", "./kaleem rollback --within 60m --yes"];
  const release = lines("release.yml");
  assert.deepEqual(release.slice(3, 5), watched);
  assert.deepEqual(release.toSpliced(3, 2), lines("staging.yml"));
  const back = read("release.yml").jobs["deploy"]?.steps.find(({ run }) => run === watched[1]);
  assert.equal(
    back?.if,
    "failure() && steps.deploy.outcome == 'success'",
    "only what was deployed goes back",
  );
});
