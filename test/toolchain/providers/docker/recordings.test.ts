import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { networkType } from "../../../../toolchain/providers/docker/network.ts";
import { networkSchema } from "../../../../toolchain/providers/docker/schema/network.ts";
import { secretSchema } from "../../../../toolchain/providers/docker/schema/secret.ts";
import { serviceConfigSchema } from "../../../../toolchain/providers/docker/schema/service-config.ts";
import { serviceSchema } from "../../../../toolchain/providers/docker/schema/service.ts";
import { secretType } from "../../../../toolchain/providers/docker/secret.ts";
import { serviceConfigType } from "../../../../toolchain/providers/docker/service-config.ts";
import { serviceType } from "../../../../toolchain/providers/docker/service/service-type.ts";
import { recordedCalls } from "../recorded-calls.ts";
import { comparable, replay } from "./replay.ts";
import type { RecordedCall } from "../recorded-calls.ts";

const noDocker = (): never => {
  throw new Error("Docker was asked, though nothing may be");
};

/** The official plugin names the property after the one at fault; the stand-in names that one itself. */
const wrongPlaces = new Map([
  ["healthcheck.retries", "healthcheck.interval"],
  ["dnsConfig.options", "dnsConfig.nameservers"],
]);

function expected(call: RecordedCall): unknown {
  let text = JSON.stringify(call.response);
  if (call.response["failures"] !== undefined)
    for (const [theirs, right] of wrongPlaces) text = text.replace(theirs, right);
  return comparable(call, JSON.parse(text) as RecordedCall["response"]);
}

for (const { type, schema, fixture } of [
  { type: networkType(noDocker), schema: networkSchema, fixture: "docker-network.json" },
  { type: secretType(noDocker), schema: secretSchema, fixture: "docker-secret.json" },
  { type: serviceConfigType(noDocker), schema: serviceConfigSchema, fixture: "docker-service-config.json" },
  { type: serviceType(noDocker), schema: serviceSchema, fixture: "docker-service.json" },
]) {
  describe(`${type.token} answers as the official plugin did`, () => {
    for (const [index, call] of recordedCalls(fixture).entries()) {
      it(`${call.method} ${String(index)}: ${call.case}`, async () => {
        assert.deepEqual(comparable(call, await replay(type, schema, call)), expected(call));
      });
    }
  });
}
