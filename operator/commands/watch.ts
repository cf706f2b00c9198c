/**
 * `./kaleem watch`: looks for a while whether a platform does well, such as after a deployment: requests through the edge against an error
 * budget, and alerts that begin. Exit codes: 0 all was well, 1 it was not or could not be seen, 2 wrong arguments.
 */
import { milliseconds, type Duration } from "../../catalog/quantities.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { watchAnswer } from "../answers/watch-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { OperatorCommand } from "../operator-command.ts";
import { SshHost } from "../ssh/ssh.ts";
import { edgeTarget } from "../stack/edge-target.ts";
import { openPlace } from "../stack/open-place.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";
import { platformEyes, watchPlatform } from "../watch/watch-platform.ts";

await runOperatorCommand(async () => {
  const options = new OperatorCommand("watch")
    .description(
      "Looks for a while whether a platform does well: its edge against an error budget, and its alerts.",
    )
    .option("--stack <name>", "the stack", "local")
    .option("--for <time>", "how long, such as 15m; one request a second", "15m")
    .option("--budget <percent>", "how many of the requests may fail, in percent", "1")
    .option("--json", "the outcome as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<{ stack: string; for: string; budget: string; json?: true }>();
  const plan = { requests: secondsOf(options.for), budget: shareOf(options.budget) };
  const opened = openStack(options.stack);
  const host = new SshHost((await readTarget(opened)).ssh);
  const eyes = platformEyes(host, await edgeTarget(await openPlace(opened), host));
  const { seen, why } = await terminalProgress().step(`watch of ${options.stack}`, (report) =>
    watchPlatform({
      plan,
      eyes,
      onLook: ({ asked, failed }) => {
        report(`${asked} of ${plan.requests} requests, ${failed} failed`);
      },
    }),
  );
  const { asked, failed, lastFailure } = seen;
  if (options.json === true)
    printAnswer(watchAnswer, { stack: options.stack, passed: why === null, why, asked, failed, lastFailure });
  else if (why === null)
    process.stdout.write(`All was well: ${failed} of ${asked} requests failed, and no alert has begun.\n`);
  if (why === null) return exitCodes.ok;
  throw new RecoveryError(
    exitCodes.failed,
    `watch: ${options.stack} does not do well: ${why}. See ./kaleem status --stack ${options.stack}; the former images come back by ./kaleem rollback --stack ${options.stack}.`,
  );
});

/** At least a minute: alerts need as long to begin. */
function secondsOf(time: string): number {
  try {
    const seconds = Math.round(milliseconds(time as Duration) / 1000);
    if (seconds >= 60 && seconds <= 86_400) return seconds;
  } catch (error) {
    throw new RecoveryError(exitCodes.usage, `--for: ${sentenceOf(error)}`, { cause: error });
  }
  throw new RecoveryError(
    exitCodes.usage,
    `--for: expected a time from 1m to 24h, got ${JSON.stringify(time)}`,
  );
}

function shareOf(percent: string): number {
  const share = /^\d{1,3}(\.\d+)?$/.test(percent) ? Number(percent) / 100 : NaN;
  if (share <= 1) return share;
  throw new RecoveryError(
    exitCodes.usage,
    `--budget: expected a percentage from 0 to 100, got ${JSON.stringify(percent)}`,
  );
}
