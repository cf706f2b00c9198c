import type { KeyPart } from "../../workstation/cache/content-key.ts";

/** How one image is made on this machine, where no image registry need answer. */
export interface ImageRecipe {
  /** Also its repository's last part: `kaleem/<name>`. */
  readonly name: string;
  /** What takes the time, for progress: `Debian packages`, say. */
  readonly from: string;
  /** Everything the result depends on; a change makes a new image. */
  readonly inputs: () => readonly KeyPart[];
  /** Dockerfile instructions for `docker import --change`. */
  readonly config: readonly string[];
  /** Fills `directory` with `rootfs.tar`, `version` (one line of text) and `packages` (lines `name version`). */
  build(directory: string, report: (detail: string) => void): Promise<void>;
}
