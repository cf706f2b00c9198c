import type { CallContext, CheckResult, DiffResult, ResourceType } from "./resource-type.ts";
import type { PropertyMap } from "./value.ts";

/** What a provider tells the engine about itself when it is configured. */
export interface ProviderFlags {
  /** Secrets arrive and leave wrapped. Without it they arrive plain. */
  readonly acceptSecrets?: boolean;
  readonly acceptResources?: boolean;
  readonly acceptOutputs?: boolean;
  readonly supportsAutonamingConfiguration?: boolean;
}

/** A provider: its name, its configuration and its resource types. */
export interface ProviderPlugin {
  /** The package's name, as `docker`. */
  readonly name: string;
  /** The SDK version that it stands in for, as `5.2.0`. */
  readonly version: string;
  readonly flags: ProviderFlags;
  readonly types: readonly ResourceType[];
  /** Absent: the configuration is answered as it is. */
  checkConfig?(news: PropertyMap, context: CallContext): CheckResult;
  /** Answers `undefined` for no difference. Absent: the call is not implemented, which the engine takes the same way. */
  diffConfig?(olds: PropertyMap, news: PropertyMap): DiffResult | undefined;
  /** Takes the configuration; must not connect to anything. Throwing fails the run. */
  configure(config: PropertyMap, context: CallContext): void | Promise<void>;
}
