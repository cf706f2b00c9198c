import { build } from "esbuild";

/**
 * Bundles a program of an image, from its entry on, into one file that runs on Node 20 and later with nothing beside it. The same
 * sources give the same bytes, so that the image's digest changes only with them.
 * @param external Packages that it tries and goes on without.
 */
export async function bundleProgram(
  entry: string,
  outfile: string,
  external: readonly string[] = [],
): Promise<void> {
  await build({
    entryPoints: [entry],
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
    external: [...external],
  });
}
