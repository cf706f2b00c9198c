import { connectionRule } from "./connection-schema.ts";
import { readConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { InputSchema } from "./input-schema.ts";
import { isPropertyMap, revealMap } from "../protocol/value.ts";
import type { PropertyMap, Value } from "../protocol/value.ts";

/** The inputs of `command:remote:Command`. */
export const commandSchema: InputSchema = {
  connection: connectionRule,
  create: { kind: "text" },
  update: { kind: "text" },
  delete: { kind: "text" },
  stdin: { kind: "text" },
  environment: { kind: "texts by name" },
  triggers: { kind: "list" },
  logging: { kind: "text", oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] },
  addPreviousOutputInEnv: { kind: "boolean" },
};

/** What running one command of a resource needs, secrets revealed. */
export interface CommandRun {
  readonly connection: Connection;
  readonly command: string;
  readonly stdin: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What the last command wrote; offered to the next one as environment, empty texts left out. */
  readonly previousOutput: Readonly<Record<string, string>>;
  /** The streams whose lines are shown while the command runs. */
  readonly shown: ReadonlySet<"stdout" | "stderr">;
}

/**
 * The first of the named commands that the inputs have, ready to run; `undefined` when they have none of them.
 * @param state the resource's state, for its previous output; absent for a new resource.
 */
export function commandRun(
  inputs: PropertyMap,
  names: readonly ("create" | "update" | "delete")[],
  state: PropertyMap = {},
): CommandRun | undefined {
  const plain = revealMap(inputs);
  const command = names.map((name) => plain[name]).find((value) => typeof value === "string");
  if (command === undefined) return undefined;
  const before = plain["addPreviousOutputInEnv"] === false ? {} : revealMap(state);
  return {
    connection: readConnection(inputs["connection"]),
    command,
    stdin: textOf(plain["stdin"]),
    environment: textsOf(plain["environment"]),
    previousOutput: textsOf({
      PULUMI_COMMAND_STDOUT: textOf(before["stdout"]) || undefined,
      PULUMI_COMMAND_STDERR: textOf(before["stderr"]) || undefined,
    }),
    shown: shownStreams(plain["logging"]),
  };
}

function shownStreams(logging: Value | undefined): ReadonlySet<"stdout" | "stderr"> {
  if (logging === "none") return new Set();
  if (logging === "stdout" || logging === "stderr") return new Set([logging]);
  return new Set(["stdout", "stderr"]);
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: Value | undefined): Record<string, string> {
  if (!isPropertyMap(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === "string" ? [[name, text]] : [])),
  );
}
