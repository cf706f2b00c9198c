import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "../../catalog/catalog.ts";

const known = (store: string) => {
  const definition = catalog.find(({ name }) => name === store);
  assert.ok(definition?.kind === "stateful");
  return definition.recovery.follows;
};

/** Store, version of the data, version that runs, and why not. */
const cases: readonly (readonly [store: string, held: string, present: string, why: RegExp | null])[] = [
  ["rabbitmq", "3.13.7", "4.0.2", null],
  ["rabbitmq", "3.13.7", "4.2.0", null],
  ["rabbitmq", "4.2.1", "4.3.6", null],
  ["rabbitmq", "4.3.1", "4.3.6", null],
  ["rabbitmq", "4.3.6", "4.4.0", null],
  [
    "rabbitmq",
    "3.10.8",
    "4.0.2",
    /^RabbitMQ 4\.0 requires feature flags that only 3\.13 can have enabled, and/,
  ],
  ["rabbitmq", "3.13.7", "4.3.6", /^RabbitMQ 4\.3 requires feature flags that only 4\.2 can/],
  ["rabbitmq", "3.11.0", "3.13.0", /that only 3\.12 can/],
  ["rabbitmq", "4.2.0", "4.4.0", /that only 4\.3 can/],
  ["rabbitmq", "4.3.6", "5.0.0", /^these are two major versions/],
  ["rabbitmq", "4.3.6", "4.3.5", /^an older RabbitMQ does not read/],
  ["mongo", "8.0.3", "8.0.3", null],
  ["mongo", "8.0.3", "8.2.1", null],
  ["mongo", "7.0.30", "8.0.3", null],
  ["mongo", "4.4.29", "5.0.1", null],
  ["mongo", "4.0.28", "4.2.1", null],
  ["mongo", "5.0.1", "8.0.3", /^MongoDB goes one major version at a time/],
  ["mongo", "4.2.1", "5.0.1", /^MongoDB goes one major version at a time/],
  ["mongo", "8.0.3", "7.0.30", /^an older MongoDB does not read what a newer one has written$/],
  ["mongo", "1.24.0", "1.25.0", null],
  ["mongo", "1.24.0", "8.0.3", /^these are two major versions, of which no step/],
  ["redis", "7.0.15", "8.0.6", null],
  ["redis", "6.2.0", "8.0.6", null],
  ["redis", "8.0.6", "7.4.0", /^an older Redis/],
  ["qdrant", "1.15.0", "1.19.0", null],
  ["qdrant", "v1.19.0", "1.18.2", /^an older Qdrant/],
  ["minio", "2025.9.7.16.13.9", "2025.9.7.16.13.9", null],
  ["minio", "2025.9.7", "2024.12.18", /^an older MinIO/],
  ["n8n", "1.99.0", "2.41.3", null],
  ["n8n", "2.41.3", "2.41.2", /^an older n8n/],
  ["n8n", "unstable", "2.41.3", /^which of the two versions is the newer cannot be told$/],
  ["n8n", "unstable", "unstable", null],
];
for (const [store, held, present, why] of cases) {
  test(`${store}: ${present} ${why === null ? "starts on" : "is refused"} data of ${held}`, () => {
    const answer = known(store)(held, present);
    if (why === null) assert.equal(answer, null);
    else assert.match(answer ?? "", why);
  });
}

test("every store starts on its own version, whatever it is called", () => {
  for (const definition of catalog)
    if (definition.kind === "stateful")
      for (const version of ["8.0.3", "1.0-custom", "unstable", ""])
        assert.equal(definition.recovery.follows(version, version), null, `${definition.name} ${version}`);
});
