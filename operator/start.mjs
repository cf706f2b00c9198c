// Starts the program and every npm script: `node operator/start.mjs <script.ts> [arguments]`.
//
// Needs nothing but Linux, npm and a Node.js of 18 or later: it installs node_modules from the lock file when
// they are missing or stale, finds a Node.js that runs TypeScript (the one it runs on, or the pinned one among
// the packages), and hands over: same terminal, same signals, same exit code.
//
// Exit codes: the script's own; 1 when the packages cannot be installed; 2 when it cannot run here at all.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));
const modules = join(root, "node_modules");
const marker = join(modules, ".kaleem-lock");
const heartbeatMilliseconds = 10_000;

await main(process.argv.slice(2));

async function main([script, ...scriptArguments]) {
  if (process.platform !== "linux") {
    refuse(`this runs on Linux; got ${process.platform}. Use a Linux machine, virtual machine or WSL 2.`);
  }
  if (script === undefined) refuse("which script? Use ./kaleem COMMAND; ./kaleem --help lists them.");
  if (script === "--install") return install();
  if (!isInstalled()) {
    // Under a lock that the kernel holds: of two commands started at once one installs, the other waits and finds it done.
    mkdirSync(join(root, ".kaleem"), { recursive: true, mode: 0o700 });
    const lock = join(root, ".kaleem", "install.lock");
    await run("flock", ["--exclusive", lock, process.execPath, self, "--install"], "util-linux");
  }
  const node = pickNode();
  const end = await waitFor(spawn(node, [join(root, script), ...scriptArguments], { stdio: "inherit" }));
  finishAs(end);
}

/** Whether node_modules is what package-lock.json asks for; costs one hash when nothing has changed. */
function isInstalled() {
  const lockHash = hashOfLock();
  if (existsSync(marker) && readFileSync(marker, "utf8") === lockHash) return true;
  if (!agreesWithLock()) return false;
  writeFileSync(marker, lockHash); // A developer ran `npm install`: keep what they have.
  return true;
}

function hashOfLock() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** Compares the lock file with npm's own record of what it installed, which it writes last. */
function agreesWithLock() {
  const record = join(modules, ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const found = installed[path];
    if (path === "" || (found === undefined && optional === true)) return true;
    return found !== undefined && found.version === version && found.integrity === integrity;
  });
}

/**
 * Install scripts stay off: none of these packages needs its own (esbuild and Node.js come as packages with the
 * binary inside, ssh2 has a JavaScript path), and @pulumi/command's would ask the network for a plugin.
 */
async function install() {
  if (isInstalled()) return;
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  console.error("… npm packages (installing from package-lock.json)");
  const heartbeat = setInterval(() => console.error(`… npm packages ${seconds()}`), heartbeatMilliseconds);
  await run(
    "npm",
    [
      "ci",
      "--ignore-scripts",
      "--include=dev",
      "--include=optional",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ],
    "npm",
    "captured",
  );
  clearInterval(heartbeat);
  writeFileSync(marker, hashOfLock());
  console.error(`✓ npm packages ${seconds()}`);
}

/** Runs a command to its end; on failure shows what it wrote, when captured, and exits with 1. */
async function run(command, commandArguments, debianPackage, output = "inherit") {
  const stdio = output === "captured" ? ["ignore", "pipe", "pipe"] : "inherit";
  const child = spawn(command, commandArguments, { cwd: root, stdio });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (text += chunk));
  const { code, signal, error } = await waitFor(child);
  if (error?.code === "ENOENT")
    refuse(`${command} is not on PATH; install it (Debian package: ${debianPackage}).`);
  if (signal) finishAs({ signal });
  if (code === 0) return;
  if (output === "captured") {
    console.error(
      `${text.trimEnd()}\n✗ npm packages: ${command} ${commandArguments[0]} ended with ${code}; see above.`,
    );
  }
  process.exit(1);
}

/** Types are stripped without a flag since 22.18 and 23.6. */
function pickNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)) return process.execPath;
  const pinned = join(modules, `node-linux-${process.arch}`, "bin", "node");
  if (existsSync(pinned)) return pinned;
  return refuse(
    `Node.js 22.18 or later is needed; got ${process.versions.node}, and no packaged one for ${process.arch}. Install a newer Node.js.`,
  );
}

/** Waits for a child, passing on the signals that only we got. */
function waitFor(child) {
  const pass = (signal) => {
    if (signal !== "SIGINT" || !terminalReachesChild()) child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, pass);
  return new Promise((resolve) => {
    const end = (result) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeListener(signal, pass);
      resolve(result);
    };
    child.on("error", (error) => end({ error }));
    child.on("close", (code, signal) => end({ code, signal }));
  });
}

/**
 * ^C in a terminal goes to its whole foreground process group, so the child has it already, and a second one would
 * mean "at once, without tidying up". In proc(5)'s stat, field 5 is our group and field 8 the terminal's foreground one.
 */
function terminalReachesChild() {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return group === foreground;
}

function finishAs({ code, signal, error }) {
  if (error) refuse(`cannot start Node.js: ${error.message}`);
  if (signal) process.kill(process.pid, signal);
  process.exit(code ?? 1);
}

function refuse(sentence) {
  console.error(`kaleem: ${sentence}`);
  process.exit(2);
}
