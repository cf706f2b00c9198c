import { writeFileSync } from "node:fs";
import { bundleAgent } from "./bundle.ts";

// Use: node recovery/agent/write-bundle.ts FILE — bundles the agent into FILE and prints its size. For callers that cannot await.
const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("use: write-bundle.ts FILE\n");
  process.exit(2);
}
const text = await bundleAgent();
writeFileSync(file, text);
process.stdout.write(`${Buffer.byteLength(text)}\n`);
