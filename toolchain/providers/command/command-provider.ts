import type { ProviderPlugin } from "../protocol/provider-plugin.ts";
import { copyToRemote } from "./copy-to-remote.ts";
import { remoteCommand } from "./remote-command.ts";

/** What the official plugin 1.2.1 adds to its configuration. */
const goProviderVersion = "1.2.0";
const configuration = ["version", "__pulumi-go-provider-version", "pluginDownloadURL"];

/** The stand-in for the `command` provider: the two resource types that the program uses, and nothing to configure. */
export const commandProvider: ProviderPlugin = {
  name: "command",
  version: "1.2.1",
  flags: { acceptSecrets: true, acceptResources: true, acceptOutputs: true },
  types: [remoteCommand, copyToRemote],
  checkConfig: (news) => ({
    inputs: { ...news, "__pulumi-go-provider-version": goProviderVersion },
    failures: Object.keys(news)
      .filter((name) => !configuration.includes(name))
      .map((name) => ({ reason: `command:${name}: no such setting; the command provider has none.` })),
  }),
  configure: () => undefined,
};
