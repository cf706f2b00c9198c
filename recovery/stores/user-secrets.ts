import { readFile } from "node:fs/promises";
import type { StatefulDefinition } from "../../catalog/definition.ts";
import { userSecretFile } from "../../contract/layout.ts";

/** Passwords of a store's users, which its task knows nothing of: name in its definition's `userSecrets` → value. */
export async function userSecrets({
  name,
  userSecrets: names = {},
}: StatefulDefinition): Promise<Readonly<Record<string, string>>> {
  const entries = await Promise.all(
    Object.keys(names).map(
      async (file) => [file, await readFile(userSecretFile(name, file), "utf8")] as const,
    ),
  );
  return Object.fromEntries(entries);
}
