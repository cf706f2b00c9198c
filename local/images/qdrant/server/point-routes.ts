import type { FastifyInstance } from "fastify";
import { answer, take } from "./answer.ts";
import { type Collection, compareIds, type Held, type Hit } from "./collection.ts";
import { type Operation, pointId } from "./point.ts";
import type { CheckQuotas } from "./quotas.ts";
import { QdrantError } from "./qdrant-error.ts";
import { requests, writing } from "./requests.ts";
import type { Storage } from "./storage.ts";

interface Named {
  Params: { name: string };
}
interface Shown {
  readonly with_payload: boolean;
  readonly with_vector: boolean;
}

/** Points of a collection: written, read, counted, found. */
export function addPointRoutes(server: FastifyInstance, storage: Storage, checkQuotas?: CheckQuotas): void {
  const points = "/collections/:name/points";
  const change = (name: string, query: unknown, operation: () => Operation) =>
    answer(async () => {
      const { wait } = take(writing, query);
      // Whether or not the client waits, it is on disk before the answer: more than Qdrant promises without `wait`.
      const operation_id = await storage.collection(name).change(operation());
      return { operation_id, status: wait ? "completed" : "acknowledged" };
    });
  server.put<Named>(points, async ({ params, query, body }) => {
    await checkQuotas?.();
    return change(params.name, query, () => ({ upsert: take(requests.upsert, body).points }));
  });
  server.post<Named>(`${points}/delete`, ({ params, query, body }) =>
    change(params.name, query, () => ({ delete: take(requests.delete, body).points })),
  );
  server.get<{ Params: { name: string; id: string } }>(`${points}/:id`, ({ params }) =>
    answer(() => {
      const id = take(pointId, /^\d+$/.test(params.id) ? Number(params.id) : params.id);
      const held = storage.collection(params.name).get(id);
      if (held === undefined) throw QdrantError.notFound(`Point with id ${id} does not exists!`);
      return show(held, { with_payload: true, with_vector: true });
    }),
  );
  server.post<Named>(points, ({ params, body }) =>
    answer(() => {
      const wanted = take(requests.retrieve, body);
      const collection = storage.collection(params.name);
      return wanted.ids.flatMap((id) => {
        const held = collection.get(id);
        return held === undefined ? [] : [show(held, wanted)];
      });
    }),
  );
  server.post<Named>(`${points}/count`, ({ params, body }) =>
    answer(() => {
      take(requests.count, body);
      return { count: storage.collection(params.name).size };
    }),
  );
  server.post<Named>(`${points}/scroll`, ({ params, body }) =>
    answer(() => scroll(storage.collection(params.name), body)),
  );
  addSearchRoutes(server, storage, points);
}

function addSearchRoutes(server: FastifyInstance, storage: Storage, points: string): void {
  server.post<Named>(`${points}/search`, ({ params, body }) =>
    answer(() => {
      const { vector, limit, offset, ...shown } = take(requests.search, body);
      return storage
        .collection(params.name)
        .search(vector, limit, offset)
        .map((hit) => showHit(hit, shown));
    }),
  );
  server.post<Named>(`${points}/query`, ({ params, body }) =>
    answer(() => {
      const { query, limit, offset, ...shown } = take(requests.query, body);
      const hits = storage.collection(params.name).search(query, limit, offset);
      return { points: hits.map((hit) => showHit(hit, shown)) };
    }),
  );
}

function scroll(collection: Collection, body: unknown) {
  const { offset, limit, ...shown } = take(requests.scroll, body);
  const from = offset ?? null;
  const rest = collection.sorted().filter(({ point }) => from === null || compareIds(point.id, from) >= 0);
  return {
    points: rest.slice(0, limit).map((held) => show(held, shown)),
    next_page_offset: rest[limit]?.point.id ?? null,
  };
}

function show({ point, unit }: Held, { with_payload, with_vector }: Shown) {
  return {
    id: point.id,
    ...(with_payload ? { payload: point.payload ?? {} } : {}),
    ...(with_vector ? { vector: [...unit] } : {}),
  };
}

function showHit(hit: Hit, shown: Shown) {
  const { id, ...rest } = show(hit, shown);
  return { id, version: hit.version, score: hit.score, ...rest };
}
