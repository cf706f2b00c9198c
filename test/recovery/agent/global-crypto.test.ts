import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { buildAgent } from "../../../components/agent/agent-bundle.ts";

const own = Object.getOwnPropertyDescriptor(globalThis, "crypto");
after(() => {
  if (own !== undefined) Object.defineProperty(globalThis, "crypto", own);
});

test("where Node.js has no global Web Crypto, as on Debian 12, the agent has one before anything signs a request", async () => {
  assert.ok(Reflect.deleteProperty(globalThis, "crypto"));
  await import("../../../recovery/agent/global-crypto.ts");
  assert.equal(typeof globalThis.crypto.subtle.sign, "function");
  const main = readFileSync(new URL("../../../recovery/agent/main.ts", import.meta.url), "utf8");
  assert.match(main, /^import "\.\/global-crypto\.ts";\n/);
});

test("the agent calls nothing that Node.js 18 lacks", async () => {
  const { file } = await buildAgent();
  const bundle = readFileSync(file, "utf8");
  const later =
    /\.(toSorted|toReversed|toSpliced|isWellFormed)\(|Promise\.withResolvers|Array\.fromAsync|(Object|Map)\.groupBy\(|import\.meta\.(dirname|filename)/g;
  assert.deepEqual(
    [...bundle.matchAll(later)].map(([name]) => name),
    [],
  );
});
