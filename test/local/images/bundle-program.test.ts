import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { apiImage } from "../../../local/images/api/image.ts";
import { bundleProgram } from "../../../local/images/bundle-program.ts";
import { qdrantImage } from "../../../local/images/qdrant/image.ts";
import { repositoryRoot } from "../../../workstation/repository.ts";

for (const [recipe, entry] of [
  [apiImage, "local/app/main.ts"],
  [qdrantImage, "local/images/qdrant/server/main.ts"],
] as const) {
  test(`the image ${recipe.name} is made again when anything that is bundled into it changes`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "bundle-"));
    try {
      const sources = await bundleProgram(join(repositoryRoot, entry), join(folder, "server.mjs"));
      const inputs = recipe.inputs().flatMap((part) => {
        if (typeof part === "string") return [];
        return relative(repositoryRoot, "file" in part ? part.file : part.directory);
      });
      // The lock file stands for the libraries.
      assert.ok(inputs.includes("package-lock.json"));
      assert.ok(sources.includes(entry));
      const own = sources.filter((source) => !source.includes("node_modules/"));
      const isInput = (source: string) =>
        inputs.some((one) => source === one || source.startsWith(`${one}/`));
      assert.deepEqual(
        own.filter((source) => !isInput(source)),
        [],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
