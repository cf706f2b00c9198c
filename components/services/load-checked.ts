import * as pulumi from "@pulumi/pulumi";
import { checkCatalog, type WholeCatalog } from "../../catalog/checks/check-catalog.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import type { StackSettings } from "../config/schema.ts";
import { ImageLock, ImageLockError } from "../../catalog/image-lock.ts";

/** The catalog, once it has been checked as a whole. Every problem is reported at once, without a stack trace. */
export function loadCatalog(whole: WholeCatalog): readonly ServiceDefinition[] {
  const problems = checkCatalog(whole);
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
  return whole.catalog;
}

/**
 * The images of these services, by digest. Every problem of the lock file is reported at once, without a stack trace.
 * @param from Where the host gets them.
 */
export function loadImages(
  file: string,
  definitions: readonly ServiceDefinition[],
  from: StackSettings["imagesFrom"],
): ImageLock {
  try {
    const images = ImageLock.load(
      file,
      definitions.map(({ image }) => image),
    );
    return from === "offsite" ? images.onLoopback() : images;
  } catch (error) {
    if (error instanceof ImageLockError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
