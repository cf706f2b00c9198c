import { readFile } from "node:fs/promises";
import path from "node:path";
import { cached } from "../cache/cached.ts";
import { contentKey } from "../cache/content-key.ts";
import type { Progress } from "../progress.ts";
import { docker, inspect } from "./docker.ts";
import type { ImageRecipe } from "./recipe.ts";

/** An image that Docker on this machine has. */
export interface LocalImage {
  readonly name: string;
  /** Such as `kaleem/redis:1f0c…`; the tag is the key of the recipe's content. */
  readonly reference: string;
  /** The main package's version. */
  readonly version: string;
}

/** The label that every image made here carries; its value is the recipe's key. */
export const imageLabel = "kaleem.image";

/** What an image is called before it is made: its name and the key of its recipe. */
export function imageReference(recipe: ImageRecipe): string {
  return `kaleem/${recipe.name}:${contentKey([recipe.name, ...recipe.config, ...recipe.inputs()])}`;
}

/** The made root file system of a recipe in the cache, made now if need be: `rootfs.tar` and `version` in the folder. */
export async function imageFiles(recipe: ImageRecipe, progress: Progress): Promise<string> {
  const key = imageReference(recipe).split(":")[1] ?? "";
  return cached(`image-${recipe.name}`, key, (directory) =>
    progress.step(`image ${recipe.name} from ${recipe.from}`, (report) => recipe.build(directory, report)),
  );
}

/** Makes sure that Docker has the image of a recipe: present, imported from the cache, or made. */
export async function localImage(recipe: ImageRecipe, progress: Progress): Promise<LocalImage> {
  const reference = imageReference(recipe);
  const files = await imageFiles(recipe, progress);
  const version = (await readFile(path.join(files, "version"), "utf8")).trim();
  if ((await inspect("image", reference, "{{.Id}}")) === undefined) {
    const changes = [...recipe.config, `LABEL ${imageLabel}=${reference.split(":")[1] ?? ""}`];
    const flags = changes.flatMap((instruction) => ["--change", instruction]);
    await docker(["import", ...flags, path.join(files, "rootfs.tar"), reference]);
  }
  return { name: recipe.name, reference, version };
}
