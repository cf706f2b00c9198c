import { application } from "../application.ts";
import { defineStateless } from "../definition.ts";

/** Makes vectors of texts. Needs no store and no secret; equal texts give equal vectors on every machine. */
export const embedding = defineStateless({
  name: "embedding",
  image: "embedding",
  ...application("embedding", "http://127.0.0.1:8000/health"),
  ports: { http: 8000 },
  metrics: { port: "http", path: "/metrics" },
  env: { PORT: "8000" },
  limits: { memory: "256MiB", cpus: 1 },
  // One that is replaced starts before the old one leaves; two would double the memory of a model.
  replicas: 1,
  recovery: "none: rebuilt from its image; vectors are kept in Qdrant",
});
