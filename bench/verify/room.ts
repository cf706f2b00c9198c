import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { layout } from "../../contract/layout.ts";
import { command, LocalCommandError } from "../../local/images/command.ts";

const prefix = "kaleem-verify-";
/** Tells a room's folder from any other. */
const markFile = ".kaleem-verify-room";
/** Names the folders that a room has made outside itself. */
const madeFile = "made.json";
/** Sparse: what is not written takes nothing. */
const dataBytes = 8 * 2 ** 30;

/** Where the agent looks for its things, and which folder of a room lies there while the bench runs. */
export const places: Readonly<Record<string, string>> = {
  [layout.dataRoot]: "data",
  [dirname(layout.config)]: "etc",
  [dirname(layout.agentState)]: "state",
  [dirname(layout.repository)]: "backups",
  [dirname(layout.resticCache)]: "cache",
  [layout.runtime]: "run",
  [layout.locks]: "locks",
};

/**
 * A host's places in a folder of their own: the data root is an XFS with reflinks on a loop file. The agent's code, whose paths are fixed, is
 * run in a mount namespace that has them where it looks; nobody else sees them there. Needs root.
 */
export class Room {
  readonly folder: string;
  readonly #made: readonly string[];

  private constructor(folder: string, made: readonly string[]) {
    this.folder = folder;
    this.#made = made;
  }

  /** @throws Error when it cannot be made, such as without xfsprogs; on a host of the platform nothing is made */
  static async open(): Promise<Room> {
    if (existsSync(layout.config))
      throw new Error(
        `bench verify: this machine is a host of the platform (${layout.config} is there); run it on another one`,
      );
    const folder = await mkdtemp(join(tmpdir(), prefix));
    for (const name of Object.values(places)) await mkdir(join(folder, name), { recursive: true });
    const image = join(folder, "data.img");
    await writeFile(image, "");
    await truncate(image, dataBytes);
    const made: string[] = [];
    try {
      await command(["mkfs.xfs", "-q", "-m", "reflink=1", image]);
      await command(["mount", "-o", "loop", image, join(folder, "data")]);
      for (const name of Object.values(places)) await writeFile(join(folder, name, markFile), folder);
      // A mount needs something to lie upon.
      for (const place of Object.keys(places)) made.push(...(await makeFolders(place)));
      made.push(...(await madeByOthers(folder)));
      await writeFile(join(folder, madeFile), JSON.stringify(made));
    } catch (error) {
      await new Room(folder, made).close();
      throw error;
    }
    return new Room(folder, made);
  }

  /** Takes all of it away. Nothing may use it any more. */
  async close(): Promise<void> {
    if (await isMounted(join(this.folder, "data"))) await command(["umount", join(this.folder, "data")]);
    await rm(this.folder, { recursive: true, force: true });
    // Whoever removes a folder takes what others have mounted there away from them: the last room does it.
    if ((await otherRooms(this.folder)).length > 0) return;
    const deepestFirst = [...new Set(this.#made)].sort((a, b) => b.length - a.length);
    for (const place of deepestFirst) await rmdir(place).catch(ignoreInUse);
  }
}

/** Lays a room's folders where the agent looks. Only in a mount namespace of one's own. */
export async function lay(folder: string): Promise<void> {
  for (const [place, name] of Object.entries(places))
    await command(["mount", "--bind", join(folder, name), place]);
}

/**
 * Makes sure that what lies where the agent looks is a room: to be asked before anything is removed there, since a mount can be taken
 * away from outside, and what is under it is somebody's.
 * @throws Error naming each place that is not
 */
export async function requireLaid(): Promise<void> {
  const marks = Object.keys(places).map(async (place) => {
    const mark = await readFile(join(place, markFile), "utf8").catch(() => "");
    return mark === "" ? [place] : [];
  });
  const bare = (await Promise.all(marks)).flat();
  if (bare.length > 0)
    throw new Error(
      `bench verify: ${bare.join(", ")}: expected the bench's own folder there, it is gone; nothing was removed`,
    );
}

/** A path of the room as everybody else sees it, such as Docker. Pure. */
export function outside(folder: string, path: string): string {
  const place = Object.keys(places).find((one) => path === one || path.startsWith(`${one}/`));
  return place === undefined ? path : join(folder, places[place] ?? "", path.slice(place.length));
}

/** Makes a folder; those that were not there, uppermost first. */
async function makeFolders(path: string): Promise<string[]> {
  if (existsSync(path)) return [];
  const above = await makeFolders(dirname(path));
  await mkdir(path);
  return [...above, path];
}

/** Folders of rooms that are open beside this one. */
export async function otherRooms(folder: string): Promise<readonly string[]> {
  const rooms = (await readdir(dirname(folder))).filter((name) => name.startsWith(prefix));
  const paths = rooms.map((name) => join(dirname(folder), name));
  return paths.filter((path) => path !== folder && existsSync(join(path, madeFile)));
}

/** What they have made to mount upon: it is there, and will have to go with the last of them. */
async function madeByOthers(folder: string): Promise<string[]> {
  const lists = await Promise.all(
    (await otherRooms(folder)).map(async (other) =>
      readFile(join(other, madeFile), "utf8").catch(() => "[]"),
    ),
  );
  return lists.flatMap((text) => JSON.parse(text) as string[]);
}

async function isMounted(path: string): Promise<boolean> {
  try {
    await command(["mountpoint", "-q", path]);
    return true;
  } catch (error) {
    if (error instanceof LocalCommandError) return false;
    throw error;
  }
}

/** Somebody else has put something there meanwhile, or taken it away: it is theirs. */
function ignoreInUse(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOTEMPTY" && code !== "EBUSY" && code !== "ENOENT") throw error;
}
