import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Bundles the sample application, every role with its drivers, into one `server.mjs` in `outDir`, which runs on Node 20 and
 * later with nothing beside it. The same sources give the same bytes, so the image's digest changes only with them. Returns the file's path.
 */
export async function buildApp(outDir: string): Promise<string> {
  const outfile = join(outDir, "server.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("main.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minify: true,
    legalComments: "none",
    logLevel: "error",
    // Some packages are CommonJS and load Node's own modules with `require`, which an ES module has not.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    // The MongoDB driver tries these and goes on without them.
    external: optionalMongoPackages,
  });
  return outfile;
}

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
