import { z } from "zod";
import { forwardOnly } from "../engine-version.ts";
import type { Recovery } from "../recovery.ts";
import { n8nInventory } from "./inventory.ts";
import { dumpDatabase } from "./portable.ts";
import { N8nClient } from "./n8n-client.ts";

const tag = z.object({ id: z.string(), name: z.string() });
const longestTag = 24;
/** A canary's mark is its point's id; no person's tag looks so. */
const isMark = (name: string) => /^\d{8}T\d{6}Z-[0-9a-f]+$/.test(name);

/**
 * How the agent writes to n8n, asks it and mends it, as its owner. Unproven against a running n8n: made after the sources of
 * 2.41, tested against a stub of their answers.
 *
 * What an acknowledged write is worth: SQLite keeps its write-ahead log unsynced until the next checkpoint. It survives the death
 * of the process, and so does a copy of the files of one instant; a loss of power may cost the last changes.
 */
export const n8nRecovery: Recovery<N8nClient> = {
  objectives: { rpo: "15m", rto: "1h" },
  follows: (held, present) => forwardOnly("n8n", held, present),

  // Not logged in yet: see the client.
  async connect(at) {
    const client = new N8nClient(at);
    await client.ready();
    return client;
  },

  // Each request is its own connection to the agent; nothing stays open.
  close: () => Promise.resolve(),

  version: versionOf,

  // Nothing to set up: the start makes the owner.
  setup: logIn,

  canary: {
    async write(client, mark) {
      if (!isMark(mark) || mark.length > longestTag)
        throw new Error(`n8n: expected a mark such as 20261121T140500Z-1f3a, got ${JSON.stringify(mark)}`);
      const [there] = await marks(client);
      if (there === undefined) await client.ask("POST", "/tags", { name: mark });
      else await client.ask("PATCH", `/tags/${there.id}`, { name: mark });
    },
    async read(client) {
      return (await marks(client)).at(-1)?.name ?? null;
    },
  },

  portable: {
    dump: {
      file: { prefix: "n8n-sqlite-", suffix: ".tar" },
      at: ["02:30"],
      tool: () => Promise.resolve(dumpDatabase()),
    },
  },

  inventory: async (client, request) => n8nInventory(client, await versionOf(client), request),

  // The start has set the owner's present password in whatever data it found; that it opens is the proof.
  resetUsers: logIn,
};

async function logIn(client: N8nClient): Promise<void> {
  await client.ask("GET", "/login");
}

async function versionOf(client: N8nClient): Promise<string> {
  return z.object({ versionCli: z.string() }).parse(await client.ask("GET", "/settings")).versionCli;
}

/** Tags that are canaries, oldest first; there is one, or two after an interrupted write. */
async function marks(client: N8nClient): Promise<z.infer<typeof tag>[]> {
  const tags = z.array(tag).parse(await client.ask("GET", "/tags"));
  return tags.filter(({ name }) => isMark(name)).sort((left, right) => (left.name < right.name ? -1 : 1));
}
