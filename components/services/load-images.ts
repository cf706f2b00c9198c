import * as pulumi from "@pulumi/pulumi";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { ImageLock, ImageLockError } from "../../catalog/image-lock.ts";

/** The images of these services, by digest. Every problem of the lock file is reported at once, without a stack trace. */
export function loadImages(file: string, definitions: readonly ServiceDefinition[]): ImageLock {
  try {
    return ImageLock.load(
      file,
      definitions.map(({ image }) => image),
    );
  } catch (error) {
    if (error instanceof ImageLockError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
