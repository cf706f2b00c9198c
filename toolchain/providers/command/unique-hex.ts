import { randomBytes } from "node:crypto";

/** Eight random hexadecimal digits, the random part of every id. */
export function uniqueHex(): string {
  return randomBytes(4).toString("hex");
}
