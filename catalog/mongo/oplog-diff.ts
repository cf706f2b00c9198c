type Fields = Readonly<Record<string, unknown>>;

/**
 * Applies an update of an oplog of MongoDB 5 and later (`$v: 2`): what was set, added and taken away, and the same within documents and
 * arrays. Where a document or a list should be and is not, a later entry has changed it already, and what it says counts: so does the server. Pure.
 * @throws Error, a sentence's part, for a diff that is none
 */
export function applyDiff(document: Fields, diff: Fields): Fields {
  let result: Record<string, unknown> = { ...document };
  for (const [section, value] of Object.entries(diff)) {
    if (section === "d") {
      const gone = fields(value, section);
      result = Object.fromEntries(Object.entries(result).filter(([name]) => !Object.hasOwn(gone, name)));
    } else if (section === "u" || section === "i") Object.assign(result, fields(value, section));
    else if (section.startsWith("s") && section.length > 1) {
      const name = section.slice(1);
      const within = applyWithin(result[name], fields(value, section));
      if (within !== null) result[name] = within;
    } else throw new Error(`an update's difference has a part ${JSON.stringify(section)}, which is unknown`);
  }
  return result;
}

/** Null where there is nothing that the difference fits. */
function applyWithin(present: unknown, diff: Fields): unknown {
  if (diff["a"] !== undefined) return Array.isArray(present) ? applyToArray(present, diff) : null;
  const isDocument = typeof present === "object" && present !== null && !Array.isArray(present);
  return isDocument ? applyDiff(present as Fields, diff) : null;
}

function applyToArray(present: readonly unknown[], diff: Fields): readonly unknown[] {
  const result = [...present];
  const { l: length } = diff;
  if (length !== undefined) result.length = Math.min(result.length, Number(length));
  for (const [section, value] of Object.entries(diff)) {
    if (section === "a" || section === "l") continue;
    const found = /^([us])(\d+)$/.exec(section);
    if (found === null)
      throw new Error(
        `an update's difference of a list has a part ${JSON.stringify(section)}, which is unknown`,
      );
    const at = Number(found[2]);
    while (result.length < at) result.push(null);
    result[at] = found[1] === "u" ? value : (applyWithin(result[at], fields(value, section)) ?? result[at]);
  }
  return result;
}

function fields(value: unknown, section: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`an update's difference has no fields in ${section}`);
}
