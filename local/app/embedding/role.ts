import { Counter } from "prom-client";
import { z } from "zod";
import { createHttpServer } from "../http-server.ts";
import type { Server } from "../http-server.ts";
import { createMetrics } from "../metrics.ts";
import type { Metrics } from "../metrics.ts";
import { Readiness } from "../readiness.ts";
import type { RoleMaker } from "../role.ts";
import { readSettings, roleSettings, roleShape } from "../settings.ts";
import { embed } from "./embed.ts";

const environmentSchema = z.object(roleShape({ port: 8000, drainNoticeSeconds: 2 }));

const requestSchema = z.strictObject({ texts: z.array(z.string().max(8_192)).min(1).max(64) });

/** Vectors of texts: `POST /embed {"texts": […]}` gives `{"vectors": […]}`. Needs nothing and keeps nothing. */
export function embeddingRole(environment: Readonly<Record<string, string | undefined>>): RoleMaker {
  return {
    settings: roleSettings(readSettings(environmentSchema, environment)),
    make(log) {
      const metrics = createMetrics("embedding");
      const readiness = new Readiness([]);
      // 64 texts of 8192 characters, each at most 4 bytes long.
      const server = createHttpServer({ readiness, metrics, log, bodyLimitBytes: 4 * 1024 * 1024 });
      addEmbedRoute(server, metrics);
      return { server, readiness, needs: [] };
    },
  };
}

/** Adds `POST /embed` and counts the texts. */
export function addEmbedRoute(server: Server, { registry }: Metrics): void {
  const texts = new Counter({
    name: "kaleem_embedding_texts_total",
    help: "Texts that a vector was made of",
    registers: [registry],
  });
  server.post("/embed", async (request, reply) => {
    const parsed = requestSchema.safeParse(request.body);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
      return reply.code(400).send({ error: `Expected {"texts": [...]}: ${problems.join("; ")}.` });
    }
    texts.inc(parsed.data.texts.length);
    return { vectors: parsed.data.texts.map((text) => embed(text)) };
  });
}
