import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere } from "../../workstation/read-if-there.ts";

const configSchema = z.looseObject({
  auths: z.record(z.string(), z.looseObject({ auth: z.string().optional() })).optional(),
});

/** Under what name `docker login` keeps Docker Hub's account. */
const dockerHubAccount = "https://index.docker.io/v1/";

/**
 * The account that `docker login` left for a registry, as the value of an Authorization header; null when there is none. Accounts
 * that Docker keeps in a helper of the desktop are not seen.
 */
export async function registryCredentials(
  host: string,
  folder = process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"),
): Promise<string | null> {
  const file = join(folder, "config.json");
  const text = await readIfThere(file);
  if (text === null) return null;
  const parsed = configSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const name = host === "registry-1.docker.io" ? dockerHubAccount : host;
  const auth = parsed.data.auths?.[name]?.auth;
  return auth === undefined || auth === "" ? null : `Basic ${auth}`;
}
