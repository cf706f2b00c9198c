/**
 * The sample API: orders in MongoDB and Redis. What tests and drills write through.
 * Settings: environment variables, see `settings.ts`. Exit codes: `exit-codes.ts`. Logs: JSON lines on stdout.
 */
import { once } from "node:events";
import { pino } from "pino";
import { awaitStores } from "./await-stores.ts";
import { drain } from "./drain.ts";
import { exitCodes } from "./exit-codes.ts";
import { createMetrics } from "./metrics.ts";
import { MongoOrders } from "./mongo-orders.ts";
import { Orders } from "./orders.ts";
import { Readiness } from "./readiness.ts";
import { RedisOrders } from "./redis-orders.ts";
import { createServer } from "./server.ts";
import { SettingsError, loadSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { StoreError } from "./store-error.ts";

async function run(settings: Settings): Promise<number> {
  const log = pino({
    level: settings.logLevel,
    base: { service: "api" },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
  const metrics = createMetrics();
  const archive = new MongoOrders(settings.mongo);
  const cache = new RedisOrders(settings.redis);
  const stores = [archive, cache];
  const readiness = new Readiness(archive, cache);
  const orders = new Orders(archive, cache, (trouble) => {
    if (trouble instanceof StoreError) metrics.storeErrors.inc({ store: trouble.store, kind: trouble.kind });
    log.warn({ err: trouble }, "answering without the cache");
  });
  const server = createServer({ orders, readiness, metrics, log });
  const stopping = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);

  await server.listen({ host: settings.host, port: settings.port });
  const giveUp = awaitStores({ readiness, log, passwordPatienceMs: settings.passwordPatienceMs });
  const refusal = await Promise.race([
    stopping.then(() => undefined),
    // Only a refusal ends the process; once the stores answer there is nothing left to wait for but a signal.
    giveUp.then(async (refused) => refused ?? (await stopping.then(() => undefined))),
  ]);
  if (refusal === undefined) return drain({ server, readiness, stores, log, settings });

  process.stderr.write(
    `api: ${refusal.message}, and did so for ${settings.passwordPatienceMs / 1000} s. ` +
      `Compare the secret that this service was given with the one that the store was set up with.\n`,
  );
  return exitCodes.passwordRefused;
}

try {
  process.exit(await run(loadSettings(process.env)));
} catch (error) {
  if (error instanceof SettingsError) {
    process.stderr.write(error.message.replace(/^/gm, "api: ") + "\n");
    process.exit(exitCodes.configuration);
  }
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`api: cannot start: ${reason}\n`);
  process.exit(exitCodes.failed);
}
