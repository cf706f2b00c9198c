import { dirname } from "node:path";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { layout } from "../../contract/layout.ts";
import { Restic } from "../restic/restic.ts";
import type { AgentContext } from "./context.ts";

/** What was done to each repository. */
export interface KeyChange {
  readonly local: "added" | "opened already" | "removed" | "held by the lock" | "nothing to remove";
  readonly offsite: KeyChange["local"];
}

/** Which keys a change of password is about; others, such as one that an operator keeps for emergencies, are left alone. */
const stateSchema = z.strictObject({
  /** The key to remove in the end. */
  former: z.record(z.string(), z.string()),
  /** Keys that this change has added; one that nobody knows the password of is removed by the next attempt. */
  added: z.record(z.string(), z.array(z.string())),
  /** Keys that had to go and that the bucket's lock still holds: until they go, their passwords open the repository. */
  locked: z.record(z.string(), z.array(z.string())).default({}),
});
type State = z.infer<typeof stateSchema>;

/** Whether a password opens each repository; null where there is none. */
export interface KeyTrial {
  readonly local: boolean | null;
  readonly offsite: boolean | null;
}

type Keys = Pick<AgentContext, "host" | "local" | "offsite" | "log"> & { readonly files?: KeyFiles };

/** Where a change of password keeps what it knows. */
export interface KeyFiles {
  readonly state: string;
  /** In memory, and gone with the command. */
  readonly newPassword: string;
}

const hostFiles: KeyFiles = {
  state: `${layout.agentState}/restic-key.json`,
  newPassword: `${layout.runtime}/restic-password.new`,
};
const places = ["local", "offsite"] as const;

/** Whether a password opens the repositories. Changes nothing; needs no lock. */
export async function tryResticKey(context: Keys, password: string): Promise<KeyTrial> {
  const { host } = context;
  await host.run(["install", "-d", "-m", "0755", dirname(filesOf(context).newPassword)]);
  const folder = (await host.run(["mktemp", "-d", "-p", dirname(filesOf(context).newPassword)])).trim();
  const passwordFile = `${folder}/password`;
  const opensOne = async (place: (typeof places)[number]): Promise<boolean | null> => {
    try {
      return (await new Restic({ ...context[place].repository, passwordFile }).exists()) ? true : null;
    } catch (error) {
      if (error instanceof RecoveryError && error.exitCode === exitCodes.wrongPassword) return false;
      throw error;
    }
  };
  try {
    await host.writeFile(passwordFile, `${password}\n`, 0o600);
    return { local: await opensOne("local"), offsite: await opensOne("offsite") };
  } finally {
    await host.run(["rm", "-rf", folder]);
  }
}

/** Makes the new password open both repositories, and sees that it does. */
export async function addResticKey(context: Keys, password: string): Promise<KeyChange> {
  const { host, log } = context;
  const done: Partial<Record<(typeof places)[number], KeyChange["local"]>> = {};
  const { newPassword } = filesOf(context);
  await host.run(["install", "-d", "-m", "0755", dirname(newPassword)]);
  await host.writeFile(newPassword, `${password}\n`, 0o600);
  try {
    for (const place of places)
      done[place] = await log.phase(
        `new password of the ${place} repository`,
        () => addTo(context, place),
        (outcome) => outcome,
      );
  } finally {
    await host.removeFile(newPassword);
  }
  return { local: done.local ?? "added", offsite: done.offsite ?? "added" };
}

async function addTo(context: Keys, place: (typeof places)[number]): Promise<"added" | "opened already"> {
  const repository = context[place];
  const { newPassword } = filesOf(context);
  const withNew = new Restic({ ...repository.repository, passwordFile: newPassword });
  if (await opens(withNew)) return "opened already";
  const before = await repository.keys();
  const state = await readState(context);
  const orphans = (state.added[place] ?? []).filter((id) =>
    before.some((key) => key.id === id && !key.current),
  );
  const current = before.find((key) => key.current)?.id ?? "";
  await writeState(context, { ...state, former: { ...state.former, [place]: current } });
  await repository.addKey(newPassword);
  const fresh = (await repository.keys()).filter(({ id }) => !before.some((key) => key.id === id));
  const after = await readState(context);
  await writeState(context, { ...after, added: { ...after.added, [place]: fresh.map(({ id }) => id) } });
  if (!(await opens(withNew)))
    throw new RecoveryError(
      exitCodes.failed,
      `The ${place} repository does not open with its new password; the present one goes on.`,
    );
  for (const id of orphans) await removeOrRemember(context, place, id);
  return "added";
}

