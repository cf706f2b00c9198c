import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

const pollMilliseconds = 100;

/**
 * Gives `onLine` each whole line of a file that another process appends to, as it grows; the file may not exist yet.
 * The function returned reads what is left and stops.
 */
export function followLines(file: string, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(64 * 1024);
  let descriptor: number | undefined;
  let unfinished = "";
  const readOn = (): void => {
    if (descriptor === undefined && existsSync(file)) descriptor = openSync(file, "r");
    if (descriptor === undefined) return;
    for (let bytes; (bytes = readSync(descriptor, buffer)) > 0;) {
      const lines = (unfinished + decoder.write(buffer.subarray(0, bytes))).split("\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    }
  };
  const poll = setInterval(readOn, pollMilliseconds);
  return () => {
    clearInterval(poll);
    readOn();
    if (descriptor !== undefined) closeSync(descriptor);
  };
}
