import { exitCodes, RecoveryError, type ExitCode } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";

/** How one dump ended. */
export type DumpEnd<Taken> =
  | { readonly source: string; readonly taken: Taken }
  | { readonly source: string; readonly exitCode: ExitCode; readonly message: string };

/**
 * Dumps one after the other. One that fails is told and ends no other; only being stopped, or giving way, does.
 * @param take Takes one dump. @param ended Told of each as it ends.
 * @throws the signal's reason
 */
export async function takeDumps<Taken>(
  sources: readonly string[],
  take: (source: string) => Promise<Taken>,
  ended: (end: DumpEnd<Taken>) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly DumpEnd<Taken>[]> {
  const ends: DumpEnd<Taken>[] = [];
  for (const source of sources) {
    signal.throwIfAborted();
    let end: DumpEnd<Taken>;
    try {
      end = { source, taken: await take(source) };
    } catch (error) {
      signal.throwIfAborted();
      const exitCode = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
      end = { source, exitCode, message: sentenceOf(error) };
    }
    ends.push(end);
    await ended(end);
  }
  return ends;
}

/** What a run comes to of which dumps failed: null when none did, else all of them in one failure, with the first one's code. Pure. */
export function failureOfDumps(ends: readonly DumpEnd<unknown>[]): RecoveryError | null {
  const failed = ends.flatMap((end) => ("message" in end ? [end] : []));
  const [first] = failed;
  if (first === undefined) return null;
  const good = ends.length - failed.length;
  const others = good === 0 ? "" : ` The ${good === 1 ? "other one was" : `other ${good} were`} dumped.`;
  return new RecoveryError(
    first.exitCode,
    `No dump of ${failed.map(({ source }) => source).join(", ")}: ${failed.map(({ message }) => message).join(" ")}${others}`,
  );
}
