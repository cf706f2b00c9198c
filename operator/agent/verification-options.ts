import { Option } from "commander";

/** `--accept`, as often as there are findings: what a restore's verification found and a person lets pass. */
export function acceptOption(): Option {
  return new Option(
    "--accept <finding>",
    "let a finding of the verification pass, by the name it was printed with, or a family such as redis: keys (repeatable)",
  )
    .argParser((name: string, before: readonly string[]) => [...before, name])
    .default([], "none");
}

/** `--without-proof`: a point that was never proven is restored without comparing what the stores hold. */
export function withoutProofOption(): Option {
  return new Option(
    "--without-proof",
    "do not prove a point that was never proven: what the stores then hold is compared with nothing",
  );
}
