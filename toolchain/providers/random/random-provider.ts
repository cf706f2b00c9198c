import type { ProviderPlugin } from "../protocol/provider-plugin.ts";
import { randomBytes } from "./random-bytes.ts";
import { randomId } from "./random-id.ts";

/** The stand-in for the `random` provider: the two resource types that the program uses, and nothing to configure. */
export const randomProvider: ProviderPlugin = {
  name: "random",
  version: "4.21.2",
  flags: { acceptResources: true, supportsAutonamingConfiguration: true },
  types: [randomId, randomBytes],
  configure: () => undefined,
};
