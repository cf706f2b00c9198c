import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/** An S3 key pair. */
export interface OffsiteCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
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
