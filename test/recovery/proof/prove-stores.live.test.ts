import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { minio } from "../../../catalog/minio/minio.ts";
import { mongo } from "../../../catalog/mongo/mongo.ts";
import { qdrant } from "../../../catalog/qdrant/qdrant.ts";
import { rabbitmq } from "../../../catalog/rabbitmq/rabbitmq.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { minioImage } from "../../../local/images/minio/image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { qdrantImage } from "../../../local/images/qdrant/image.ts";
import { rabbitmqImage } from "../../../local/images/rabbitmq/image.ts";
import { provePoint } from "../../../recovery/proof/prove-point.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { StoreContainers } from "../../catalog/support/store-container.ts";
import { point, ProofFixture } from "./proof-fixture.ts";
// In this process, one after the other: a proof removes what an earlier one left on its host, by a label that all have.
import "./prove-redis.ts";
import "./restore-test-redis.ts";

const containers = await StoreContainers.open("prove-stores");
after(() => containers.remove());

/** Every store with data of before a rotation: what it then logs in with differs from what its files know. */
const trials: readonly {
  readonly definition: StatefulDefinition;
  readonly image: Parameters<typeof localImage>[0];
  /** Where the store's files keep the administrator's, a maintenance start is what opens them. */
  readonly rotated: readonly string[];
}[] = [
  { definition: mongo, image: mongoImage, rotated: ["root-password", "backup-password"] },
  { definition: rabbitmq, image: rabbitmqImage, rotated: ["admin-password"] },
  { definition: minio, image: minioImage, rotated: ["root-password"] },
  { definition: qdrant, image: qdrantImage, rotated: ["api-key"] },
];

for (const { definition, image: built, rotated } of trials)
  test(`a point of a running ${definition.name} of before a rotation is proven, with its network name alone`, async () => {
    const image = (await localImage(built, silentProgress)).reference;
    const names = Object.keys({ ...definition.secrets, ...definition.userSecrets });
    const secrets = Object.fromEntries(names.map((name) => [name, `Secret.of-${name}-0123456789`]));
    const fixture = new ProofFixture(definition, image, {
      ...secrets,
      ...Object.fromEntries(rotated.map((name) => [name, `Another.${name}-0123456789`])),
    });
    try {
      const volume = await containers.volume();
      const live = await containers.create(definition, image, volume, secrets);
      await live.start();
      await live.use((client) => definition.recovery.setup(client));
      await live.use((client) => definition.recovery.canary.write(client, point));
      await delay(1_500);
      await fixture.take(live, volume);
      const record = await provePoint(fixture.ports());
      assert.deepEqual([record.ok, record.problems], [true, []]);
      const { inventory } = record.stores[definition.name] ?? assert.fail("it is not in the record");
      assert.ok(Object.keys(inventory.entries).length > 0);
      await fixture.nothingIsLeft();
    } finally {
      fixture.remove();
    }
  });
