import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";

/**
 * What the agent runs as long as it is wanted: it says the agent's process, then waits for the end of its input. That comes with
 * the end of this process, however it ends, and within ten seconds the agent, which holds keys, ends too.
 */
const keeper = 'echo "$SSH_AGENT_PID"; exec cat';

/**
 * Starts an SSH agent of this process's own that holds the keys of these files, which have no passphrase. Nobody else can reach
 * it: its socket lies in a folder of mode 0700. It ends with this process.
 * @returns the path of its socket, for SSH_AUTH_SOCK
 * @throws Error in one sentence when OpenSSH's client is missing or refuses a key
 */
export async function startOwnAgent(keyFiles: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kaleem-agent-"));
  const socket = join(folder, "socket");
  const removeFolder = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", removeFolder);
  // In a session of its own: Ctrl-C is for the command, which may still need the agent to end in good order.
  const agent = spawn("ssh-agent", ["-a", socket, "sh", "-c", keeper], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const pid = await firstLine(agent);
  process.once("exit", () => {
    endIfThere(pid);
  });
  agent.unref();
  for (const stream of [agent.stdin, agent.stdout, agent.stderr])
    if (stream instanceof Socket) stream.unref();
  for (const file of keyFiles) {
    const added = await execa("ssh-add", ["-q", file], {
      env: { SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: "never" },
      stdin: "ignore",
      reject: false,
    });
    if (added.failed) throw new Error(`the key ${file} cannot be used: ${added.stderr.trim()}`);
  }
  return socket;
}

function firstLine(agent: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    let words = "";
    agent.stderr?.on("data", (chunk: Buffer) => (words += chunk.toString()));
    agent.once("error", () => {
      reject(new Error("there is no ssh-agent on this machine; install the OpenSSH client"));
    });
    agent.once("close", (code) => {
      reject(new Error(`ssh-agent ended with exit code ${String(code)}: ${words.trim()}`));
    });
    if (agent.stdout !== null)
      createInterface({ input: agent.stdout }).once("line", (line) => {
        resolve(Number(line));
      });
  });
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
