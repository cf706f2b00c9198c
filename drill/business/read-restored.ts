import { setTimeout as wait } from "node:timers/promises";
import type { BusinessCheck } from "../../contract/business-check.ts";
import type { EdgeTarget } from "../../recovery/business/edge-client.ts";
import type { LedgerEntry } from "../../recovery/business/ledger.ts";
import { readBack, type ReadBack, type ReadFindings } from "../../recovery/business/read-back.ts";

const everyMs = 1_000;

/**
 * Reads every acknowledged write of a restored platform. What must be there and is read only once a worker has come to it is asked for
 * again until the read's time is up.
 * @param demanded those that must be there; only these are waited for
 */
export async function readRestored(
  target: EdgeTarget,
  check: BusinessCheck,
  entries: readonly LedgerEntry[],
  demanded: readonly LedgerEntry[],
): Promise<ReadBack> {
  const begun = Date.now();
  const first = await readBack(target, check, entries);
  const reads: Record<string, ReadFindings> = { ...first.reads };
  const wanted = new Set(demanded.map(({ id }) => id));
  for (const [name, { withinMs }] of Object.entries(check.reads)) {
    let findings = reads[name];
    while (findings !== undefined && Date.now() < begun + withinMs) {
      const again = notYet(findings).filter(({ id }) => wanted.has(id));
      if (again.length === 0) break;
      await wait(everyMs);
      const looked = (await readBack(target, check, again, { only: [name] })).reads[name];
      if (looked === undefined) break;
      findings = replaced(findings, looked, new Set(again.map(({ id }) => id)));
    }
    if (findings !== undefined) reads[name] = findings;
  }
  return { checked: first.checked, reads };
}

function notYet({ missing, altered, unanswered }: ReadFindings): readonly LedgerEntry[] {
  return [...missing, ...altered, ...unanswered.map(({ entry }) => entry)];
}

/** What a second look showed, in the place of what the first one showed of the same writes. */
function replaced(before: ReadFindings, now: ReadFindings, asked: ReadonlySet<string>): ReadFindings {
  const others = (entries: readonly LedgerEntry[]) => entries.filter(({ id }) => !asked.has(id));
  return {
    missing: [...others(before.missing), ...now.missing],
    altered: [...others(before.altered), ...now.altered],
    unanswered: [...before.unanswered.filter(({ entry }) => !asked.has(entry.id)), ...now.unanswered],
  };
}
