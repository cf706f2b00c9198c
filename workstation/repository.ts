import { realpathSync } from "node:fs";
import { dirname } from "node:path";

/** The root of the checkout that this program belongs to: a real path. The one place that computes it. */
export const repositoryRoot = realpathSync(dirname(import.meta.dirname));
