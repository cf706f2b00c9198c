import { webcrypto } from "node:crypto";

/*
 * Debian 12's Node.js 18 has Web Crypto by its module alone, and what signs requests to S3 looks for the global of later versions.
 * Imported before anything else.
 */
if (!("crypto" in globalThis))
  Object.defineProperty(globalThis, "crypto", { value: webcrypto, configurable: true });
