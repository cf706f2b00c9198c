import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { AccountSettings } from "./account-schema.ts";
import { configValues, encryptedConfig, stackFilePath, withoutStackTrace } from "./load.ts";
import { parseAccount } from "./parse-account.ts";
import { judgeStackYaml } from "./stack-yaml.ts";

/** An account's settings, checked, and its token, which never becomes plain text in here. */
export interface AccountConfig extends AccountSettings {
  readonly token: pulumi.Output<string>;
}

/** Whether the stack's file declares an account: then it declares no machine. */
export function declaresAccount(): boolean {
  return new pulumi.Config().get("account") !== undefined;
}

/** Reads the configuration of an account's stack, as `loadConfig` does a machine's: every problem at once, path first. */
export function loadAccount(): AccountConfig {
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  const { problems: textProblems } = judgeStackYaml(readFileSync(stackFilePath(file), "utf8"));
  const settings = withoutStackTrace(() =>
    parseAccount({ file, values: configValues(), encrypted: encryptedConfig(), textProblems }),
  );
  return { ...settings, token: new pulumi.Config().requireSecret("cloudflare-api-token") };
}
