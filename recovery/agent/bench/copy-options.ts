import { parseArgs } from "node:util";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";

/** What `bench-copy` is asked to measure. */
export interface CopyOptions {
  /** Small files in the tree. */
  readonly files: number;
  /** Length of each window. */
  readonly seconds: number;
  /** Folder on the file system to measure. @default layout.dataRoot */
  readonly root: string;
  /** From the beginning of one copy to that of the next. */
  readonly everySeconds: number;
}

/** Reads the command line. @throws RecoveryError `usage` for figures out of bounds. */
export function parseCopyOptions(args: readonly string[]): CopyOptions {
  const options = {
    files: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    every: { type: "string", default: "5" },
    root: { type: "string", default: layout.dataRoot },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const [files, seconds, everySeconds] = [Number(values.files), Number(values.seconds), Number(values.every)];
  if (!(
    Number.isInteger(files) &&
    files >= 1 &&
    files <= 1_000_000 &&
    seconds >= 1 &&
    seconds <= 600 &&
    everySeconds >= 1
  )) {
    throw new RecoveryError(
      exitCodes.usage,
      "bench-copy: --files must be 1 … 1000000, --seconds 1 … 600, --every at least 1 (seconds between copies).",
    );
  }
  return { files, seconds, root: values.root, everySeconds };
}
