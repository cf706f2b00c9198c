/** What a stack may be called, in words. */
export const stackNameRule =
  'lower-case letters, digits and hyphens, starting with a letter, at most 30, other than "clouds"';

/** Whether a stack may have this name: short enough for host names, and not the folder beside the stacks' own. */
export function isStackName(name: string): boolean {
  return /^[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/.test(name) && name !== "clouds";
}
