import { readFile } from "node:fs/promises";
import { type Grants, grantsSchema } from "../../contract/grants.ts";
import { layout } from "../../contract/layout.ts";

/**
 * What the applications' users are to be allowed, as the last `up` said on this host; nothing where it said nothing, as on a host that has
 * none. Whoever changes users reads it anew: a restore must not bring back the rights of another day.
 */
export async function presentGrants(file: string = layout.config): Promise<Grants> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
  const { grants } = JSON.parse(text) as { readonly grants?: unknown };
  return grants === undefined ? {} : grantsSchema.parse(grants);
}
