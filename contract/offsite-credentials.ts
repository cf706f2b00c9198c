import { exitCodes, RecoveryError } from "./exit-codes.ts";

/** An S3 key pair. */
export interface OffsiteCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * What keeps a part of a key pair out of the file; null when it will be read back as it is. Everything that can be printed may be in
 * it, `#`, `;`, quotes, `=` and spaces too; no service issues the rest.
 */
export function credentialProblem(value: string): string | null {
  if (value === "") return "expected a key, got nothing";
  if (!/^[\x20-\x7e]+$/.test(value)) return "expected characters that can be printed, got others";
  if (value.trim() !== value) return "expected no space at its ends, got some";
  return null;
}

/** The file that `parseOffsiteCredentials` reads. @throws RecoveryError `config` naming each part that it cannot hold, never its value. */
export function renderOffsiteCredentials({ accessKeyId, secretAccessKey }: OffsiteCredentials): string {
  const problems = Object.entries({
    "offsite-access-key-id": accessKeyId,
    "offsite-secret-access-key": secretAccessKey,
  })
    .map(([name, value]) => ({ name, problem: credentialProblem(value) }))
    .flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]));
  if (problems.length > 0)
    throw new RecoveryError(exitCodes.config, `${problems.join("; ")}: set the key as the service shows it.`);
  return `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

/** Reads the profile `default` of an AWS shared-credentials file. Errors name the file and the missing key, never a value. */
export function parseOffsiteCredentials(text: string, path: string): OffsiteCredentials {
  const values = new Map<string, string>();
  let profile = "";
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const section = /^\[(.+)\]$/.exec(line);
    if (section) {
      profile = section[1]?.trim() ?? "";
      continue;
    }
    const equals = line.indexOf("=");
    if (profile === "default" && equals > 0)
      values.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  const accessKeyId = values.get("aws_access_key_id") ?? "";
  const secretAccessKey = values.get("aws_secret_access_key") ?? "";
  const missing = [
    ...(accessKeyId === "" ? ["aws_access_key_id"] : []),
    ...(secretAccessKey === "" ? ["aws_secret_access_key"] : []),
  ];
  if (missing.length > 0) {
    throw new RecoveryError(
      exitCodes.config,
      `${path}: the profile [default] has no ${missing.join(" and no ")}: run \`pulumi up\` to write it again.`,
    );
  }
  return { accessKeyId, secretAccessKey };
}
