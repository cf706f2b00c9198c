import type { ServiceDefinition } from "../../catalog/definition.ts";
import { standIns } from "./stand-ins.ts";

/** A service that can run only where an upstream registry answers. */
export interface UpstreamOnlyService {
  readonly name: string;
  /** Key in the image lock. */
  readonly image: string;
  /** Whether the stack file says `enabled: true` in so many words: it is then no default that could give way. */
  readonly isDemanded: boolean;
}

/** Services that this stack would run and that have no stand-in. Pure. */
export function upstreamOnly(
  catalog: readonly ServiceDefinition[],
  written: Readonly<Record<string, { readonly enabled?: boolean | undefined } | undefined>>,
  made: Readonly<Record<string, unknown>> = standIns,
): readonly UpstreamOnlyService[] {
  return catalog.flatMap(({ name, image, optional }) => {
    const enabled = written[name]?.enabled ?? optional?.enabledByDefault ?? true;
    if (!enabled || Object.hasOwn(made, image)) return [];
    return [{ name, image, isDemanded: optional === undefined || written[name]?.enabled === true }];
  });
}
