import { readFileSync } from "node:fs";
import { z } from "zod";

/** Settings that cannot be used. Its message lists every problem, one a line, and never a password. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** A span of time in seconds, an hour at most. */
export const seconds = (fallback: number) => z.coerce.number().min(0).max(3600).default(fallback);

/** What every role is told. `drainNoticeSeconds` is how long the role's callers may need to learn that it leaves. */
export function roleShape(defaults: { readonly port: number; readonly drainNoticeSeconds: number }) {
  return {
    HOST: z.string().default("0.0.0.0"),
    PORT: z.coerce.number().int().min(0).max(65535).default(defaults.port),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
    PASSWORD_PATIENCE_SECONDS: seconds(60),
    DRAIN_NOTICE_SECONDS: seconds(defaults.drainNoticeSeconds),
    DRAIN_LIMIT_SECONDS: seconds(20),
  };
}

/** Settings of how any role listens and leaves. */
export interface RoleSettings {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  /** How long a store may refuse the password before the process gives up: on a first start the user may not exist yet. */
  readonly passwordPatienceMs: number;
  /** How long requests are still taken after SIGTERM, each answered with `Connection: close`. */
  readonly drainNoticeMs: number;
  /** Longest time from SIGTERM to the end. Must be below the service's stop grace. */
  readonly drainLimitMs: number;
}

/** The role's part of parsed environment variables. */
export function roleSettings(env: z.infer<z.ZodObject<ReturnType<typeof roleShape>>>): RoleSettings {
  return {
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    passwordPatienceMs: env.PASSWORD_PATIENCE_SECONDS * 1000,
    drainNoticeMs: env.DRAIN_NOTICE_SECONDS * 1000,
    drainLimitMs: env.DRAIN_LIMIT_SECONDS * 1000,
  };
}

/** An address of a store; a user or password in it is refused. */
export function storeUrl(fallback: string) {
  const { protocol } = new URL(fallback);
  return z
    .string()
    .default(fallback)
    .refine((url) => url.startsWith(`${protocol}//`), `expected an address such as ${fallback}`)
    .refine(
      (url) => !/\/\/[^/]*@/.test(url),
      "must not carry a user or password; passwords come from a file",
    );
}

/** The path of a secret's file; parsed, it is the secret itself (one trailing newline is dropped). */
export function secretFile(secret: string) {
  const remedy = "Deliver it as a secret file, or point the variable at it.";
  return z
    .string()
    .min(1)
    .default(`/run/secrets/${secret}`)
    .transform((file, context) => {
      const problem = (message: string) => {
        // The input is a path; the file's content is never in an issue.
        context.issues.push({ code: "custom", message, input: file });
        return z.NEVER;
      };
      try {
        const password = readFileSync(file, "utf8").replace(/\r?\n$/, "");
        return password === "" ? problem(`the secret file ${file} is empty. ${remedy}`) : password;
      } catch (error) {
        const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
        return problem(`cannot read the secret file ${file} (${reason}). ${remedy}`);
      }
    });
}

/** Reads settings from environment variables. Throws `SettingsError` with all problems at once. */
export function readSettings<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  // zod's wording repeats no value, so a password in an address stays out of it.
  throw new SettingsError(
    parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"),
  );
}
