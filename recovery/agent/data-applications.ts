import type { AgentConfig } from "../../contract/agent-config.ts";

/** An application that keeps files: path in its container → directory under the live root. */
export interface DataApplication {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Those of the stack, in its order. They are in no catalog of the agent's: what it knows of them is in its configuration. */
export function dataApplications({
  applications,
}: Pick<AgentConfig, "applications">): readonly DataApplication[] {
  return applications.flatMap(({ name, data }) => (data === undefined ? [] : [{ name, data }]));
}
