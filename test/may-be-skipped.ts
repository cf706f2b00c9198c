/** A test that may be skipped for a reason of its own, and why that is no loss. */
interface AllowedSkip {
  readonly file: string;
  readonly name: string;
  readonly reason: string;
  readonly because: string;
}

/** Short, and never for a program that is missing: those are installed before the tests begin. */
const allowed: readonly AllowedSkip[] = [
  {
    file: "test/toolchain/providers/docker/docker-provider.live.test.ts",
    name: "refuses properties that it does not know, by name, before anything is touched",
    reason: "the official plugin knows them all",
    because: "only the stand-in has properties that it does not know",
  },
];

/** Why it is no loss that this test was skipped for that reason; undefined when it must not be. */
export function mayBeSkipped(test: {
  readonly file?: string;
  readonly name: string;
  readonly reason: string;
}): string | undefined {
  return allowed.find(
    ({ file, name, reason }) => file === test.file && name === test.name && reason === test.reason,
  )?.because;
}
