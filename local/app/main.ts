/**
 * The sample application: `node server.mjs api|worker|webhooks|embedding`. What tests and drills write through.
 * Settings: environment variables, see `<role>/settings.ts`. Exit codes: `exit-codes.ts`. Logs: JSON lines on stdout.
 */
import { sentenceOf } from "../../contract/sentence-of.ts";
import { exitCodes } from "./exit-codes.ts";
import type { RoleMaker } from "./role.ts";
import { runRole } from "./run-role.ts";
import { SettingsError } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Each is loaded only when it is the one to run: a role needs no other role's drivers in memory. */
const roles: Readonly<Record<string, (environment: Environment) => Promise<RoleMaker>>> = {
  api: async (environment) => (await import("./api/role.ts")).apiRole(environment),
  worker: async (environment) => (await import("./worker/role.ts")).workerRole(environment),
  webhooks: async (environment) => (await import("./webhooks/role.ts")).webhooksRole(environment),
  embedding: async (environment) => (await import("./embedding/role.ts")).embeddingRole(environment),
};

async function main([name = "", ...rest]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (load === undefined || rest.length > 0) {
    const asked = [name, ...rest].join(" ");
    process.stderr.write(`expected one role, ${Object.keys(roles).join(", ")}, got "${asked}"\n`);
    return exitCodes.usage;
  }
  try {
    return await runRole(name, await load(process.env));
  } catch (error) {
    if (error instanceof SettingsError) {
      process.stderr.write(error.message.replace(/^/gm, `${name}: `) + "\n");
      return exitCodes.configuration;
    }
    const reason = sentenceOf(error);
    process.stderr.write(`${name}: cannot start: ${reason}\n`);
    return exitCodes.failed;
  }
}

process.exit(await main(process.argv.slice(2)));
