import type { FastifyInstance } from "fastify";
import { aliasActions } from "./aliases.ts";
import { answer, take } from "./answer.ts";
import type { Collection } from "./collection.ts";
import { collectionConfig } from "./collection-config.ts";
import type { Storage } from "./storage.ts";

interface Named {
  Params: { name: string };
}

/** Collections and their aliases. */
export function addCollectionRoutes(server: FastifyInstance, storage: Storage): void {
  server.get("/collections", () =>
    answer(() => ({ collections: storage.collections.map(({ name }) => ({ name })) })),
  );
  server.get<Named>("/collections/:name", ({ params }) =>
    answer(() => describe(storage.collection(params.name))),
  );
  server.get<Named>("/collections/:name/exists", ({ params }) =>
    answer(() => ({ exists: storage.has(params.name) })),
  );
  server.put<Named>("/collections/:name", ({ params, body }) =>
    answer(async () => {
      await storage.create(params.name, take(collectionConfig, body));
      return true;
    }),
  );
  server.delete<Named>("/collections/:name", ({ params }) => answer(() => storage.delete(params.name)));
  server.get("/aliases", () => answer(() => ({ aliases: storage.aliases.list() })));
  server.get<Named>("/collections/:name/aliases", ({ params }) =>
    answer(() => ({ aliases: storage.aliases.list(storage.collection(params.name).name) })),
  );
  server.post("/collections/aliases", ({ body }) =>
    answer(async () => {
      const { actions } = take(aliasActions, body);
      for (const action of actions)
        if ("create_alias" in action) storage.collection(action.create_alias.collection_name);
      await storage.aliases.change(actions);
      return true;
    }),
  );
}

function describe({ config, size }: Collection) {
  return {
    status: "green",
    optimizer_status: "ok",
    indexed_vectors_count: 0,
    points_count: size,
    segments_count: 1,
    config: {
      params: {
        vectors: config.vectors,
        shard_number: 1,
        replication_factor: 1,
        write_consistency_factor: 1,
        on_disk_payload: true,
      },
      optimizer_config: { flush_interval_sec: config.optimizers_config?.flush_interval_sec ?? 5 },
    },
    payload_schema: {},
  };
}
