import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { execa } from "execa";
import { loginKey } from "../../components/host/private-key.ts";
import { keyVariable } from "./given-key.ts";
import { startOwnAgent } from "./own-agent.ts";
import type { SshTarget } from "./ssh-target.ts";

/**
 * The socket of the agent that the engine's plugins log in with, for a stack whose file names no key: they know no other way. A key
 * file without a passphrase, of `KALEEM_SSH_KEY` or, where no agent holds anything, of ssh's own configuration, is put into an
 * agent that ends with this process.
 * @param target as its commands reach it; its key, if any, is the one of `KALEEM_SSH_KEY`
 * @throws Error in one sentence that says how to give a key
 */
export async function engineAgent(
  target: SshTarget,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const running = environment["SSH_AUTH_SOCK"] ?? "";
  if (target.privateKeyFile !== undefined) return agentWith(target.privateKeyFile, running, environment);
  const { files, agent } = await configured(target);
  const socket = agent ?? running;
  if (socket !== "" && (await fingerprints(socket)).length > 0) return socket;
  const open = files.filter((file) => existsSync(file) && isOpen(file));
  if (open.length > 0) return startOwnAgent(open);
  throw new Error(
    `${target.user}@${target.address}: there is no key to log in with. Put one into the SSH agent ` +
      `(eval "$(ssh-agent)" && ssh-add FILE), name it for this address in ~/.ssh/config (IdentityFile), or set ${keyVariable} ` +
      "to its file; only the agent takes one with a passphrase",
  );
}

/** A key that is named is the only one that is offered, unless its passphrase has been given to the running agent. */
async function agentWith(file: string, running: string, environment: NodeJS.ProcessEnv): Promise<string> {
  if (loginKey(file, environment, keyVariable).kind === "text") return startOwnAgent([file]);
  const print = await execa("ssh-keygen", ["-l", "-f", file], { reject: false });
  const held = await fingerprints(running);
  if (held.includes(print.stdout.split(" ")[1] ?? "")) return running;
  throw new Error(
    `${keyVariable}: ${file} has a passphrase, and the running SSH agent does not hold it; run: ssh-add ${file}`,
  );
}

/** What the agent holds; nothing, when nobody answers there. */
async function fingerprints(socket: string): Promise<string[]> {
  const listed = await execa("ssh-add", ["-l"], { env: { SSH_AUTH_SOCK: socket }, reject: false });
  return listed.exitCode === 0 ? listed.stdout.split("\n").map((line) => line.split(" ")[1] ?? "") : [];
}

/** The key files, and the agent's socket where it is another one than SSH_AUTH_SOCK, that ssh's configuration has for a target. */
async function configured({ user, address, port }: SshTarget): Promise<{ files: string[]; agent?: string }> {
  const { stdout } = await execa("ssh", ["-G", "-p", String(port), `${user}@${address}`]);
  const values = (name: string): string[] =>
    stdout.split("\n").flatMap((line) => {
      const [key, ...rest] = line.split(" ");
      return key === name ? [rest.join(" ").replace(/^~(?=\/)/, homedir())] : [];
    });
  const [agent = ""] = values("identityagent");
  const files = values("identityfile");
  return agent.startsWith("/") ? { files, agent } : { files };
}

/** Keys that ssh would try and cannot be had without a passphrase, or at all, are no reason to fail: another one may do. */
function isOpen(file: string): boolean {
  try {
    return loginKey(file, { SSH_AUTH_SOCK: "-" }, "IdentityFile").kind === "text";
  } catch {
    return false;
  }
}
