import { readFileSync } from "node:fs";

/** The networks that Cloudflare connects from: the only peers whose word for a client's address is taken. */
export const cloudflareRanges: readonly string[] = readFileSync(
  new URL("files/cloudflare-ranges.txt", import.meta.url),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
