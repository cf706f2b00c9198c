import { size } from "../../recovery/host/log.ts";
import type { Return } from "../offsite/rewind.ts";

/** So many keys are named, one a line; the rest is counted. */
const most = 20;

/** What a rewind would bring back. */
export function renderRewind(bucket: string, to: Date, plan: readonly Return[]): string {
  if (plan.length === 0)
    return `${bucket}: nothing that was there at ${to.toISOString()} was removed or overwritten since.`;
  const removed = plan.filter(({ since }) => since === "removed").length;
  const bytes = plan.reduce((sum, one) => sum + one.bytes, 0);
  return [
    `${bucket}: ${plan.length} objects, ${size(bytes)}, come back as they were at ${to.toISOString()}: ` +
      `${removed} were removed since, ${plan.length - removed} were overwritten. What came since stays.`,
    ...plan.slice(0, most).map(({ key, since }) => `  ${since.padEnd(11)} ${key}`),
    ...(plan.length > most ? [`  and ${plan.length - most} more`] : []),
  ].join("\n");
}
