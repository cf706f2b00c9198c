import { unknown } from "../protocol/value.ts";
import type { ResourceType } from "../protocol/resource-type.ts";
import { commandRun, commandSchema } from "./command-inputs.ts";
import { checkInputs } from "./input-schema.ts";
import { diffInputs } from "./property-differences.ts";
import { runCommand } from "./run-command.ts";
import { uniqueHex } from "./unique-hex.ts";

/** What cannot be known before the command has run. */
const unknownOutput = { stdout: unknown, stderr: unknown };

/**
 * `command:remote:Command`: a command on a host over SSH. Any change of the inputs runs `update`, or `create` again
 * where there is none; a failure leaves the state as it was. What is on the host is never looked at.
 */
export const remoteCommand: ResourceType = {
  token: "command:remote:Command",

  check: ({ news }) => checkInputs(commandSchema, news),

  diff: ({ oldInputs, news, ignoreChanges }) => diffInputs(oldInputs, news, ignoreChanges),

  async create({ inputs, preview }, context) {
    const id = `${context.name}${uniqueHex()}`;
    if (preview) return { id, properties: { ...inputs, ...unknownOutput } };
    const run = commandRun(inputs, ["create"]);
    const output = run === undefined ? { stdout: "", stderr: "" } : await runCommand(run, context);
    return { id, properties: { ...inputs, ...output } };
  },

  async update({ state, news, preview }, context) {
    if (preview) return { ...news, ...unknownOutput };
    const run = commandRun(news, ["update", "create"], state);
    const output =
      run === undefined
        ? { stdout: state["stdout"], stderr: state["stderr"] }
        : await runCommand(run, context);
    return { ...news, ...output };
  },

  async delete({ state }, context) {
    const run = commandRun(state, ["delete"], state);
    if (run !== undefined) await runCommand(run, context);
  },
};
