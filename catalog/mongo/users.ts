import type { Db } from "mongodb";
import type { Grants } from "../../contract/grants.ts";
import { isLoginOf, loginName } from "../login-name.ts";

/** The passwords of the store's users beside root, as the present configuration has them. */
export interface MongoPasswords {
  readonly app: string;
  readonly backup: string;
  readonly restore: string;
}

interface Role {
  readonly role: string;
  readonly db: string;
}

/** What the applications may do. */
function applicationRoles({ databases = [] }: Partial<NonNullable<Grants["mongo"]>>): readonly Role[] {
  if (databases.includes("*")) return [{ role: "readWriteAnyDatabase", db: "admin" }];
  return databases.map((db) => ({ role: "readWrite", db }));
}

/** What the others may do. The canary has a database of its own, so that who takes backups need not be able to write anybody's data. */
const roles: Readonly<Record<Exclude<keyof MongoPasswords, "app">, readonly Role[]>> = {
  backup: [
    { role: "backup", db: "admin" },
    // What the engine says of itself, for monitoring.
    { role: "clusterMonitor", db: "admin" },
    { role: "readWrite", db: "recovery" },
  ],
  restore: [{ role: "restore", db: "admin" }],
};

/**
 * Every user with the present password. The applications' login is another user for each password: MongoDB knows one
 * password a user, and the one that running tasks use must stay valid until they are gone.
 */
export async function makeUsers(admin: Db, passwords: MongoPasswords, grants: Grants = {}): Promise<void> {
  const { users } = (await admin.command({ usersInfo: 1 })) as { users: { user: string }[] };
  const known = new Set(users.map(({ user }) => user));
  for (const [name, password] of Object.entries(namesWithPasswords(passwords))) {
    const verb = known.has(name) ? "updateUser" : "createUser";
    const wanted = isLoginOf("app", name)
      ? applicationRoles(grants.mongo ?? {})
      : roles[name as keyof typeof roles];
    await admin.command({ [verb]: name, pwd: password, roles: wanted });
  }
}

/** Removes the applications' logins with earlier passwords. Whoever is still logged in by one may do nothing any more. */
export async function dropFormerLogins(admin: Db, passwords: MongoPasswords): Promise<void> {
  const present = loginName("app", passwords.app);
  const { users } = (await admin.command({ usersInfo: 1 })) as { users: { user: string }[] };
  for (const { user } of users) {
    if (user !== present && isLoginOf("app", user)) await admin.command({ dropUser: user });
  }
}

function namesWithPasswords({ app, backup, restore }: MongoPasswords): Record<string, string> {
  return { [loginName("app", app)]: app, backup, restore };
}
