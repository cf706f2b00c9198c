import { readFileSync } from "node:fs";
import { z } from "zod";

/** Everything the sample API is told from outside. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly mongo: { readonly url: string; readonly user: string; readonly password: string };
  readonly redis: { readonly url: string; readonly user: string; readonly password: string };
  /** How long a store may refuse the password before the process gives up: on a first start the user may not exist yet. */
  readonly passwordPatienceMs: number;
  /** How long requests are still taken after SIGTERM, each answered with `Connection: close`. */
  readonly drainNoticeMs: number;
  /** Longest time from SIGTERM to the end. Must be below the service's stop grace. */
  readonly drainLimitMs: number;
}

/** Settings that cannot be used. Its message lists every problem, one a line, and never a password. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const seconds = (fallback: number) => z.coerce.number().min(0).max(3600).default(fallback);

const storeUrl = (scheme: string, fallback: string) =>
  z
    .string()
    .default(fallback)
    .refine((url) => url.startsWith(`${scheme}://`), `expected an address such as ${fallback}`)
    .refine(
      (url) => !/\/\/[^/]*@/.test(url),
      "must not carry a user or password; passwords come from a file",
    );

const environmentSchema = z.object({
  HOST: z.string().default("0.0.0.0"),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  // directConnection: the set has one member, and it is the one named here; without it the driver follows the member list,
  // which a stand-in fills in differently. retryWrites=false: the driver's retry needs server sessions, which FerretDB has
  // not; nothing is lost with a real mongod, since an order that was not confirmed is not acknowledged either.
  MONGO_URL: storeUrl(
    "mongodb",
    "mongodb://mongo:27017/kaleem?replicaSet=rs0&directConnection=true&retryWrites=false",
  ),
  MONGO_USER: z.string().min(1).default("app"),
  MONGO_PASSWORD_FILE: z.string().min(1).default("/run/secrets/mongo-password"),
  REDIS_URL: storeUrl("redis", "redis://redis:6379"),
  REDIS_USER: z.string().min(1).default("app"),
  REDIS_PASSWORD_FILE: z.string().min(1).default("/run/secrets/redis-password"),
  PASSWORD_PATIENCE_SECONDS: seconds(60),
  DRAIN_NOTICE_SECONDS: seconds(2),
  DRAIN_LIMIT_SECONDS: seconds(20),
});

/**
 * Reads the settings from environment variables and the passwords from their files (one trailing newline is dropped).
 * Throws `SettingsError` with all problems at once.
 */
export function loadSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    // zod's wording repeats no value, so a password in an address stays out of it.
    throw new SettingsError(
      parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"),
    );
  }
  const env = parsed.data;
  const problems: string[] = [];
  const mongoPassword = readPassword("MONGO_PASSWORD_FILE", env.MONGO_PASSWORD_FILE, problems);
  const redisPassword = readPassword("REDIS_PASSWORD_FILE", env.REDIS_PASSWORD_FILE, problems);
  if (problems.length > 0) throw new SettingsError(problems.join("\n"));
  return {
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    mongo: { url: env.MONGO_URL, user: env.MONGO_USER, password: mongoPassword },
    redis: { url: env.REDIS_URL, user: env.REDIS_USER, password: redisPassword },
    passwordPatienceMs: env.PASSWORD_PATIENCE_SECONDS * 1000,
    drainNoticeMs: env.DRAIN_NOTICE_SECONDS * 1000,
    drainLimitMs: env.DRAIN_LIMIT_SECONDS * 1000,
  };
}

/** Returns the password, or notes the problem and returns an empty text that is never used. */
function readPassword(variable: string, file: string, problems: string[]): string {
  const remedy = "Deliver the password as a secret file, or point the variable at it.";
  try {
    const password = readFileSync(file, "utf8").replace(/\r?\n$/, "");
    if (password === "") problems.push(`${variable}: the password file ${file} is empty. ${remedy}`);
    return password;
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    problems.push(`${variable}: cannot read the password file ${file} (${reason}). ${remedy}`);
    return "";
  }
}
