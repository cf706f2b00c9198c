import { join } from "node:path";
import { build } from "esbuild";
import type { KeyPart } from "../../workstation/cache/content-key.ts";
import { repositoryRoot } from "../../workstation/repository.ts";

/** What a bundle is made of beside its program's own folder; the lock file stands for the libraries. */
export const bundleInputs: readonly KeyPart[] = [
  "local/images/bundle-program.ts",
  "contract/sentence-of.ts",
  "package-lock.json",
].map((file) => ({ file: join(repositoryRoot, file) }));

/**
 * Bundles a program of an image, from its entry on, into one file that runs on Node 20 and later with nothing beside it. The same
 * sources give the same bytes, so that the image's digest changes only with them.
 * @param external Packages that it tries and goes on without.
 * @returns What it was made of, from the repository's root, libraries too.
 */
export async function bundleProgram(
  entry: string,
  outfile: string,
  external: readonly string[] = [],
): Promise<readonly string[]> {
  const { metafile } = await build({
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
    absWorkingDir: repositoryRoot,
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}
