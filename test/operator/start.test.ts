import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";

const start = join(import.meta.dirname, "..", "..", "operator", "start.mjs");
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const program = join(import.meta.dirname, "..", "..", "kaleem");
/** A checkout with the real start.mjs, one script, and an `npm` that only writes down that it was called. */
class Checkout {
  readonly root = mkdtempSync(join(tmpdir(), "kaleem-start-"));
  readonly modules = join(this.root, "node_modules");

  constructor(script = "console.log('ran', ...process.argv.slice(2)); process.exit(7)") {
    folders.push(this.root);
    mkdirSync(join(this.root, "operator"));
    mkdirSync(join(this.root, "bin"));
    copyFileSync(start, join(this.root, "operator", "start.mjs"));
    writeFileSync(join(this.root, "script.ts"), script);
    this.lock("1.0.0");
    this.npm("echo installed");
  }

  lock(version: string): void {
    const packages = {
      "": {},
      "node_modules/thing": { version },
      "node_modules/other-cpu": { version, optional: true },
    };
    writeFileSync(join(this.root, "package-lock.json"), JSON.stringify({ packages }));
  }

  npm(script: string): void {
    const file = join(this.root, "bin", "npm");
    writeFileSync(
      file,
      `#!/bin/sh\necho "$@" >> '${join(this.root, "npm.log")}'\nmkdir -p node_modules\n${script}\n`,
    );
    chmodSync(file, 0o755);
  }

  npmCalls(): string[] {
    const log = join(this.root, "npm.log");
    return existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  }

