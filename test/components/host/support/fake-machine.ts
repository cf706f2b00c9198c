import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** Programs that the scripts may take from this computer as they are. Whatever else they call is a fake, or missing. */
const real = [
  ...[
    "awk",
    "basename",
    "bash",
    "cat",
    "chmod",
    "cmp",
    "comm",
    "cp",
    "cut",
    "date",
    "diff",
    "dirname",
    "env",
    "flock",
  ],
  ...[
    "grep",
    "head",
    "id",
    "install",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "paste",
    "perl",
    "printf",
    "readlink",
    "rm",
    "sed",
  ],
  ...[
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "stat",
    "sync",
    "tail",
    "timeout",
    "touch",
    "tr",
    "truncate",
    "wc",
    "fallocate",
  ],
];

/** How a script ended. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine in a folder: its files, and programs that do what a test says and note that they were called. */
export class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), "fake-machine-"));
  readonly #bin = join(this.root, "fake-programs");

  constructor() {
    mkdirSync(this.#bin);
    for (const name of real) {
      const path = (process.env["PATH"] ?? "")
        .split(delimiter)
        .concat("/usr/sbin", "/sbin")
        .map((folder) => join(folder, name))
        .find((candidate) => existsSync(candidate));
      if (path !== undefined) symlinkSync(path, join(this.#bin, name));
    }
    this.write("var/log/kaleem-baseline.log", "");
  }

  /** Puts a program in the PATH; `$ROOT` is the machine. Each call of it is a line in `calls`. */
  program(name: string, body = ""): void {
    this.missing(name);
    const path = join(this.#bin, name);
    const log = join(this.root, "calls");
    const head = `#!/bin/bash\nROOT='${this.root}'\necho "${name} $*" >>'${log}'\n`;
    writeFileSync(path, `${head}${body}\n`);
    chmodSync(path, 0o755);
  }

  /** Takes a program away. */
  missing(...names: string[]): void {
    for (const name of names) spawnSync("rm", ["-f", join(this.#bin, name)]);
  }

  /** Puts a file on the machine. */
  write(path: string, content: string): void {
    const file = this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  path(path: string): string {
    return join(this.root, path);
  }

  has(path: string): boolean {
    return existsSync(this.path(path));
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  /** The programs' calls since the last look, in order. */
  calls(): string[] {
    if (!this.has("calls")) return [];
    const lines = this.read("calls").trim().split("\n");
    writeFileSync(this.path("calls"), "");
    return lines.filter((line) => line !== "");
  }

  /** Runs a script of bash over stdin, as a host does. */
  run(script: string, args: readonly string[] = []): Run {
    const { status, stdout, stderr } = spawnSync(join(this.#bin, "bash"), ["-s", "--", ...args], {
      input: script,
      encoding: "utf8",
      env: { PATH: this.#bin, HOME: this.root },
    });
    return { status, stdout, stderr };
  }
}