/** Takes the former password away from both repositories; refuses while the password file still holds it. */
export async function retireResticKey(context: Keys): Promise<KeyChange> {
  const state = await readState(context);
  const found = await Promise.all(
    places.map(async (place) => ({ place, keys: await context[place].keys(), former: state.former[place] })),
  );
  const still = found.filter(({ keys, former }) => keys.some(({ id, current }) => current && id === former));
  if (still.length > 0) {
    const names = still.map(({ place }) => place).join(" and ");
    throw new RecoveryError(
      exitCodes.failed,
      `restic-key retire: ${layout.resticPassword} still holds the former password (${names}): run "./kaleem up" with the new one first. Nothing was removed.`,
    );
  }
  const done: Partial<Record<(typeof places)[number], KeyChange["local"]>> = {};
  for (const { place, keys, former } of found) {
    const there = former !== undefined && keys.some(({ id }) => id === former);
    done[place] = there ? await removeOrRemember(context, place, former) : "nothing to remove";
  }
  await forgetDone(context);
  return { local: done.local ?? "nothing to remove", offsite: done.offsite ?? "nothing to remove" };
}

/**
 * Removes the keys that a lock of the bucket held when they had to go; for a job that has the repository for itself.
 * @returns how many still wait
 */
export async function removeLockedKeys(context: Keys, place: (typeof places)[number]): Promise<number> {
  const waiting = (await readState(context)).locked[place] ?? [];
  if (waiting.length === 0) return 0;
  const there = new Set((await context[place].keys()).map(({ id }) => id));
  const left: string[] = [];
  for (const id of waiting) {
    if (there.has(id) && (await removeOrRemember(context, place, id)) === "held by the lock") left.push(id);
  }
  const state = await readState(context);
  await writeState(context, { ...state, locked: { ...state.locked, [place]: left } });
  return left.length;
}

/** A lock on `restic/keys/` holds for days; a rotation does not wait for it. */
async function removeOrRemember(
  context: Keys,
  place: (typeof places)[number],
  id: string,
): Promise<"removed" | "held by the lock"> {
  try {
    await context[place].removeKey(id);
    return "removed";
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.objectLocked) throw error;
    const state = await readState(context);
    const waiting = new Set([...(state.locked[place] ?? []), id]);
    await writeState(context, { ...state, locked: { ...state.locked, [place]: [...waiting] } });
    context.log.line(
      `the bucket's lock holds the former password's key ${id}: until it ends that password still opens the ${place} repository; the daily prune removes it then`,
    );
    return "held by the lock";
  }
}

/** What a change knew goes with its end, except what is still to be removed. */
async function forgetDone(context: Keys): Promise<void> {
  const { locked } = await readState(context);
  if (Object.values(locked).some((ids) => ids.length > 0))
    await writeState(context, { former: {}, added: {}, locked });
  else await context.host.removeFile(filesOf(context).state);
}

async function opens(repository: Restic): Promise<boolean> {
  try {
    return await repository.exists();
  } catch (error) {
    if (error instanceof RecoveryError && error.exitCode === exitCodes.wrongPassword) return false;
    throw error;
  }
}

function filesOf({ files }: Keys): KeyFiles {
  return files ?? hostFiles;
}

async function readState(context: Keys): Promise<State> {
  const text = await context.host.readFile(filesOf(context).state);
  return text === null ? { former: {}, added: {}, locked: {} } : stateSchema.parse(JSON.parse(text));
}

async function writeState(context: Keys, state: State): Promise<void> {
  await context.host.writeFile(filesOf(context).state, `${JSON.stringify(state)}\n`, 0o600);
}
