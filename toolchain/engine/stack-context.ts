import { delimiter } from "node:path";
import type { Engine } from "./engine.ts";

/** One stack as the engine sees it, whatever the user's own Pulumi settings are. */
export interface StackContext {
  readonly engine: Engine;
  /** The directory that holds Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  /** The stack file in use, named `Pulumi.<stack>.yaml`; not necessarily the committed one. */
  readonly stackFile: string;
  /** The directory of the file state backend; made when missing. */
  readonly stateDirectory: string;
  readonly passphraseFile: string;
  /** The user's own environment says where state is kept and what opens the secrets; the two above are not used. */
  readonly own?: true;
  /** More variables for the engine and its plugins, such as PULUMI_DEBUG_PROVIDERS in tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The environment of every engine command. The user's PULUMI_* variables are left out: a passphrase or an access
 * token of theirs would win over ours.
 */
export function pulumiEnvironment(
  context: StackContext,
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  if (context.own === true) {
    const path = [...context.engine.pathPrepend, inherited["PATH"] ?? ""].join(delimiter);
    return { ...inherited, PATH: path, ...context.env };
  }
  const kept = Object.entries(inherited).filter(([name]) => !name.startsWith("PULUMI_"));
  return {
    ...Object.fromEntries(kept),
    PATH: [...context.engine.pathPrepend, inherited["PATH"] ?? ""].join(delimiter),
    ...context.engine.env,
    PULUMI_BACKEND_URL: `file://${context.stateDirectory}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: context.passphraseFile,
    ...context.env,
  };
}
