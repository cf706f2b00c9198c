import { createHash } from "node:crypto";

/**
 * A short mark that tells one secret from the next without giving it away: 32 bits of a hash. It may stand in plain in
 * the state and in `docker inspect`.
 */
export function fingerprint(secret: string): string {
  return createHash("sha256").update(`kaleem fingerprint\0${secret}`).digest("hex").slice(0, 8);
}

/** The name that a user logs in by with this password: each password is a login of its own, so that two are valid while one gives way. */
export function loginName(user: string, password: string): string {
  return `${user}-${fingerprint(password)}`;
}

/** Whether a name is one of the user's logins, present or past; the bare name too. */
export function isLoginOf(user: string, name: string): boolean {
  return name === user || (name.startsWith(`${user}-`) && /^[0-9a-f]{8}$/.test(name.slice(user.length + 1)));
}
