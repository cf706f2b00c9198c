import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The full path of `command`, looked up on PATH in `environment`; undefined when it is not there or not executable. */
export function findOnPath(
  command: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  for (const directory of (environment["PATH"] ?? "").split(delimiter)) {
    const path = join(directory, command);
    if (directory !== "" && isProgram(path)) return path;
  }
  return undefined;
}

function isProgram(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // There, but not for us: as good as not there.
  }
}
