import { existsSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { type DisabledService, disabledServices } from "../../catalog/switches.ts";
import { ConfigError } from "./config-error.ts";
import { parseConfig, type ParsedConfig } from "./parse.ts";
import { judgeStackYaml } from "./stack-yaml.ts";
import { secretKeys } from "./secret-keys.ts";

/** A stack's settings, checked, and its secrets, which never become plain text in here. */
export interface StackConfig extends ParsedConfig {
  /** This stack's own file on this machine, its secrets encrypted; shipped off-site. */
  readonly stackFile: string;
  /** Services that are switched off, and why. */
  readonly off: readonly DisabledService[];
  /** Key in the stack file → value, marked secret. Throws for a key that no definition names, or that the settings do not ask for and the file lacks. */
  readonly secret: (key: string) => pulumi.Output<string>;
  /** The secret `job-ping-url`; null where the settings do not ask for it. */
  readonly pingUrl: pulumi.Output<string> | null;
  /** All of them, by key. */
  readonly secrets: pulumi.Output<Readonly<Record<string, string>>>;
}

/**
 * Reads the stack's configuration: the only place of the program that does, from the engine; the file itself is read again for what the
 * engine takes in its own way. Every problem is reported at once, path first, without a
 * stack trace, before any resource exists.
 * @param platform the definitions that are the platform's own; the stack's applications join them
 */
export function loadConfig(platform: readonly ServiceDefinition[]): StackConfig {
  const config = new pulumi.Config();
  const values = configValues();
  const encrypted = encryptedConfig();
  // Found out, or said, by whoever runs the engine: it wins over a file that is committed.
  for (const [variable, key] of [
    ["KALEEM_CLOSED", "closed"],
    ["KALEEM_FIRST_INSTALL", "firstInstall"],
  ] as const) {
    const value = process.env[variable];
    if (value !== undefined && value !== "") values[key] = value;
  }
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  const path = stackFilePath(file);
  const { problems: textProblems } = judgeStackYaml(readFileSync(path, "utf8"));
  const settings = withoutStackTrace(() =>
    parseConfig({ file, values, encrypted, fileExists: existsSync, now: new Date(), textProblems }, platform),
  );
  const given = Object.keys(secretKeys(settings.catalog)).filter((key) => Object.hasOwn(values, key));
  const secrets = new Map(given.map((key) => [key, config.requireSecret(key)]));
  return {
    ...settings,
    stackFile: path,
    off: disabledServices(platform, settings.services),
    secret: (key) => found(secrets, key),
    pingUrl: settings.monitoring.pings === undefined ? null : found(secrets, "job-ping-url"),
    secrets: pulumi.all(Object.fromEntries(secrets)),
  };
}

/** The stack's configuration as the engine hands it over: key without namespace → text. */
export function configValues(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig()).flatMap(([key, value]) => {
      const own = withoutNamespace(key);
      return own === undefined ? [] : [[own, value]];
    }),
  );
}

/** The keys of it, without namespace, that are encrypted in the file. */
export function encryptedConfig(): Set<string> {
  return new Set(encryptedKeys().flatMap((key) => withoutNamespace(key) ?? []));
}

function withoutNamespace(key: string): string | undefined {
  const prefix = `${new pulumi.Config().name}:`;
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

/** The launcher keeps a stack's file elsewhere and says where; the engine itself does not tell the program. */
export function stackFilePath(file: string): string {
  const path = process.env["KALEEM_STACK_FILE"] ?? file;
  if (existsSync(path)) return path;
  throw new pulumi.RunError(
    `${file}: expected the stack's file, got nothing at ${path}; set KALEEM_STACK_FILE to the file given as --config-file`,
  );
}

/** The engine names the keys that are encrypted in the stack file beside the configuration; the SDK has no call for it. */
function encryptedKeys(): string[] {
  return JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] || "[]") as string[];
}

/** What a wrong configuration says, without the lines of the program that found it. */
export function withoutStackTrace<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

function found(secrets: ReadonlyMap<string, pulumi.Output<string>>, key: string): pulumi.Output<string> {
  const secret = secrets.get(key);
  if (secret === undefined) throw new Error(`the stack has no secret ${JSON.stringify(key)}`);
  return secret;
}
