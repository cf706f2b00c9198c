import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadApiSettings } from "../../../local/app/api/settings.ts";
import { SettingsError } from "../../../local/app/settings.ts";
import { loadWorkerSettings } from "../../../local/app/worker/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-settings-"));
after(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const valid = () => ({
  MONGO_PASSWORD_FILE: file("mongo", "m-secret\n"),
  REDIS_PASSWORD_FILE: file("redis", " r secret "),
  QDRANT_API_KEY_FILE: file("qdrant", "q-secret"),
  RABBITMQ_PASSWORD_FILE: file("rabbitmq", "rabbit-secret"),
  MINIO_PASSWORD_FILE: file("minio", "minio-secret"),
});

function problemsOf(environment: Record<string, string>): string {
  try {
    loadApiSettings(environment);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message;
  }
  throw new assert.AssertionError({ message: "the settings were accepted" });
}

test("takes passwords from files only, without the newline that editors add", () => {
  const settings = loadApiSettings({ ...valid(), MONGO_PASSWORD: "from the environment" });
  assert.equal(settings.mongo.password, "m-secret");
  assert.equal(settings.redis.password, " r secret ");
});

test("needs nothing but the secret files", () => {
  const settings = loadApiSettings(valid());
  assert.equal(
    settings.mongo.url,
    "mongodb://mongo:27017/kaleem?replicaSet=rs0&directConnection=true&retryWrites=false",
  );
  assert.equal(settings.redis.url, "redis://redis:6379");
  assert.deepEqual([settings.port, settings.mongo.user, settings.drainNoticeMs], [3000, "app", 2000]);
  assert.deepEqual(settings.qdrant, { url: "http://qdrant:6333", apiKey: "q-secret" });
  assert.deepEqual(settings.rabbitmq, {
    url: "amqp://rabbitmq:5672",
    user: "app",
    password: "rabbit-secret",
  });
});

test("names every secret file that is missing or empty, at once", () => {
  const empty = file("empty", "\n");
  const problems = problemsOf({
    ...valid(),
    MONGO_PASSWORD_FILE: empty,
    REDIS_PASSWORD_FILE: join(folder, "none"),
  });
  assert.equal(
    problems,
    `MONGO_PASSWORD_FILE: the secret file ${empty} is empty. Deliver it as a secret file, or point the variable at it.\n` +
      `REDIS_PASSWORD_FILE: cannot read the secret file ${join(folder, "none")} (ENOENT). Deliver it as a secret file, or point the variable at it.`,
  );
});

test("refuses a password in an address, and does not repeat it", () => {
  const problems = problemsOf({ ...valid(), MONGO_URL: "mongodb://app:hunter2@mongo/kaleem" });
  assert.equal(problems, "MONGO_URL: must not carry a user or password; passwords come from a file");
});

test("refuses settings of the wrong kind, all at once", () => {
  const problems = problemsOf({ ...valid(), PORT: "http", REDIS_URL: "redis.example", LOG_LEVEL: "loud" });
  assert.match(problems, /^PORT: Invalid input: expected number/m);
  assert.match(problems, /^REDIS_URL: expected an address such as redis:\/\/redis:6379$/m);
  assert.match(problems, /^LOG_LEVEL: Invalid option/m);
});

test("a worker leaves without notice, since nobody sends it requests, and refuses a prefetch of none", () => {
  const secrets = {
    RABBITMQ_PASSWORD_FILE: file("worker-rabbitmq", "a"),
    MINIO_PASSWORD_FILE: file("worker-minio", "b"),
  };
  const { port, drainNoticeMs, minio } = loadWorkerSettings(secrets);
  assert.deepEqual([port, drainNoticeMs, minio.bucket], [9101, 0, "receipts"]);
  assert.throws(
    () => loadWorkerSettings({ ...secrets, PREFETCH: "0" }),
    /^SettingsError: PREFETCH: Too small: expected number to be >=1$/,
  );
});
