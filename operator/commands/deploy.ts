/**
 * `./kaleem deploy KEY=REFERENCE@sha256:…`: writes the images into the stack's lock and brings it up with them. What does not get healthy
 * is taken back, and the lock is as before. Exit codes: see docs/exit-codes.md.
 */
import { parseImageLock } from "../../catalog/image-lock.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { answerOfUp, upAnswer } from "../answers/up-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { deployImages, readStackLock } from "../deploy/deploy-images.ts";
import { parseWantedImages } from "../deploy/image-change.ts";
import { renderBroughtUp } from "../deploy/render-brought-up.ts";
import { OperatorCommand } from "../operator-command.ts";
import { openStack } from "../stack/stack.ts";

await runOperatorCommand(async () => {
  const program = new OperatorCommand("deploy")
    .description("Gives services another image: writes it into the stack's lock, and brings the stack up.")
    .argument("<image...>", "KEY=REFERENCE@sha256:…, as the lock has it")
    .option("--stack <name>", "the stack", "local")
    .option("--yes", "agrees to the plan, unless it puts data at risk")
    .option("--replace-data <store...>", "agrees that these stores, which hold data, are replaced or deleted")
    .option("--json", "the outcome as JSON (docs/json.md)")
    .exitOverride()
    .parse();
  const options = program.opts<{
    stack: string;
    yes?: true;
    replaceData?: readonly string[];
    json?: true;
  }>();
  const stack = openStack(options.stack);
  const lock = await readStackLock(stack);
  const wanted = parseWantedImages(program.args, parseImageLock(lock.file, lock.text));
  const progress = terminalProgress();
  const agreement = {
    yes: options.yes === true,
    replaceData: options.replaceData ?? [],
    ask: terminalQuestion(),
  };
  const up = await deployImages({ stack, progress, agreement }, lock, wanted, (sentence) => {
    progress.note(sentence);
  });
  if (options.json === true) printAnswer(upAnswer, answerOfUp(up));
  else process.stdout.write(`${renderBroughtUp(up)}\n`);
  return 0;
});
