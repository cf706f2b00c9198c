import { crc32 } from "node:zlib";

const newline = 0x0a;
const checksumDigits = 8;

/** A value as one line of the log: its CRC-32 in hex, a space, its JSON. Pure. */
export function encodeRecord(value: unknown): string {
  const json = JSON.stringify(value);
  return `${checksum(json)} ${json}\n`;
}

/** What a log file holds. */
export interface DecodedLog {
  readonly values: readonly unknown[];
  /** Length of the good part; what follows is a write that a crash cut off. */
  readonly goodBytes: number;
}

/**
 * Reads a log. A bad end was never acknowledged and is left out; a bad record before good ones is damage that nobody may
 * paper over. Pure.
 * @throws Error naming the byte where the damage begins
 */
export function decodeLog(bytes: Buffer): DecodedLog {
  const values: unknown[] = [];
  let goodBytes = 0;
  let bad: number | null = null;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start);
    const value = end === -1 ? undefined : decodeRecord(bytes.toString("utf8", start, end));
    if (value === undefined) bad ??= start;
    else if (bad !== null) throw new Error(`damaged at byte ${bad}, with good records after it`);
    else {
      values.push(value);
      goodBytes = end + 1;
    }
    start = end === -1 ? bytes.length : end + 1;
  }
  return { values, goodBytes };
}

function decodeRecord(line: string): unknown {
  const json = line.slice(checksumDigits + 1);
  return line.slice(0, checksumDigits + 1) === `${checksum(json)} `
    ? (JSON.parse(json) as unknown)
    : undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(checksumDigits, "0");
}
