/**
 * Stand-in for Qdrant. Settings as Qdrant's own: `--config-path FILE` and `QDRANT__…`; see `settings.ts` for those it knows.
 * Exit codes: 0 after SIGTERM or SIGINT, 1 when it cannot start.
 */
import { once } from "node:events";
import { sentenceOf } from "../../../../contract/sentence-of.ts";
import { quotas } from "./quotas.ts";
import { loadSettings } from "./settings.ts";
import { createMetricsServer, createServer } from "./server.ts";
import { Snapshots } from "./snapshots.ts";
import { Storage } from "./storage.ts";
import { version } from "./version.ts";

async function run(): Promise<void> {
  const { service, storage: at } = loadSettings(process.argv.slice(2), process.env);
  const stopping = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  const storage = await Storage.open(at.storage_path);
  const snapshots = new Snapshots(at.snapshots_path, storage);
  const server = createServer({
    storage,
    snapshots,
    checkQuotas: quotas(at),
    apiKeys: [service.api_key, service.alt_api_key].filter((key) => key !== undefined),
  });
  const metrics = service.metrics_port === undefined ? null : createMetricsServer(storage);
  await server.listen({ host: service.host, port: service.http_port });
  if (metrics !== null) await metrics.listen({ host: service.host, port: service.metrics_port ?? 0 });
  const points = storage.collections.reduce((sum, { size }) => sum + size, 0);
  process.stdout.write(
    `qdrant ${version} (stand-in): ${points} points in ${storage.collections.length} collections, port ${service.http_port}\n`,
  );
  await stopping;
  await Promise.all([server.close(), metrics?.close()]);
  await storage.close();
}

try {
  await run();
  process.exit(0);
} catch (error) {
  process.stderr.write(`qdrant: cannot start: ${sentenceOf(error)}\n`);
  process.exit(1);
}
