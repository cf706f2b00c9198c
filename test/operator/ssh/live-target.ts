import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { SshHost } from "../../../operator/ssh/ssh.ts";
import type { SshTarget } from "../../../operator/ssh/ssh-target.ts";
import { sshKeyPair } from "../../../operator/ssh/ssh-key-pair.ts";

/** A host that tests may log in to and write on, below `directory`. */
export interface LiveTarget {
  readonly target: Required<SshTarget>;
  /** `ssh-ed25519 AAAA…`, the host's key. */
  readonly hostKey: string;
  readonly privateKey: string;
  /** An empty directory on the host for this test alone. */
  readonly directory: string;
  stop(): Promise<void>;
}

const sshd = "/usr/sbin/sshd";
const startLimitMs = 10_000;

/**
 * The host that `KALEEM_LIVE_TARGET` names (JSON: address, port, user, privateKeyFile, knownHostsFile), or else a
 * throw-away sshd of this machine on a free loopback port, which also takes the variables `KALEEM_*`.
 */
export async function liveTarget(): Promise<LiveTarget> {
  const given = process.env["KALEEM_LIVE_TARGET"];
  const { target, stop } =
    given === undefined || given === ""
      ? await loopbackSshd()
      : { target: JSON.parse(given) as Required<SshTarget>, stop: () => Promise.resolve() };
  try {
    const host = new SshHost(target);
    const { stdout } = await host.run(["mktemp", "-d", "/tmp/kaleem-test-XXXXXX"]);
    const directory = stdout.trim();
    const [line = ""] = (await readFile(target.knownHostsFile, "utf8")).split("\n");
    return {
      target,
      hostKey: line.split(" ").slice(1, 3).join(" "),
      privateKey: await readFile(target.privateKeyFile, "utf8"),
      directory,
      stop: async () => {
        await host.run(["rm", "-rf", directory]);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A loopback sshd with keys of its own; stopped by `stop`, and by the end of this process. Tests that log in with a wrong key
 * need one: newer ones turn a machine away for a while after failed logins, which would fail whatever comes next.
 */
export async function loopbackSshd(): Promise<{ target: Required<SshTarget>; stop: () => Promise<void> }> {
  if (!existsSync(sshd))
    throw new Error(
      `${sshd} is missing; install it (Debian package: openssh-server), or run "npm test", which does`,
    );
  const folder = await mkdtemp(join(tmpdir(), "kaleem-sshd-"));
  const login = await sshKeyPair(join(folder, "login"));
  const hostKeys = await sshKeyPair(join(folder, "host"));
  const address = "127.0.0.1";
  const port = await freePort();
  const settings = {
    Port: port,
    ListenAddress: address,
    HostKey: hostKeys.privateKeyFile,
    AuthorizedKeysFile: login.publicKeyFile,
    StrictModes: "no",
    PasswordAuthentication: "no",
    KbdInteractiveAuthentication: "no",
    PermitRootLogin: "prohibit-password",
    UsePAM: "no",
    PidFile: "none",
    AcceptEnv: "KALEEM_*",
    Subsystem: "sftp internal-sftp",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${String(value)}\n`);
  await writeFile(join(folder, "sshd_config"), lines.join(""));
  const knownHostsFile = join(folder, "known_hosts");
  await writeFile(knownHostsFile, `[${address}]:${String(port)} ${hostKeys.publicKey}\n`);
  // Debian's sshd wants this directory, which only its service makes.
  if (userInfo().uid === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const server = spawn(sshd, ["-D", "-e", "-f", join(folder, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = (): void => void server.kill("SIGKILL");
  process.once("exit", kill);
  await listening(server);
  return {
    target: {
      address,
      port,
      user: userInfo().username,
      privateKeyFile: login.privateKeyFile,
      knownHostsFile,
    },
    stop: async () => {
      process.removeListener("exit", kill);
      if (server.exitCode === null && server.signalCode === null) {
        const ended = new Promise((resolve) => server.once("exit", resolve));
        kill();
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Shell words that kill the sshd process which serves them: the nearest one among their ancestors. */
export const killOwnConnection =
  "p=$$; until grep -q '^sshd' /proc/$p/comm; do p=$(awk '/^PPid/ { print $2 }' /proc/$p/status); done; kill -9 $p";

/** A loopback port on which nothing listens. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no loopback port could be had");
  return address.port;
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    const limit = setTimeout(() => {
      reject(new Error(`sshd does not listen after ${String(startLimitMs)} ms: ${log}`));
    }, startLimitMs);
    server.once("exit", (code) => {
      reject(new Error(`sshd ended with exit code ${String(code)}: ${log}`));
    });
    server.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (!log.includes("Server listening")) return;
      clearTimeout(limit);
      resolve();
    });
  });
}
