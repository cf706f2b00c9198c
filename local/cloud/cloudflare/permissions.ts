/** What a token may be let do. */
export type Permission = "r2 write" | "r2 read" | "tokens write" | "dns write" | "dns read";

/** Permissions that others include. */
const includes: Readonly<Partial<Record<Permission, Permission>>> = {
  "r2 write": "r2 read",
  "dns write": "dns read",
};

/** Whether permissions let something be done. */
export function allows(held: readonly Permission[], wanted: Permission): boolean {
  return held.some((permission) => permission === wanted || includes[permission] === wanted);
}

/** Cloudflare's permission groups for objects of R2; a token of an account that has another is refused. */
export const permissionGroups: Readonly<Record<string, string>> = {
  "2efd5506f9c8494dacb1fa10a3e7d5b6": "Workers R2 Storage Bucket Item Write",
  "6a018a9f2fc74eb6b293b0c548f38b39": "Workers R2 Storage Bucket Item Read",
};
