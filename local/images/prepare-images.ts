import type { Progress } from "../../workstation/progress.ts";
import { imageFiles, isMade } from "./local-image.ts";
import type { ImageRecipe } from "./recipe.ts";
import { registryImage } from "./registry/image.ts";
import { s3Image } from "./s3/image.ts";
import { standIns } from "./stand-ins.ts";
import { machineImage } from "./machine/image.ts";

/** Every image that is made here. Slowest first: the compiler runs while Debian's packages are unpacked. */
export const recipes: readonly ImageRecipe[] = [
  s3Image,
  machineImage,
  registryImage,
  ...new Set(Object.values(standIns)),
];

/** More would only wait for each other on a machine with two cores. */
const atOnce = 2;

/**
 * Fills the cache with whatever images are missing in it or are older than a month, two at a time. Later steps find them there.
 * @throws the first failure, once the images under way have ended
 */
export async function prepareImages(progress: Progress, wanted = recipes): Promise<void> {
  const missing = wanted.filter((recipe) => !isMade(recipe));
  if (missing.length === 0) return;
  await progress.step(`images ${missing.map(({ name }) => name).join(", ")}`, async (report) => {
    const details = new Map<string, string>();
    const queue = [...missing];
    const work = async (): Promise<void> => {
      for (let recipe = queue.shift(); recipe !== undefined; recipe = queue.shift()) {
        const { name, from } = recipe;
        const show = (detail: string): void => {
          details.set(name, `${name}: ${detail}`);
          report([...details.values()].join(", "));
        };
        show(from);
        try {
          await imageFiles(recipe, show);
        } catch (error) {
          queue.length = 0;
          throw error;
        }
        details.delete(name);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
    for (const result of ended) if (result.status === "rejected") throw result.reason;
    report("made");
  });
}