  begin(options: readonly string[] = [], argv = ["script.ts", "a", "b c"]): ChildProcess {
    return spawn(process.execPath, [...options, join(this.root, "operator", "start.mjs"), ...argv], {
      env: { ...process.env, PATH: `${join(this.root, "bin")}${delimiter}${process.env["PATH"] ?? ""}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  run(
    options: readonly string[] = [],
    argv?: string[],
  ): Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }> {
    return ended(this.begin(options, argv));
  }
}

function ended(
  child: ChildProcess,
): Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr?.on("data", (text: Buffer) => (stderr += text.toString()));
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** Makes Node.js believe something else about where it runs. */
const pretend = (name: string, value: string): string =>
  `--import=data:text/javascript,Object.defineProperty(${name.split(".").slice(0, -1).join(".")},"${name.split(".").at(-1) ?? ""}",{value:"${value}"})`;

test("a fresh clone is installed once, from the lock file, without install scripts; then nothing more is done", async () => {
  const checkout = new Checkout();
  const first = await checkout.run();
  assert.match(
    first.stderr,
    /^… npm packages \(installing from package-lock.json\)\n✓ npm packages \d+\.\d s\n$/,
  );
  assert.equal(first.stdout, "ran a b c\n");
  assert.equal(first.code, 7);
  const second = await checkout.run();
  assert.deepEqual([second.stderr, second.code], ["", 7]);
  assert.deepEqual(checkout.npmCalls(), [
    "ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --loglevel=error",
  ]);
});

test("a changed lock file is installed again", async () => {
  const checkout = new Checkout();
  await checkout.run();
  checkout.lock("2.0.0");
  await checkout.run();
  assert.equal(checkout.npmCalls().length, 2);
});

test("what a developer's own npm install left is kept when it agrees with the lock file", async () => {
  const checkout = new Checkout();
  mkdirSync(checkout.modules);
  const record = join(checkout.modules, ".package-lock.json");
  writeFileSync(record, JSON.stringify({ packages: { "node_modules/thing": { version: "1.0.0" } } }));
  assert.equal((await checkout.run()).code, 7);
  assert.deepEqual(checkout.npmCalls(), []);
  const lock = readFileSync(join(checkout.root, "package-lock.json"));
  const marker = readFileSync(join(checkout.modules, ".kaleem-lock"), "utf8");
  assert.equal(marker, createHash("sha256").update(lock).digest("hex"));
  checkout.lock("2.0.0");
  await checkout.run();
  assert.equal(checkout.npmCalls().length, 1);
});

test("two commands at once install once", async () => {
  const checkout = new Checkout();
  checkout.npm("sleep 0.3");
  const both = await Promise.all([checkout.run(), checkout.run()]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [7, 7],
  );
  assert.equal(checkout.npmCalls().length, 1);
});

test("an installation that fails shows what npm said, runs nothing, and is tried again", async () => {
  const checkout = new Checkout();
  checkout.npm("echo 'npm error code EINTEGRITY' >&2; exit 1");
  const failed = await checkout.run();
  assert.equal(failed.code, 1);
  assert.equal(failed.stdout, "");
  assert.match(
    failed.stderr,
    /npm error code EINTEGRITY\n✗ npm packages: npm ci ended with 1; see above\.\n$/,
  );
  checkout.npm(":");
  assert.equal((await checkout.run()).code, 7);
});

test("only Linux is supported, and that is one sentence", async () => {
  const refused = await new Checkout().run([pretend("process.platform", "darwin")]);
  assert.equal(refused.code, 2);
  assert.equal(
    refused.stderr,
    "kaleem: this runs on Linux; got darwin. Use a Linux machine, virtual machine or WSL 2.\n",
  );
});

test("an older Node.js hands over to the packaged one, and says what is needed when there is none", async () => {
  const checkout = new Checkout("console.log(process.execPath)");
  const old = pretend("process.versions.node", "20.19.0");
  const refused = await checkout.run([old]);
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /kaleem: Node\.js 22\.18 or later is needed; got 20\.19\.0, and no packaged one for \w+\./,
  );
  const bin = join(checkout.modules, `node-linux-${process.arch}`, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "node"), "#!/bin/sh\necho packaged\n");
  chmodSync(join(bin, "node"), 0o755);
  assert.equal((await checkout.run([old])).stdout, "packaged\n");
  for (const version of ["22.17.1", "23.5.0"]) {
    assert.equal((await checkout.run([pretend("process.versions.node", version)])).stdout, "packaged\n");
  }
});

test("signals are passed on, and the script's own ending is kept", async () => {
  const checkout = new Checkout(
    "process.on('SIGTERM', () => { console.log('tidy'); process.exit(3); }); setInterval(() => {}, 1000); console.log('ready');",
  );
  const child = checkout.begin();
  child.stdout?.once("data", () => child.kill("SIGTERM"));
  const end = await ended(child);
  assert.deepEqual([end.stdout, end.code], ["ready\ntidy\n", 3]);
  const killed = await new Checkout("process.kill(process.pid, 'SIGKILL')").run();
  assert.equal(killed.signal, "SIGKILL");
});

/** Prints how many interrupts came within 300 ms of the first. */
const countInterrupts = `
let count = 0;
process.on("SIGINT", () => {
  count += 1;
  if (count === 1) setTimeout(() => { console.log(String(count)); process.exit(0); }, 300);
});
setInterval(() => {}, 1000);
console.log("ready");
`;

test("^C outside a terminal reaches the script exactly once", async () => {
  const checkout = new Checkout(countInterrupts);
  const child = checkout.begin();
  child.stdout?.once("data", () => child.kill("SIGINT"));
  assert.equal((await ended(child)).stdout, "ready\n1\n");
});

test("^C in a terminal, which reaches the whole process group, is not passed on a second time", async () => {
  const checkout = new Checkout(countInterrupts);
  // The starter is held up, or its second signal could melt into the first and go unnoticed.
  const late = "process.on('SIGINT',()=>{for(const end=Date.now()+100;Date.now()<end;);})";
  const preload = `"--import=data:text/javascript,${late}"`;
  const command = `${process.execPath} ${preload} ${join(checkout.root, "operator", "start.mjs")} script.ts`;
  mkdirSync(checkout.modules);
  writeFileSync(
    join(checkout.modules, ".package-lock.json"),
    JSON.stringify({ packages: { "node_modules/thing": { version: "1.0.0" } } }),
  );
  const terminal = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  terminal.stdout.once("data", () => terminal.stdin.write("\u0003"));
  assert.match((await ended(terminal)).stdout, /ready\r\n(\^C)?1\r\n$/);
});

test("without a script it says how it is used", async () => {
  const refused = await new Checkout().run([], []);
  assert.deepEqual(
    [refused.code, refused.stderr],
    [2, "kaleem: which script? Use ./kaleem COMMAND; ./kaleem --help lists them.\n"],
  );
});

test("the program of a fresh clone installs, and hands its words over, from any folder and by a link", async () => {
  const checkout = new Checkout("");
  writeFileSync(
    join(checkout.root, "operator", "kaleem.ts"),
    "console.log(process.cwd(), ...process.argv.slice(2)); process.exit(9)",
  );
  copyFileSync(program, join(checkout.root, "kaleem"));
  chmodSync(join(checkout.root, "kaleem"), 0o755);
  symlinkSync(join(checkout.root, "kaleem"), join(checkout.root, "bin", "linked"));
  symlinkSync(process.execPath, join(checkout.root, "bin", "node"));
  const path = `${join(checkout.root, "bin")}${delimiter}${process.env["PATH"] ?? ""}`;
  const first = await ended(
    spawn(join(checkout.root, "kaleem"), ["up", "a b"], { cwd: "/", env: { ...process.env, PATH: path } }),
  );
  assert.match(first.stderr, /^… npm packages \(installing from package-lock.json\)\n✓ npm packages/);
  assert.deepEqual([first.stdout, first.code], ["/ up a b\n", 9]);
  const linked = await ended(spawn("linked", ["--help"], { cwd: "/", env: { ...process.env, PATH: path } }));
  assert.deepEqual([linked.stdout, linked.stderr, linked.code], ["/ --help\n", "", 9]);
});

test("the program says, without Node.js, what to install", async () => {
  const checkout = new Checkout("");
  copyFileSync(program, join(checkout.root, "kaleem"));
  chmodSync(join(checkout.root, "kaleem"), 0o755);
  for (const name of ["dirname", "readlink"])
    symlinkSync(`/usr/bin/${name}`, join(checkout.root, "bin", name));
  rmSync(join(checkout.root, "bin", "npm"));
  const bare = await ended(
    spawn("/bin/sh", [join(checkout.root, "kaleem")], { env: { PATH: join(checkout.root, "bin") } }),
  );
  assert.deepEqual(
    [bare.code, bare.stderr],
    [127, "kaleem: Node.js is not on PATH; install it (Debian packages: nodejs, npm).\n"],
  );
});
