import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repositoryRoot } from "../../workstation/repository.ts";
import { bundleAgent } from "./bundle.ts";

export interface AgentBundle {
  /** Where the bundle lies on this machine. */
  readonly file: string;
  readonly sha256: string;
}

const output = join(repositoryRoot, ".kaleem/build/agent.mjs");

/**
 * Builds the agent into a file from which it is copied. The same sources give the same bytes, so an unchanged agent is an
 * unchanged resource. Rejects with esbuild's words when the sources do not build.
 */
export async function buildAgent(file = output): Promise<AgentBundle> {
  const text = await bundleAgent();
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) replace(file, text);
  return { file, sha256: createHash("sha256").update(text).digest("hex") };
}

/** By rename: two stacks may build at once. */
function replace(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
