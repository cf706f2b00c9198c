/** In a store's network namespace: fills the store, or makes one fault in it, as the JSON on stdin says. Exit code 0 when done. */
import { text } from "node:stream/consumers";
import { z } from "zod";
import { Random } from "../../drill/faults/random.ts";
import { subjectOf } from "../../drill/faults/stores.ts";
import { allStores } from "../../recovery/agent/context.ts";

const work = z
  .strictObject({
    store: z.string(),
    secrets: z.record(z.string(), z.string()),
    /** Name of a fault; null fills the store. */
    fault: z.string().nullable(),
    seed: z.number().int(),
  })
  .parse(JSON.parse(await text(process.stdin)));
const { store, secrets, fault, seed } = work;
const definition = allStores.find(({ name }) => name === store);
if (definition === undefined) throw new Error(`the catalog has no store ${store}`);
const client = await definition.recovery.connect({ host: "127.0.0.1", secrets });
try {
  const subject = subjectOf(store);
  if (fault === null) await subject.populate(client, secrets);
  else {
    const known = subject.faults.find(({ name }) => name === fault);
    if (known === undefined) throw new Error(`no fault of ${store} is called ${fault}`);
    await known.change(client, new Random(seed));
  }
} finally {
  await definition.recovery.close(client);
}
