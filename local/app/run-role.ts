import { once } from "node:events";
import { pino } from "pino";
import { awaitStores } from "./await-stores.ts";
import { drain } from "./drain.ts";
import { exitCodes } from "./exit-codes.ts";
import type { RoleMaker } from "./role.ts";

/** Runs a role until SIGTERM or SIGINT, or until a store keeps refusing its password; returns the exit code. */
export async function runRole(name: string, { settings, make }: RoleMaker): Promise<number> {
  const log = pino({
    level: settings.logLevel,
    base: { service: name },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
  const { server, readiness, needs, work } = make(log);
  const stopping = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);

  await server.listen({ host: settings.host, port: settings.port });
  work?.start();
  const giveUp = awaitStores({ readiness, log, passwordPatienceMs: settings.passwordPatienceMs });
  const refusal = await Promise.race([
    stopping.then(() => undefined),
    // Only a refusal ends the process; once the stores answer there is nothing left to wait for but a signal.
    giveUp.then(async (refused) => refused ?? (await stopping.then(() => undefined))),
  ]);
  if (refusal === undefined) {
    const finishWork = work && { finishWork: () => work.finish() };
    return drain({ server, readiness, needs, ...finishWork, log, settings });
  }
  process.stderr.write(
    `${name}: ${refusal.message}, for ${settings.passwordPatienceMs / 1000} s now. ` +
      `Compare the secret that this service was given with the one that the store was set up with.\n`,
  );
  return exitCodes.passwordRefused;
}
