import { application } from "../application.ts";
import { defineStateless } from "../definition.ts";

/** Orders over HTTP. Keeps nothing: the stores do, all of which an order touches. */
export const api = defineStateless({
  name: "api",
  image: "api",
  ...application("api", "http://127.0.0.1:3000/api/health"),
  ports: { http: 3000 },
  metrics: { port: "http", path: "/metrics" },
  env: {
    PORT: "3000",
    // One member and no driver-side retries: an order that was not confirmed is not acknowledged either.
    MONGO_URL: "mongodb://mongo:27017/kaleem?replicaSet=rs0&directConnection=true&retryWrites=false",
    REDIS_URL: "redis://redis:6379",
    REDIS_USER: "app",
    QDRANT_URL: "http://qdrant:6333",
    RABBITMQ_URL: "amqp://rabbitmq:5672",
    EMBEDDING_URL: "http://embedding:8000",
  },
  secrets: {
    "mongo-password": "mongo-app-password",
    "redis-password": "redis-app-password",
    "qdrant-api-key": "qdrant-api-key",
    "rabbitmq-password": "rabbitmq-app-password",
  },
  logins: {
    MONGO_USER: { user: "app", secret: "mongo-app-password" },
    RABBITMQ_USER: { user: "app", secret: "rabbitmq-app-password" },
  },
  // Its health says no until vectors can be made, and with it the roll-out of its first start.
  needs: ["embedding"],
  limits: { memory: "256MiB", cpus: 1 },
  replicas: 2,
  recovery: "none: rebuilt from its image; all its data is in the stores",
});
