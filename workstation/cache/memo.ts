import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./directory.ts";

/** Keeps a short text under `name`, with the present time: a failed download, say, that need not be tried again soon. */
export function remember(name: string, text: string): void {
  mkdirSync(join(cacheDirectory(), "memo"), { recursive: true });
  writeFileSync(join(cacheDirectory(), "memo", name), text);
}

/** The text last kept under `name`, or undefined when there is none younger than `maxAgeSeconds`. */
export function recall(name: string, maxAgeSeconds: number): string | undefined {
  const file = join(cacheDirectory(), "memo", name);
  if (!existsSync(file)) return undefined;
  const ageSeconds = (Date.now() - statSync(file).mtimeMs) / 1000;
  return ageSeconds <= maxAgeSeconds ? readFileSync(file, "utf8") : undefined;
}
