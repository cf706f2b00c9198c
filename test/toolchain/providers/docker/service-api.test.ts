import assert from "node:assert/strict";
import { test } from "node:test";
import { object, type JsonObject } from "../../../../toolchain/providers/docker/api/json.ts";
import { plan } from "../../../../toolchain/providers/docker/plan/plan.ts";
import { canonical } from "../../../../toolchain/providers/docker/plan/zero.ts";
import { serviceSchema } from "../../../../toolchain/providers/docker/schema/service.ts";
import {
  hasRegistry,
  withRegistryImage,
} from "../../../../toolchain/providers/docker/service/registry-lookup.ts";
import { serviceFromApi } from "../../../../toolchain/providers/docker/service/service-from-api.ts";
import { serviceToApi } from "../../../../toolchain/providers/docker/service/service-to-api.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";

const file = { fileUid: "999", fileGid: "999", fileMode: 0o400 };
const full: PropertyMap = {
  name: "svc",
  labels: [{ label: "a", value: "1" }],
  convergeConfig: { delay: "1s", timeout: "2m" },
  mode: { replicated: { replicas: 2 } },
  endpointSpec: {
    mode: "dnsrr",
    ports: [{ name: "web", protocol: "tcp", publishMode: "host", publishedPort: 80, targetPort: 8080 }],
  },
  updateConfig: {
    delay: "1s",
    failureAction: "rollback",
    maxFailureRatio: "0.1",
    monitor: "5s",
    order: "start-first",
    parallelism: 1,
  },
  rollbackConfig: {
    delay: "0s",
    failureAction: "pause",
    maxFailureRatio: "0.0",
    monitor: "5s",
    order: "stop-first",
    parallelism: 2,
  },
  taskSpec: {
    forceUpdate: 3,
    runtime: "container",
    logDriver: { name: "json-file", options: { "max-size": "1m" } },
    networksAdvanceds: [{ id: "net1", aliases: ["db"] }],
    placement: {
      constraints: ["node.labels.data==1"],
      maxReplicas: 1,
      platforms: [{ architecture: "amd64", os: "linux" }],
    },
    resources: { limits: { memoryBytes: 1024, nanoCpus: 5 }, reservation: { memoryBytes: 512 } },
    restartPolicy: { condition: "any", delay: "5s", maxAttempts: 2, window: "1m" },
    containerSpec: {
      image: "r:5000/x@sha256:1",
      args: ["a"],
      capAdds: ["CAP_CHOWN"],
      capDrops: ["ALL"],
      commands: ["/bin/x"],
      configs: [{ configId: "c1", configName: "conf", fileName: "/etc/x", ...file }],
      dir: "/",
      dnsConfig: { nameservers: ["10.0.0.1"] },
      env: { B: "x=y", A: "" },
      groups: ["100"],
      healthcheck: { interval: "5s", retries: 3, startPeriod: "30m", tests: ["CMD", "x"], timeout: "1s" },
      hostname: "db",
      hosts: [{ host: "h", ip: "10.0.0.2" }],
      init: true,
      isolation: "default",
      labels: [{ label: "l", value: "2" }],
      mounts: [
        {
          type: "bind",
          source: "/srv",
          target: "/data",
          readOnly: true,
          bindOptions: { propagation: "rprivate" },
        },
        { type: "tmpfs", target: "/tmp", tmpfsOptions: { mode: 0o700, sizeBytes: 4096 } },
      ],
      readOnly: true,
      secrets: [{ secretId: "s1", secretName: "pw", fileName: "/run/secrets/pw", ...file }],
      stopGracePeriod: "2m",
      stopSignal: "SIGTERM",
      sysctl: { "net.core.somaxconn": "512" },
      user: "999:999",
    },
  },
};

test("loses nothing on the way to Docker and back", () => {
  const planned = plan(serviceSchema.fields, full);
  const spec = serviceToApi(planned);
  const back = serviceFromApi({ Spec: JSON.parse(JSON.stringify(spec)), Endpoint: {} }, planned);
  assert.equal(canonical(back), canonical(planned));
});

test("sends a tmpfs' mode whole and reads its permissions alone, as the official plugin does", () => {
  const mounts = [{ type: "tmpfs", target: "/tmp", tmpfsOptions: { mode: 0o1777 } }];
  const planned = plan(serviceSchema.fields, {
    name: "s",
    taskSpec: { containerSpec: { image: "x", mounts } },
  });
  const spec = JSON.parse(JSON.stringify(serviceToApi(planned))) as JsonObject;
  assert.match(JSON.stringify(spec), /"Mode":1023/);
  assert.match(JSON.stringify(serviceFromApi({ Spec: spec, Endpoint: {} }, planned)), /"mode":511/);
});

test("sends what was left out as the official plugin does: no grace, no healthcheck, Swarm's own restart policy", () => {
  const spec = serviceToApi(
    plan(serviceSchema.fields, { name: "s", taskSpec: { containerSpec: { image: "x" } } }),
  );
  const task = object(spec["TaskTemplate"]);
  const container = object(task["ContainerSpec"]);
  assert.equal(container["StopGracePeriod"], 0);
  assert.deepEqual(container["Healthcheck"], {});
  assert.equal(container["Init"], false);
  assert.deepEqual(task["RestartPolicy"], {});
  assert.deepEqual(spec["Mode"], {});
  assert.equal("UpdateConfig" in spec, false);
});

test("sends 0 for the rest of a restart policy that is given in part", () => {
  const taskSpec = { containerSpec: { image: "x" }, restartPolicy: { condition: "any" } };
  const spec = serviceToApi(plan(serviceSchema.fields, { name: "s", taskSpec }));
  const policy = { Condition: "any", Delay: 0, MaxAttempts: 0, Window: 0 };
  assert.deepEqual(object(spec["TaskTemplate"])["RestartPolicy"], policy);
});

test("refuses a network that is named by neither id nor name", () => {
  const taskSpec = { containerSpec: { image: "x" }, networksAdvanceds: [{ aliases: ["a"] }] };
  const planned = plan(serviceSchema.fields, { name: "s", taskSpec });
  assert.throws(() => serviceToApi(planned), /network 'name' or 'id' must be specified/);
});

test("looks up only images whose name holds a registry", () => {
  assert.equal(hasRegistry("10.0.0.4:5000/kaleem/api@sha256:1"), true);
  assert.equal(hasRegistry("localhost/x:1"), true);
  assert.equal(hasRegistry("library/mongo:8"), false);
  assert.equal(hasRegistry("bb:1"), false);
});

test("keeps a pinned digest, pins a tag, and takes the platforms that the registry names", () => {
  const spec = (image: string) => ({
    TaskTemplate: { ContainerSpec: { Image: image }, Placement: { MaxReplicas: 1 } },
  });
  const found = { digest: "sha256:2", platforms: [{ architecture: "amd64", os: "linux" }] };
  const placement = { MaxReplicas: 1, Platforms: [{ Architecture: "amd64", OS: "linux" }] };
  assert.deepEqual(withRegistryImage(spec("r.io/x@sha256:1"), found), {
    TaskTemplate: { ContainerSpec: { Image: "r.io/x@sha256:1" }, Placement: placement },
  });
  assert.deepEqual(withRegistryImage(spec("r.io/x:1"), found), {
    TaskTemplate: { ContainerSpec: { Image: "r.io/x:1@sha256:2" }, Placement: placement },
  });
  assert.deepEqual(withRegistryImage(spec("r.io/x:1"), undefined), spec("r.io/x:1"));
});
