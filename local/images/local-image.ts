import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { cached } from "../../workstation/cache/cached.ts";
import { contentKey } from "../../workstation/cache/content-key.ts";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import type { Progress } from "../../workstation/progress.ts";
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

/** The key of a recipe's content: 20 hex digits, also the image's tag. */
export function imageKey(recipe: ImageRecipe): string {
  return contentKey([recipe.name, ...recipe.config, ...recipe.inputs()]);
}

/** Whether the cache has a recipe's result. `key` is the recipe's `imageKey`, where that is known already: it reads all inputs. */
export function isMade(recipe: ImageRecipe, key = imageKey(recipe)): boolean {
  return existsSync(path.join(cacheDirectory(), kind(recipe), key));
}

/** The folder in the cache with a recipe's `rootfs.tar` and `version`, made now if need be. */
export async function imageFiles(
  recipe: ImageRecipe,
  report: (detail: string) => void,
  key = imageKey(recipe),
): Promise<string> {
  return cached(kind(recipe), key, (directory) => recipe.build(directory, report), {
    onWait: () => {
      report("another run is building it");
    },
  });
}

/** Makes sure that Docker has the image of a recipe: present, imported from the cache, or made. */
export async function localImage(
  recipe: ImageRecipe,
  progress: Progress,
  key = imageKey(recipe),
): Promise<LocalImage> {
  const reference = `kaleem/${recipe.name}:${key}`;
  const make = (report: (detail: string) => void) => imageFiles(recipe, report, key);
  const files = isMade(recipe, key)
    ? await make(() => undefined)
    : await progress.step(`image ${recipe.name} from ${recipe.from}`, make);
  const version = (await readFile(path.join(files, "version"), "utf8")).trim();
  if ((await inspect("image", reference, "{{.Id}}")) === undefined) {
    const changes = recipe.config.flatMap((instruction) => ["--change", instruction]);
    await docker(["import", ...changes, path.join(files, "rootfs.tar"), reference]);
  }
  return { name: recipe.name, reference, version };
}

function kind(recipe: ImageRecipe): string {
  return `image-${recipe.name}`;
}
