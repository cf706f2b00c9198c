import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

export interface AgentBundle {
  /** Where the bundle lies on this machine. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const output = join(root, ".kaleem/build/agent.mjs");

/**
 * Builds the agent from its sources into one file for the host's own Node (18 or later). The same sources give the same
 * bytes, so an unchanged agent is an unchanged resource. Throws with esbuild's words when the sources do not build.
 */
export function buildAgent(entry = "recovery/agent/main.ts", file = output): AgentBundle {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    target: "node18",
    format: "esm",
    minify: true,
    // Names in a stack trace of a failed point.
    keepNames: true,
    legalComments: "none",
    // Packages written as CommonJS ask for Node's own modules by require.
    banner: { js: 'import{createRequire as kaleemRequire}from"node:module";const require=kaleemRequire(import.meta.url);' },
    external: optionalOfMongodb,
    logLevel: "silent",
  });
  const content = outputFiles[0]?.contents ?? new Uint8Array();
  if (!same(file, content)) replace(file, content);
  return { file, sha256: createHash("sha256").update(content).digest("hex"), bytes: content.length };
}

/** Extras of the MongoDB driver that it does without: compression, client-side encryption, cloud logins. */
const optionalOfMongodb = [
  "@aws-sdk/credential-providers",
  "@mongodb-js/zstd",
  "aws4",
  "gcp-metadata",
  "kerberos",
  "mongodb-client-encryption",
  "snappy",
  "socks",
];

function same(file: string, content: Uint8Array): boolean {
  try {
    return readFileSync(file).equals(content);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** By rename: two stacks may build at once. */
function replace(file: string, content: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}
