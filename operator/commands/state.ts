/**
 * `./kaleem state`: where a stack's state is kept, and what manages its host. With `--s3` the line that chooses a bucket of one's
 * own for it; with `--set-up` that is done. Exit codes: see docs/exit-codes.md.
 */
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { stateAnswer, stateLineAnswer, stateSetUpAnswer } from "../answers/state-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { OperatorCommand } from "../operator-command.ts";
import { openStack } from "../stack/stack.ts";
import { lookAtState, renderState } from "../state/look-at-state.ts";
import { backendUrlOf, type GivenBucket, loginLine, stateBucket } from "../state/s3-backend.ts";
import { projectFile, setUpState } from "../state/set-up-state.ts";

interface StateOptions extends Partial<GivenBucket> {
  readonly stack: string;
  readonly setUp?: true;
  readonly yes?: true;
  readonly json?: true;
}

const progress = terminalProgress();
const engine = () => findOrBuildEngine(progress);

await runOperatorCommand(async () => {
  const options = new OperatorCommand("state")
    .description(
      "Says where a stack's state is kept and what manages its host, or sets up a bucket of your own for it.",
    )
    .option("--stack <name>", "the stack", "local")
    .option("--s3 <bucket>", "the line that keeps state in this bucket")
    .option(
      "--endpoint <url>",
      "of a service other than Amazon S3, such as https://ACCOUNT.r2.cloudflarestorage.com",
    )
    .option("--region <region>", "the bucket's region (default: auto for R2, us-east-1 for other endpoints)")
    .option("--prefix <path>", "where in the bucket (default: at its top)")
    .option(
      "--set-up",
      "tries the bucket with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, makes the stack's empty state there, and names it in Pulumi.yaml",
    )
    .option("--yes", "agrees to --set-up")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<StateOptions>();
  const { s3, json } = options;
  if (s3 === undefined) {
    refuseWithoutBucket(options);
    const state = await lookAtState(openStack(options.stack), engine);
    if (json === true) printAnswer(stateAnswer, state);
    else process.stdout.write(`${renderState(state)}\n`);
    return exitCodes.ok;
  }
  const bucket = stateBucket({ ...options, s3 });
  if (options.setUp === true) return setUp(options, bucket);
  const backend = backendUrlOf(bucket);
  const command = loginLine(backend);
  if (json === true) printAnswer(stateLineAnswer, { backend, command });
  else process.stdout.write(`${command}\n`);
  return exitCodes.ok;
});

async function setUp(options: StateOptions, bucket: ReturnType<typeof stateBucket>): Promise<0> {
  const stack = openStack(options.stack);
  const yes = options.yes === true;
  const asked = { stack, bucket, engine, progress, environment: process.env, yes, ask: terminalQuestion() };
  const { backend, fileChanged, initialized } = await setUpState(asked);
  if (options.json === true) {
    printAnswer(stateSetUpAnswer, {
      stack: stack.name,
      backend,
      file: projectFile,
      fileChanged,
      initialized,
    });
    return exitCodes.ok;
  }
  const made = initialized ? "an empty state was made there" : "it has a state there";
  const named = fileChanged ? `${projectFile} names it now: commit that` : `${projectFile} names it already`;
  process.stdout.write(`State of stack ${stack.name}: ${backend}; ${made}; ${named}.\n`);
  return exitCodes.ok;
}

function refuseWithoutBucket({ endpoint, region, prefix, setUp: asked, yes }: StateOptions): void {
  const given = Object.entries({ endpoint, region, prefix, "set-up": asked, yes }).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}`],
  );
  if (given.length === 0) return;
  throw new RecoveryError(
    exitCodes.usage,
    `${given.join(", ")}: of no use without --s3, which names the bucket`,
  );
}
