import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { nearest } from "../nearest.ts";
import type { Portable, PortableSource } from "./portable.ts";

/** So many of a file's parts are named to who asked for one that it has not. */
const namedParts = 12;

/**
 * The same file, of which these parts alone are loaded and held against what is there afterwards. Pure.
 * @param only such as `database.collection`, a collection, a bucket or a vhost
 * @throws RecoveryError `usage` when the store's file cannot be taken in parts; `noData` naming what it has not, and what is near
 */
export function selectParts(
  source: PortableSource,
  only: readonly string[],
  portable: Pick<Portable<never>, "select"> | undefined,
): PortableSource {
  const { store, name, madeAt } = source;
  if (portable?.select === undefined)
    throw new RecoveryError(
      exitCodes.usage,
      `--only: a dump of ${store} is loaded whole, not in parts: ./kaleem restore --service ${store} brings all of it back\nNothing was changed.`,
    );
  const { known, missing, ...selected } = portable.select(source, only);
  if (missing.length === 0) return { ...source, ...selected, only: [...only] };
  const sentences = missing.map((part) => {
    const near = nearest(part, known);
    return `--only: ${store}: ${name} of ${madeAt} has no ${part}${near === undefined ? "" : `; is ${near} meant?`}`;
  });
  const more = known.length > namedParts ? `, and ${known.length - namedParts} more` : "";
  const has = known.length === 0 ? "nothing" : `${known.slice(0, namedParts).join(", ")}${more}`;
  throw new RecoveryError(
    exitCodes.noData,
    `${sentences.join("\n")}\nIt has ${has}. An older or newer dump may have it: ./kaleem dumps lists them.\nNothing was changed.`,
  );
}
