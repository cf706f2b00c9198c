import type { z } from "zod";
import { layout } from "../../contract/layout.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";

/** How a command of the agent is asked for. */
export interface AgentCall<Schema extends z.ZodType> {
  readonly argv: readonly string[];
  /** What it answers; an answer of another shape means that agent and operator are of different versions. */
  readonly schema: Schema;
  readonly timeoutMs: number;
  /** What it is given to read. */
  readonly stdin?: string;
  readonly onLog?: (line: string) => void;
}

/** Runs a command of the host's agent and gives its answer. Log lines go to `onLog`. */
export async function askAgent<Schema extends z.ZodType>(
  host: RemoteHost,
  call: AgentCall<Schema>,
): Promise<z.infer<Schema>> {
  const { argv, schema, timeoutMs, stdin, onLog } = call;
  const given = stdin === undefined ? {} : { stdin };
  const onStderrLine = onLog === undefined ? {} : { onStderrLine: onLog };
  const { stdout } = await host.run([layout.agentCommand, ...argv], { timeoutMs, ...given, ...onStderrLine });
  const parsed = schema.safeParse(JSON.parse(stdout));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw new Error(
    `kaleem-agent ${argv.join(" ")}: its answer has an unexpected ${fields}: the agent and these tools are of different versions. Run "./kaleem up".`,
  );
}
