import { z } from "zod";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { switchProblems } from "../../catalog/checks/check-switches.ts";
import { certificateProblems } from "./certificate-problems.ts";
import { ConfigError, sentences } from "./config-error.ts";
import { secretForms } from "./fields.ts";
import { stackConfigSchema, type StackSettings } from "./schema.ts";
import { secretKeys, type SecretKey } from "./secret-keys.ts";

/** A stack's configuration as the engine hands it over: texts, some of them encrypted in the file. */
export interface RawConfig {
  /** The stack file's name, which every message starts with. */
  readonly file: string;
  /** Key without namespace → text; objects as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys that are encrypted in the file. */
  readonly encrypted: ReadonlySet<string>;
  readonly fileExists: (path: string) => boolean;
  /** What certificates must be valid at. */
  readonly now: Date;
}

/** Checks a stack's whole configuration. Throws one ConfigError with every problem; secrets are checked, not returned. */
export function parseConfig(raw: RawConfig, catalog: readonly ServiceDefinition[]): StackSettings {
  const secrets = secretKeys(catalog);
  const schema = stackConfigSchema(catalog);
  const settings = Object.fromEntries(
    Object.entries(raw.values)
      .filter(([key]) => !Object.hasOwn(secrets, key))
      .map(([key, text]) => [key, structured(text)]),
  );
  const parsed = schema.safeParse(settings);
  const issues = parsed.success ? [] : parsed.error.issues;
  const known = (path: readonly PropertyKey[]) => [
    ...keysAt(schema, path),
    ...(path.length === 0 ? Object.keys(secrets) : []),
  ];
  const problems = [
    ...sentences(issues, settings, known, (key) => raw.encrypted.has(key)),
    ...secretProblems(raw, secrets, parsed.success ? parsed.data : null),
    ...(parsed.success ? switchProblems(catalog, parsed.data.services) : []),
    ...(parsed.success ? missingFiles(parsed.data, raw.fileExists) : []),
    ...(parsed.success ? tlsProblems(parsed.data.edge, raw) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(raw.file, problems);
  return parsed.data;
}

/** The engine writes objects, numbers and booleans as JSON, and plain texts as they are. */
function structured(text: string): unknown {
  if (!/^(\{|\[|true$|false$)/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** `settings` is null when they are wrong themselves: what only some of them ask for is then not missed. */
function secretProblems(
  raw: RawConfig,
  secrets: Readonly<Record<string, SecretKey>>,
  settings: StackSettings | null,
): string[] {
  return Object.entries(secrets).flatMap(([key, { form, onlyWhen }]) => {
    const set = `set it with: pulumi config set --secret ${key}`;
    const value = raw.values[key];
    if (value === undefined || value === "") {
      const isWanted = onlyWhen === undefined || (settings !== null && onlyWhen.holds(settings));
      return isWanted ? [`${key}: missing secret; ${set}`] : [];
    }
    if (!raw.encrypted.has(key)) return [`${key}: a secret in plain text; ${set}`];
    const checked = secretForms[form].safeParse(value);
    return checked.success
      ? []
      : [`${key}: ${checked.error.issues[0]?.message ?? "wrong form"}; the value is not shown; ${set}`];
  });
}

function missingFiles(settings: StackSettings, fileExists: (path: string) => boolean): string[] {
  const files = {
    "host.privateKeyFile": settings.host.privateKeyFile,
    "host.knownHostsFile": settings.host.knownHostsFile,
    imageLock: settings.imageLock,
  };
  return Object.entries(files)
    .filter(([, path]) => !fileExists(path))
    .map(([key, path]) => `${key}: expected a file that exists, got ${JSON.stringify(path)}`);
}

/** A key of the wrong form has been told already, and cannot be compared. */
function tlsProblems({ tls, serverName }: StackSettings["edge"], { values, now }: RawConfig): string[] {
  if (tls.kind === "self-signed") return [];
  const key = secretForms.privateKey.safeParse(values["edge-tls-key"]).data ?? null;
  const given = { chain: tls.certificate, key, serverName, isPublic: tls.kind === "files", now };
  return certificateProblems(given).map((problem) => `edge.tls.certificate: ${problem}`);
}

/** The keys that a schema knows at a path; none where there is no object. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schema);
  const [first, ...rest] = path;
  if (inner instanceof z.ZodDiscriminatedUnion)
    return inner.options.flatMap((option) => keysAt(option as z.ZodType, path));
  if (!(inner instanceof z.ZodObject)) return [];
  if (first === undefined) return Object.keys(inner.shape);
  const child = (inner.shape as Record<string, z.ZodType>)[String(first)];
  return child === undefined ? [] : keysAt(child, rest);
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault ? unwrap(schema.unwrap() as z.ZodType) : schema;
}
