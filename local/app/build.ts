import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "../images/bundle-program.ts";

/**
 * Bundles the sample application, every role with its drivers, into one `server.mjs` in `outDir`, which runs on Node 20 and
 * later with nothing beside it. The same sources give the same bytes, so the image's digest changes only with them. Returns the file's path.
 */
export async function buildApp(outDir: string): Promise<string> {
  const outfile = join(outDir, "server.mjs");
  await bundleProgram(fileURLToPath(new URL("main.ts", import.meta.url)), outfile, optionalMongoPackages);
  return outfile;
}

/** The MongoDB driver tries these and goes on without them. */
const optionalMongoPackages = [
  "@aws-sdk/credential-providers",
  "@mongodb-js/zstd",
  "aws4",
  "gcp-metadata",
  "kerberos",
  "mongodb-client-encryption",
  "snappy",
  "socks",
];
