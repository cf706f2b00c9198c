/** What kind of thing an entry is, as `find` names it: file, directory, symbolic link. Nothing else is copied. */
export type EntryKind = "f" | "d" | "l";

/**
 * One entry of a directory tree, with all that tells whether it changed. Times are text with nanoseconds, as the kernel gives them:
 * a double would round them. Paths are byte strings (latin1), relative to the folder that was scanned, so that any file name survives.
 */
export interface TreeEntry {
  readonly path: string;
  readonly kind: EntryKind;
  readonly inode: string;
  readonly ctime: string;
  readonly mtime: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  /** Where a symbolic link points; empty otherwise. */
  readonly target: string;
}

/**
 * `find -printf` format of one record. It begins with the entry's depth and path, so that records that are sorted as bytes have parents
 * before their children; no path contains the two slashes that end it. Equal records mean that nothing happened to an entry.
 */
export const recordFormat = "%04d/%p//%y %C@ %i %T@ %s %m %U %G %n//%l\\0";

/** What ends a path in a record, and the fields after it. */
const separator = "//";

/** The part of a record that names its entry and decides the order, separator included. */
export function keyOf(record: string): string {
  return record.slice(0, record.indexOf(separator) + separator.length);
}

/** `find`'s letter for the kind of a record's entry, such as `f`, or `p` for a pipe. */
export function kindOf(record: string): string {
  return record.charAt(record.indexOf(separator) + separator.length);
}

/** When an entry's inode was changed last, in seconds since 1970; rounded. */
export function changeTimeOf(record: string): number {
  const start = record.indexOf(separator) + separator.length + 2;
  return Number(record.slice(start, record.indexOf(" ", start)));
}

/** Where a record's entry lies below the folder that was scanned. */
export function pathOf(record: string): string {
  return record.slice(record.indexOf("/") + 1, record.indexOf(separator));
}

/** True for what is copied. A link without a target was gone, or another thing, when `find` came back to read it. */
export function isCopied(record: string): boolean {
  const kind = kindOf(record);
  return kind === "f" || kind === "d" || (kind === "l" && !record.endsWith(separator));
}

/** Reads a record of something that is copied. Its strings are parts of the record: see `ownString` before they are kept for long. */
export function parseRecord(record: string): TreeEntry {
  const end = record.indexOf(separator);
  const fieldsEnd = record.indexOf(separator, end + separator.length);
  const fields = record.slice(end + separator.length, fieldsEnd).split(" ");
  const [kind, ctime = "", inode = "", mtime = "", size, mode, uid, gid, links] = fields;
  if (kind !== "f" && kind !== "d" && kind !== "l")
    throw new Error(`not of a kind that is copied: ${String(kind)}`);
  return {
    path: pathOf(record),
    kind,
    inode,
    ctime,
    mtime,
    size: Number(size),
    mode: Number.parseInt(mode ?? "", 8),
    uid: Number(uid),
    gid: Number(gid),
    links: Number(links),
    target: record.slice(fieldsEnd + separator.length),
  };
}

/** A record as `parseRecord` reads it, of an entry below a directory without slashes in its name. */
export function renderRecord(entry: TreeEntry): string {
  const { kind, inode, ctime, mtime, size, mode, uid, gid, links, path, target } = entry;
  const depth = String(path.split("/").length - 1).padStart(4, "0");
  const fields = [kind, ctime, inode, mtime, size, mode.toString(8), uid, gid, links];
  return `${depth}/${path}${separator}${fields.join(" ")}${separator}${target}`;
}

/** The folder that an entry lies in; empty for one at the top. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** A copy that does not keep the longer string in memory that this one was cut from. */
export function ownString(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** Seconds since 1970 of a time as `find` prints it: the fraction counts forward, before 1970 too. */
export function secondsOf(time: string): number {
  const dot = time.indexOf(".");
  return dot < 0 ? Number(time) : Number(time.slice(0, dot)) + Number(`0${time.slice(dot)}`);
}

/** A time as `find` prints it, of nanoseconds since 1970. */
export function timeOf(nanoseconds: bigint): string {
  const fraction = ((nanoseconds % billion) + billion) % billion;
  return `${(nanoseconds - fraction) / billion}.${fraction.toString().padStart(9, "0")}0`;
}

const billion = 1_000_000_000n;
