import { resolve } from "node:path";

/** The variable that names a file with the key to log in with: it wins over the SSH agent and ssh's own configuration. */
export const keyVariable = "KALEEM_SSH_KEY";

/** The path of that file, absolute; `undefined` when none is named. */
export function givenKeyFile(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = environment[keyVariable] ?? "";
  return file === "" ? undefined : resolve(file);
}
