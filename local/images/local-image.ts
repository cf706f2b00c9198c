import { readFile } from "node:fs/promises";
import path from "node:path";
import { cached, isFresh, madeAt } from "../../workstation/cache/cached.ts";
import { contentKey } from "../../workstation/cache/content-key.ts";
import type { Progress } from "../../workstation/progress.ts";
import { docker, inspect } from "./docker.ts";
import type { ImageRecipe } from "./recipe.ts";
import { removeImage } from "./remove-unused-images.ts";

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

/** Whether the cache has a recipe's result, not older than a month. `key` is the recipe's `imageKey`, where that is known already: it reads all inputs. */
export function isMade(recipe: ImageRecipe, key = imageKey(recipe)): boolean {
  return isFresh(cacheKind(recipe), key);
}

/**
 * The folder in the cache with a recipe's `rootfs.tar`, `version` and `packages`, made now if need be: also when it is older than
 * a month, since its packages may have been mended. An old one that cannot be made anew goes on serving, which is reported.
 */
export async function imageFiles(
  recipe: ImageRecipe,
  report: (detail: string) => void,
  key = imageKey(recipe),
): Promise<string> {
  return cached(cacheKind(recipe), key, (directory) => recipe.build(directory, report), {
    onWait: () => {
      report("another run is building it");
    },
    onKeptOld: (why, made) => {
      report(`the one of ${made.toISOString().slice(0, 10)} stays: ${why.message.split("\n")[0] ?? ""}`);
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
  const [id, created = ""] = (await inspect("image", reference, "{{.Id}} {{.Created}}"))?.split(" ") ?? [];
  if (id === undefined || new Date(created) < (madeAt(cacheKind(recipe), key) ?? new Date(0))) {
    const changes = recipe.config.flatMap((instruction) => ["--change", instruction]);
    await docker(["import", ...changes, path.join(files, "rootfs.tar"), reference]);
    if (id !== undefined) await removeImage(id);
  }
  return { name: recipe.name, reference, version };
}

/** The kind under which the cache has a recipe's results. */
export function cacheKind(recipe: ImageRecipe): string {
  return `image-${recipe.name}`;
}
