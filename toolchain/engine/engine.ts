/** Where a provider plugin comes from: Pulumi's own, or the stand-in under `toolchain/providers`. */
export type ProviderSource = "official" | "stand-in";

/** The provider plugins that the program uses: the first two for a machine's stack, the others for the account's. */
export const providerNames = ["docker", "command", "cloudflare", "random", "aws"] as const;
export type ProviderName = (typeof providerNames)[number];

/** A Pulumi engine that is ready to run, and what its environment needs. */
export interface Engine {
  /** Full path of the `pulumi` command. */
  readonly pulumi: string;
  /** Without a leading v. */
  readonly version: string;
  readonly source: "official" | "built";
  /** Directories to put before PATH: the language host, Node.js, plugins. */
  readonly pathPrepend: readonly string[];
  /** Variables to set for every command of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly providers: Readonly<Record<ProviderName, ProviderSource>>;
}

/** The release that is downloaded or built when no official one is at hand. */
export const pinnedVersion = "3.259.0";

/** The oldest official release that the program is known to run on. */
export const oldestVersion = "3.258.0";

/** The oldest Go that builds the pinned release, and whatever else is built from Go modules. */
export const oldestGo = "1.25.11";
