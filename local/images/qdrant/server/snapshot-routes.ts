import type { FastifyInstance } from "fastify";
import { answer, take } from "./answer.ts";
import { QdrantError } from "./qdrant-error.ts";
import { requests, uploading } from "./requests.ts";
import type { Snapshots } from "./snapshots.ts";

interface Named {
  Params: { name: string };
}
interface OfSnapshot {
  Params: { name: string; snapshot: string };
}

/** A snapshot is held in memory while it is read; enough for what a stand-in holds. */
const uploadLimitBytes = 512 * 1024 * 1024;

/** Snapshots of collections. Those of the whole storage are not here: only a start of the real server reads them. */
export function addSnapshotRoutes(server: FastifyInstance, snapshots: Snapshots): void {
  const path = "/collections/:name/snapshots";
  server.addContentTypeParser(
    "multipart/form-data",
    { parseAs: "buffer", bodyLimit: uploadLimitBytes },
    (_request, body, done) => {
      done(null, body);
    },
  );
  server.get<Named>(path, ({ params }) => answer(() => snapshots.list(params.name)));
  server.post<Named>(path, ({ params }) => answer(() => snapshots.create(params.name)));
  server.get<OfSnapshot>(`${path}/:snapshot`, async ({ params }, reply) =>
    reply.type("application/octet-stream").send(await snapshots.read(params.name, params.snapshot)),
  );
  server.delete<OfSnapshot>(`${path}/:snapshot`, ({ params }) =>
    answer(async () => {
      await snapshots.delete(params.name, params.snapshot);
      return true;
    }),
  );
  server.put<Named>(`${path}/recover`, ({ params, body }) =>
    answer(async () => {
      const { location, checksum } = take(requests.recover, body);
      const content = await snapshots.readLocation(location);
      await snapshots.recover(params.name, { content, ...(checksum === undefined ? {} : { checksum }) });
      return true;
    }),
  );
  server.post<Named>(`${path}/upload`, ({ params, query, body, headers }) =>
    answer(async () => {
      const { checksum } = take(uploading, query);
      const content = await uploaded(body, headers["content-type"] ?? "");
      await snapshots.recover(params.name, { content, ...(checksum === undefined ? {} : { checksum }) });
      return true;
    }),
  );
}

/** The file in the form's field `snapshot`. */
async function uploaded(body: unknown, type: string): Promise<Buffer> {
  if (!Buffer.isBuffer(body)) throw QdrantError.wrongInput("expected multipart/form-data");
  // Deprecated for servers because it holds the whole form in memory, which a snapshot here is anyway.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const file = form.get("snapshot");
  if (file === null || typeof file === "string")
    throw QdrantError.wrongInput("expected a file in field snapshot");
  return Buffer.from(await file.arrayBuffer());
}
