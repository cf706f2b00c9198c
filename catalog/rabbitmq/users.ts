import type { Grants } from "../../contract/grants.ts";
import { isLoginOf, loginName } from "../login-name.ts";
import definitions from "./files/definitions.json" with { type: "json" };

/** The passwords of the node's users, as the present configuration has them. */
export interface RabbitmqPasswords {
  readonly admin: string;
  readonly app: string;
}

/**
 * Every user with the present password, and what it may, as an import of definitions wants them; what it does not name stays as it
 * is. The applications' login is another user for each password: RabbitMQ knows one password a user. Pure.
 */
export function usersWithRights({ admin, app }: RabbitmqPasswords, grants: Grants = {}) {
  const login = loginName("app", app);
  const { permissions = [] } = grants.rabbitmq ?? {};
  const own = new Set(definitions.vhosts.map(({ name }) => name));
  const others = permissions.map(({ vhost }) => vhost).filter((vhost) => !own.has(vhost));
  return {
    vhosts: [...definitions.vhosts, ...others.map((name) => ({ name }))],
    users: [
      { name: "admin", password: admin, tags: ["administrator"] },
      { name: login, password: app, tags: [] },
    ],
    permissions: [
      ...definitions.permissions,
      ...permissions.map(({ vhost, ...rights }) => ({ user: login, vhost, ...rights })),
    ],
  };
}

/** Those of the names that are the applications' logins with earlier passwords. Pure. */
export function formerLogins(names: readonly string[], { app }: RabbitmqPasswords): readonly string[] {
  const present = loginName("app", app);
  return names.filter((name) => name !== present && isLoginOf("app", name));
}

/** A user's rights in one virtual host. */
export interface HeldPermission {
  readonly user: string;
  readonly vhost: string;
}

/** Of what is held, the applications' logins' in virtual hosts that no application has any more: an import only ever adds. Pure. */
export function undeclaredPermissions(
  held: readonly HeldPermission[],
  { rabbitmq }: Grants,
): readonly HeldPermission[] {
  const declared = new Set((rabbitmq?.permissions ?? []).map(({ vhost }) => vhost));
  return held.filter(({ user, vhost }) => isLoginOf("app", user) && !declared.has(vhost));
}
