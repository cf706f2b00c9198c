import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles the server into one file that runs on Debian's Node with nothing beside it. The same sources give the same bytes. */
export async function buildQdrant(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL("server/main.ts", import.meta.url))],
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
  });
}
