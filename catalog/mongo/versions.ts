import { forwardOnly, versionNumbers, withinMajor } from "../engine-version.ts";

/** Release series in the order in which each may follow the one before it; from 5 on every major version is one. */
const seriesBeforeFive = ["3.4", "3.6", "4.0", "4.2", "4.4"];

/**
 * Whether a mongod starts on the files of another: a newer one of the same series, or of the very next one. mongod reads the
 * feature compatibility version in the files and refuses to start two series later. Null when it does, else why not.
 */
export function mongoFollows(held: string, present: string): string | null {
  const [from, to] = [seriesNumber(held), seriesNumber(present)];
  if (from === null || to === null) return withinMajor("MongoDB", held, present);
  const backward = forwardOnly("MongoDB", held, present);
  if (backward !== null || to - from <= 1) return backward;
  return "MongoDB goes one major version at a time: it does not start on data that is two or more behind";
}

/** The place in the order of series; null for what is none of MongoDB's. */
function seriesNumber(version: string): number | null {
  const [major, minor] = versionNumbers(version) ?? [];
  if (major === undefined) return null;
  if (major >= 5) return seriesBeforeFive.length + major - 5;
  const at = seriesBeforeFive.indexOf(`${major}.${minor ?? 0}`);
  return at < 0 ? null : at;
}
