import type { Db, MongoClient } from "mongodb";
import { entryPath } from "../inventory/inventory.ts";
import { shorten } from "../inventory/options-text.ts";
import type { InventoryRecorder } from "../inventory/recorder.ts";
import { isLoginOf } from "../login-name.ts";
import { ignoreUnknown, optionsOf, type Stringify } from "./inventory-words.ts";

/** Users but for the platform's own, with what they may do and without passwords. */
export async function addUsers(admin: Db, recorder: InventoryRecorder): Promise<void> {
  const { users } = (await admin.command({ usersInfo: { forAllDBs: true } })) as { users: UserFacts[] };
  for (const { user, db, roles = [] } of users) {
    if (db === "admin" && isOwn(user)) {
      recorder.leaveOut(`user ${user}`, "set by the platform at every start and restore");
      continue;
    }
    const granted = roles.map((role) => `${role.role}@${role.db}`).sort();
    recorder.add(entryPath("user", db, user), {
      kind: "users",
      options: { roles: shorten(granted.join(" ")) },
    });
  }
}

interface UserFacts {
  readonly user: string;
  readonly db: string;
  readonly roles?: readonly { readonly role: string; readonly db: string }[];
}

function isOwn(user: string): boolean {
  return ["root", "backup", "restore"].includes(user) || isLoginOf("app", user);
}

/** Roles of every database, with their privileges. */
export async function addRoles(
  mongo: MongoClient,
  databases: readonly string[],
  recorder: InventoryRecorder,
  stringify: Stringify,
): Promise<void> {
  for (const name of databases) {
    const answer = await mongo.db(name).command({ rolesInfo: 1, showPrivileges: true }).catch(ignoreUnknown);
    if (answer === undefined) {
      recorder.leaveOut("roles", "this engine knows none");
      return;
    }
    const all = answer["roles"] as { role: string; privileges: unknown; roles: unknown }[];
    for (const { role, privileges, roles } of all) {
      const path = entryPath("role", name, role);
      recorder.add(path, { kind: "roles", options: optionsOf({ privileges, roles }, stringify) });
    }
  }
}
