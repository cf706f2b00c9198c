import { readFile } from "node:fs/promises";

/** What a process has done since it began. */
export interface ProcessProgress {
  /** Bytes that it has read and written, of files, pipes and sockets alike. */
  readonly bytes: number;
  /** Bytes that it has written. */
  readonly written: number;
  /** Milliseconds of processor time. */
  readonly cpuMs: number;
}

/** The kernel counts processor time in these. */
const ticksPerSecond = 100;

/** Looks into `/proc`; null when the process has gone. Bytes are 0 where the kernel does not let us see them. */
export async function processProgress(pid: number, proc = "/proc"): Promise<ProcessProgress | null> {
  try {
    const stat = await readFile(`${proc}/${pid}/stat`, "utf8");
    const io = await readIo(`${proc}/${pid}/io`);
    // The name, in brackets, may hold spaces and brackets of its own. utime and stime are the 14th and 15th field.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    return { bytes: io.read + io.written, written: io.written, cpuMs: (ticks * 1000) / ticksPerSecond };
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

async function readIo(path: string): Promise<{ readonly read: number; readonly written: number }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return { read: 0, written: 0 };
    throw error;
  }
  const value = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  // Not read_bytes and write_bytes: those leave sockets and the page cache out.
  return { read: value("rchar"), written: value("wchar") };
}
