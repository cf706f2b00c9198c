import { join } from "node:path";
import { z } from "zod";
import type { StatefulDefinition } from "../../catalog/definition.ts";
import { allStores } from "../../recovery/agent/context.ts";
import type { BenchEngine } from "./bench-docker.ts";
import { makeBase, newSecret } from "./base.ts";
import { BucketServer } from "./bucket-server.ts";
import { writeUserSecrets } from "./context.ts";
import { lay, requireLaid } from "./room.ts";
import { runOnce } from "./run-faults.ts";
import type { RunResult } from "./runs.ts";
import { BenchStores, type StoreSettings } from "./stores.ts";

/** What is to be done, and with what. */
export const orderSchema = z.strictObject({
  /** The room's. */
  folder: z.string(),
  /** Store → its image. */
  images: z.record(z.string(), z.string()),
  /** The S3 server's program. */
  bucketProgram: z.string(),
  /** Of the agent, and of what changes stores. */
  programs: z.strictObject({ agent: z.string(), child: z.string() }),
  runs: z.array(
    z.strictObject({
      name: z.string(),
      seed: z.number().int(),
      without: z.string().nullable(),
      expected: z.enum(["found", "missed", "otherwise"]),
    }),
  ),
  /** Tells every line that the agent logs. */
  verbose: z.boolean(),
});
export type BenchOrder = z.infer<typeof orderSchema>;

/** Whom it is told. */
export interface BenchListener {
  readonly tell: (line: string) => void;
  readonly result: (one: RunResult) => void;
}

/** Lays the room, makes the base, and makes each run on it. Containers and the bucket's server are gone afterwards, whatever happens. */
export async function benchInside(
  { folder, images, bucketProgram, programs, runs, verbose }: BenchOrder,
  docker: BenchEngine,
  { tell, result }: BenchListener,
): Promise<void> {
  await lay(folder);
  await requireLaid();
  const definitions = allStores.filter(({ name }) => images[name] !== undefined);
  const settings = new Map(
    definitions.map((store) => [store.name, settingsOf(store, images[store.name] ?? "")]),
  );
  const credentials = { accessKeyId: "verify", secretAccessKey: newSecret() };
  const server = await BucketServer.start(bucketProgram, join(folder, "bucket"), credentials);
  const stores = new BenchStores(docker, settings, programs);
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const done = await work();
    tell(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return done;
  };
  try {
    await writeUserSecrets(definitions, (name) => settings.get(name)?.secrets ?? {});
    const host = {
      ...{ docker, stores: definitions, credentials, location: server.location },
      agentProgram: stores.agentProgram,
      resticPassword: newSecret(),
      machineId: "0123456789abcdef0123456789abcdef",
      print: (line: string): void => {
        if (verbose) tell(`  ${line}`);
      },
    };
    const base = await makeBase(host, stores, step);
    for (const run of runs) result(await runOnce(base, run));
  } finally {
    await docker.clear();
    await server.stop();
  }
}

function settingsOf({ secrets = {}, userSecrets = {} }: StatefulDefinition, image: string): StoreSettings {
  const names = Object.keys({ ...secrets, ...userSecrets });
  return { image, secrets: Object.fromEntries(names.map((name) => [name, `Secret.of-${newSecret()}`])) };
}
