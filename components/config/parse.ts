import { z } from "zod";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { withApplications } from "../../catalog/applications/with-applications.ts";
import { switchProblems } from "../../catalog/checks/check-switches.ts";
import { bucketAtEndpointAdvice } from "./bucket-name.ts";
import { authorityProblems, certificateProblems } from "./certificate-problems.ts";
import { ConfigError, sentences } from "./config-error.ts";
import { secretForms, secretKey } from "./fields.ts";
import { hostProblems } from "./host-problems.ts";
import { lockProblems } from "./lock-problems.ts";
import { scheduleProblems } from "./schedule-problems.ts";
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
  /** What is wrong with the file's text itself, told before all else: what the engine took it for may not be what it says. */
  readonly textProblems?: readonly string[];
}

/** The blocks of the settings that are right by themselves. */
type Blocks = Partial<StackSettings>;

/** A stack's settings, checked, with the services that they come to. */
export interface ParsedConfig extends StackSettings {
  /** The platform's own definitions, and the stack's applications among them. */
  readonly catalog: readonly ServiceDefinition[];
}

/**
 * Checks a stack's whole configuration. Throws one ConfigError with every problem; secrets are checked, not returned.
 * @param platform the definitions that are the platform's own
 */
export function parseConfig(raw: RawConfig, platform: readonly ServiceDefinition[]): ParsedConfig {
  const schema = stackConfigSchema(platform);
  const read = Object.fromEntries(
    Object.entries(raw.values).map(([key, text]) => [key, structured(text)] as const),
  );
  const right = rightBlocks(schema, read);
  const { catalog, problems: applicationProblems } = withApplications(
    platform,
    right.applications ?? {},
    right.services ?? {},
  );
  const secrets = secretKeys(catalog);
  // The secret of an application that is gone, or switched back on one day, harms nobody; one that is misspelt is missed by its right name.
  const isIdle = (key: string): boolean => raw.encrypted.has(key) && secretKey.safeParse(key).success;
  const settings = Object.fromEntries(
    Object.entries(read).filter(
      ([key]) => !Object.hasOwn(secrets, key) && (Object.hasOwn(schema.shape, key) || !isIdle(key)),
    ),
  );
  const parsed = schema.safeParse(settings);
  const issues = parsed.success ? [] : parsed.error.issues;
  const blocks: Blocks = parsed.success ? parsed.data : right;
  const known = (path: readonly PropertyKey[]) => [
    ...keysAt(schema, path, settings),
    ...(path.length === 0 ? Object.keys(secrets) : []),
  ];
  const problems = [
    ...(raw.textProblems ?? []),
    ...sentences(issues, settings, known, (key) => raw.encrypted.has(key)),
    ...secretProblems(raw, secrets, askable(blocks)),
    ...applicationProblems,
    ...(blocks.services === undefined ? [] : switchProblems(platform, blocks.services)),
    ...(blocks.backups === undefined ? [] : scheduleProblems(blocks.backups, catalog, blocks.services ?? {})),
    ...(blocks.backups === undefined ? [] : lockProblems(blocks.backups)),
    ...(blocks.host === undefined ? [] : hostProblems(blocks.host, blocks.dataVolume)),
    ...offsiteProblems(blocks),
    ...missingFiles(blocks, raw.fileExists),
    ...(blocks.edge === undefined ? [] : tlsProblems(blocks.edge, raw)),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(raw.file, problems);
  return { ...parsed.data, catalog };
}

/** What is wrong with one block hides nothing that is wrong with another. */
function rightBlocks(
  schema: ReturnType<typeof stackConfigSchema>,
  settings: Record<string, unknown>,
): Blocks {
  const right = Object.entries(schema.shape).flatMap(([key, block]) => {
    const parsed = (block as z.ZodType).safeParse(settings[key]);
    return parsed.success ? [[key, parsed.data] as const] : [];
  });
  return Object.fromEntries(right);
}

class WrongBlock extends Error {}

/** Settings that may be asked for what is right in them; a question about a block that is wrong itself throws WrongBlock. */
function askable(blocks: Blocks): StackSettings {
  return new Proxy(blocks, {
    get: (of, key) => {
      if (Object.hasOwn(of, key)) return of[key as keyof Blocks];
      throw new WrongBlock(String(key));
    },
  }) as StackSettings;
}

/** The engine writes objects, numbers and booleans as JSON, and plain texts as they are. */
export function structured(text: string): unknown {
  if (!/^(\{|\[|true$|false$)/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** What only a block asks for that is wrong itself is not missed. */
function secretProblems(
  raw: RawConfig,
  secrets: Readonly<Record<string, SecretKey>>,
  settings: StackSettings,
): string[] {
  return Object.entries(secrets).flatMap(([key, { form, onlyWhen }]) => {
    const set = `set it with: pulumi config set --secret ${key}`;
    const value = raw.values[key];
    if (value === undefined || value === "") {
      const isWanted = onlyWhen === undefined || isAskedFor(onlyWhen, settings);
      return isWanted ? [`${key}: missing secret; ${set}`] : [];
    }
    if (!raw.encrypted.has(key)) return [`${key}: a secret in plain text; ${set}`];
    const checked = secretForms[form].safeParse(value);
    return checked.success
      ? []
      : [`${key}: ${checked.error.issues[0]?.message ?? "wrong form"}; the value is not shown; ${set}`];
  });
}

function isAskedFor({ holds }: NonNullable<SecretKey["onlyWhen"]>, settings: StackSettings): boolean {
  try {
    return holds(settings);
  } catch (error) {
    if (error instanceof WrongBlock) return false;
    throw error;
  }
}

function offsiteProblems({ offsite }: Blocks): string[] {
  const advice = offsite === undefined ? undefined : bucketAtEndpointAdvice(offsite);
  return offsite === undefined || advice === undefined
    ? []
    : [
        `offsite.bucket: expected a bucket of the service at ${offsite.endpoint}, got ${JSON.stringify(offsite.bucket)}; ${advice}`,
      ];
}

function missingFiles(
  { host, imageLock, applications = {} }: Blocks,
  fileExists: (path: string) => boolean,
): string[] {
  const delivered = Object.entries(applications).flatMap(([name, { files }]) =>
    Object.entries(files).map(([path, file]) => [`applications.${name}.files.${path}`, file] as const),
  );
  const files = {
    ...Object.fromEntries(delivered),
    "host.privateKeyFile": host?.privateKeyFile,
    "host.knownHostsFile": host?.kind === "ssh" ? host.knownHostsFile : undefined,
    imageLock,
  };
  return Object.entries(files).flatMap(([key, path]) =>
    path === undefined || fileExists(path)
      ? []
      : [`${key}: expected a file that exists, got ${JSON.stringify(path)}`],
  );
}

/** A key of the wrong form has been told already, and cannot be compared. */
function tlsProblems({ tls, serverName }: StackSettings["edge"], { values, now }: RawConfig): string[] {
  if (tls.kind === "self-signed") return [];
  const key = secretForms.privateKey.safeParse(values["edge-tls-key"]).data ?? null;
  const given = { chain: tls.certificate, key, serverName, isPublic: tls.kind === "files", now };
  const authority = tls.kind === "cloudflare-origin" ? tls.clientAuthority : undefined;
  return [
    ...certificateProblems(given).map((problem) => `edge.tls.certificate: ${problem}`),
    ...(authority === undefined ? [] : authorityProblems(authority, now)).map(
      (problem) => `edge.tls.clientAuthority: ${problem}`,
    ),
  ];
}

/** The keys that a schema knows at a path of `value`; none where there is no object. Of a block that comes in kinds, those of its kind. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  const inner = unwrap(schema);
  const [first, ...rest] = path;
  if (inner instanceof z.ZodDiscriminatedUnion) {
    const options = inner.options as readonly z.ZodObject<Record<string, z.ZodType>>[];
    const kind = options.find(({ shape }) => shape["kind"]?.safeParse(within(value, "kind")).success);
    return (kind === undefined ? options : [kind]).flatMap((option) => keysAt(option, path, value));
  }
  if (inner instanceof z.ZodRecord)
    return first === undefined ? [] : keysAt(inner.valueType as z.ZodType, rest, within(value, first));
  if (!(inner instanceof z.ZodObject)) return [];
  if (first === undefined) return Object.keys(inner.shape);
  const child = (inner.shape as Record<string, z.ZodType>)[String(first)];
  return child === undefined ? [] : keysAt(child, rest, within(value, first));
}

function within(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema;
}
