import { RecoveryError } from "../../../contract/exit-codes.ts";
import { manifestSchema, type Manifest } from "../../point/manifest.ts";
import { passedBy } from "../../restore/plan/left-out.ts";
import type { EngineVersions } from "../../restore/plan/refuse-versions.ts";
import type { RestorePlan } from "../../restore/plan/restore-plan.ts";
import type { FetchPort, StoresPort } from "../../restore/phases/ports.ts";
import type { AgentContext } from "../context.ts";

/** What the versions are read through; a restore's own ports. */
export interface VersionPorts {
  readonly repository: Pick<FetchPort, "manifest">;
  readonly access: Pick<StoresPort, "version">;
}

/**
 * The engine versions of a planned restore: those of the point by its manifest, those of this host by asking the stores that run.
 * A manifest that is missing or wrong gives none: the fetch refuses it, in more words, before any store is stopped.
 * @throws RecoveryError when the repository cannot be read
 */
export async function engineVersions(
  { stores }: Pick<AgentContext, "stores">,
  plan: RestorePlan,
  { repository, access }: VersionPorts,
): Promise<readonly EngineVersions[]> {
  const held = readHeld(await repository.manifest(plan.point));
  const without = passedBy(plan.leftOut);
  const versions = stores.map(async ({ name, recovery }): Promise<readonly EngineVersions[]> => {
    const facts = held?.stores[name];
    if (facts === undefined || facts.kind === "files" || without.has(name)) return [];
    const { version, image } = facts;
    const { follows } = recovery;
    return [{ store: name, held: version, image, present: await presentVersion(access, name), follows }];
  });
  return (await Promise.all(versions)).flat();
}

/** A manifest, or null where its text is none. */
export function readHeld(text: string | null): Manifest | null {
  if (text === null) return null;
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Null for a store that does not answer: a restore is what may bring it back. */
async function presentVersion(access: VersionPorts["access"], store: string): Promise<string | null> {
  try {
    return await access.version(store);
  } catch (error) {
    if (error instanceof RecoveryError) return null;
    throw error;
  }
}
