import assert from "node:assert/strict";
import { before, test } from "node:test";
import { nginx } from "../../components/edge/nginx.ts";
import { stackOutputsSchema } from "../../contract/outputs.ts";
import { catalog } from "../catalog/sample-catalog.ts";
import { fingerprint, loginName } from "../../catalog/login-name.ts";
import { workingAgent } from "../../components/agent/working-agent.ts";
import { valueOf } from "./support/value-of.ts";
import * as pulumi from "@pulumi/pulumi";
import { type Declared, hostKey, runProgram, secrets, settledNext, validValues } from "./support/program.ts";

let declared: readonly Declared[] = [];
let outputs: unknown;

before(async () => {
  ({ declared, outputs } = await runProgram({ ...validValues(), closed: "true" }));
});

const ofType = (type: string) => declared.filter((each) => each.type === type);
const commands = () => declared.filter(({ type }) => type.startsWith("command:remote:"));
const services = () => ofType("docker:index/service:Service");
const named = (name: string): Declared => {
  const found = declared.find((each) => each.name === name);
  assert.ok(found, `${name} is declared`);
  return found;
};
/** Marks a secret on the wire. */
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

/** Texts outside of values that are marked secret. */
function plain(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if (Object.values(value).includes(secretMark)) return [];
  return Object.values(value).flatMap(plain);
}

test("no secret is in any input in plain text, in whatever coding", () => {
  const everything = declared.flatMap(({ inputs }) => plain(inputs)).join("\n");
  for (const value of [...Object.values(secrets), "PLAIN PRIVATE KEY"]) {
    assert.ok(!everything.includes(value), value);
    assert.ok(!everything.includes(Buffer.from(value).toString("base64")), value);
  }
});

test("every secret reaches the machine", () => {
  const everything = JSON.stringify(declared.map(({ inputs }) => inputs));
  for (const value of Object.values(secrets)) {
    assert.ok(
      everything.includes(value) || everything.includes(Buffer.from(value).toString("base64")),
      value,
    );
  }
});

test("whatever is done on the host is done again on a host with another key", () => {
  assert.ok(commands().length > 10);
  for (const { name, inputs } of commands()) {
    const triggers = inputs["triggers"] as unknown[];
    assert.equal(triggers[0], hostKey, name);
  }
});

test("every command goes to the pinned host", () => {
  for (const { name, inputs } of commands()) {
    const connection = inputs["connection"] as Record<string, unknown>;
    const host = (connection["value"] ?? connection) as Record<string, unknown>;
    assert.equal(host["hostKey"], hostKey, name);
  }
});

test("the ssh client under Docker takes the stack's key and the pinned host, and nothing of the user's", () => {
  const [provider] = ofType("pulumi:providers:docker");
  const options = JSON.parse(String(provider?.inputs["sshOpts"])) as string[];
  for (const option of ["IdentitiesOnly=yes", "StrictHostKeyChecking=yes", "BatchMode=yes"])
    assert.ok(options.includes(option), option);
  assert.deepEqual(options.slice(0, 3), ["-F", "none", "-i"]);
  assert.equal(provider?.inputs["host"], "ssh://root@127.0.0.1:20010");
});

test("every Docker resource goes to this host's Docker", () => {
  const resources = declared.filter(({ type }) => type.startsWith("docker:"));
  assert.ok(resources.length > 10);
  for (const { name, provider } of resources)
    assert.match(provider, /pulumi:providers:docker::host-docker::/, name);
});

test("only the edge answers from outside, and only on 80 and 443", () => {
  const published = services().flatMap(({ name, inputs }) => {
    const endpoint = inputs["endpointSpec"] as {
      mode: string;
      ports?: { publishedPort: number; publishMode: string }[];
    };
    assert.equal(endpoint.mode, "dnsrr");
    return (endpoint.ports ?? []).map(
      ({ publishedPort, publishMode }) => `${name} ${publishMode} ${publishedPort}`,
    );
  });
  assert.deepEqual(published, ["nginx-service host 80", "nginx-service host 443"]);
});

test("a closed stack has its stores, its edge and its monitoring, and no application", () => {
  const counts = services().map(({ name, inputs }) => {
    const { replicated } = inputs["mode"] as { replicated: { replicas: number } };
    return `${name} ${replicated.replicas}`;
  });
  const wanted = [...catalog, nginx].map((definition) => {
    const down = definition.kind === "stateless" && definition.runsClosed !== true && definition !== nginx;
    return `${definition.name}-service ${down ? 0 : 1}`;
  });
  assert.deepEqual(counts.sort(), wanted.sort());
  assert.ok(counts.includes("api-service 0") && counts.includes("prometheus-service 1"));
});

test("stores are set up before applications start, and by an agent that is there", () => {
  const ready = named("services-stores-ready");
  const waitsFor = (resource: Declared) => resource.dependencies.map((urn) => urn.split("::").at(-1));
  for (const first of ["mongo-service", "redis-service", "agent-program", "agent-config-content"]) {
    assert.ok(waitsFor(ready).includes(first), first);
  }
  assert.ok(waitsFor(named("api-service")).includes("services-stores-ready"));
  assert.ok(waitsFor(named("mongo-service")).includes("host-baseline-system"));
  assert.ok(waitsFor(named("nginx-service")).includes("edge-configuration-content"));
});

test("stores are set up again when one of their passwords changes", () => {
  const triggers = named("services-stores-ready").inputs["triggers"] as unknown[];
  for (const id of ["mongo-root-password-id", "redis-password-id"]) assert.ok(triggers.includes(id), id);
  const users = ["mongo-app-password", "mongo-backup-password", "redis-app-password"];
  for (const key of [...users, "rabbitmq-app-password", "minio-app-password"])
    assert.ok(triggers.includes(fingerprint(secrets[key] ?? "")), key);
});

test("a user's password restarts no store: its task does not have it", () => {
  const files = (name: string): unknown[] => {
    const spec = named(name).inputs["taskSpec"] as { containerSpec: { secrets: { fileName: string }[] } };
    return spec.containerSpec.secrets.map(({ fileName }) => fileName).sort();
  };
  assert.deepEqual(files("mongo-service"), ["keyfile", "root-password"]);
  assert.deepEqual(files("redis-service"), ["password"]);
  assert.deepEqual(files("rabbitmq-service"), ["admin-password", "erlang-cookie"]);
  assert.deepEqual(files("minio-service"), ["root-password"]);
  assert.match(
    String(named("services-mongo-app-password-content").inputs["create"]),
    /users\/mongo-app-password/,
  );
});

test("former passwords are taken away last: once applications run with the present ones", () => {
  const retire = named("services-former-logins");
  const after = retire.dependencies.map((urn) => urn.split("::").at(-1));
  assert.ok(after.includes("api-service"), after.join(", "));
  assert.match(String(retire.inputs["create"]), /kaleem-agent retire-logins/);
});

test("an application logs in by a name that changes with the password, and gives nothing of it away", () => {
  const env = (name: string): Record<string, string> => {
    const { containerSpec } = named(`${name}-service`).inputs["taskSpec"] as {
      containerSpec: { env: Record<string, string> };
    };
    return containerSpec.env;
  };
  for (const [name, variable, key] of [
    ["api", "MONGO_USER", "mongo-app-password"],
    ["api", "RABBITMQ_USER", "rabbitmq-app-password"],
    ["worker-1", "RABBITMQ_USER", "rabbitmq-app-password"],
    ["worker-2", "MINIO_USER", "minio-app-password"],
    ["webhooks", "RABBITMQ_USER", "rabbitmq-app-password"],
  ] as const) {
    assert.match(env(name)[variable] ?? "", /^app-[0-9a-f]{8}$/);
    assert.equal(env(name)[variable], loginName("app", secrets[key] ?? ""), `${name} ${variable}`);
  }
  assert.equal(env("api")["REDIS_USER"], "app");
});

test("a store is stopped before its successor starts; an application's successor starts first", () => {
  const order = (name: string) => (named(name).inputs["updateConfig"] as { order: string }).order;
  assert.equal(order("mongo-service"), "stop-first");
  assert.equal(order("redis-service"), "stop-first");
  assert.equal(order("nginx-service"), "stop-first");
  assert.equal(order("api-service"), "start-first");
});

test("every service runs an image by digest, stops with grace and restarts with a delay", () => {
  for (const { name, inputs } of services()) {
    const { containerSpec, restartPolicy } = inputs["taskSpec"] as {
      containerSpec: { image: string; stopGracePeriod: string; init: boolean };
      restartPolicy: { delay: string };
    };
    assert.match(containerSpec.image, /@sha256:[0-9a-f]{64}$/, name);
    assert.match(containerSpec.stopGracePeriod, /\d/, name);
    assert.equal(containerSpec.init, true, name);
    assert.match(restartPolicy.delay, /[1-9]/, name);
  }
});

test("no container can change its image or has a right of root's that its definition does not name", () => {
  const definitions = new Map(
    [...catalog, nginx].map((definition) => [`${definition.name}-service`, definition]),
  );
  for (const { name, inputs } of services()) {
    const { containerSpec } = inputs["taskSpec"] as { containerSpec: Record<string, unknown> };
    const definition = definitions.get(name);
    assert.equal(containerSpec["readOnly"], definition?.writableRoot === undefined, name);
    assert.deepEqual(containerSpec["capDrops"], ["ALL"], name);
    assert.deepEqual(containerSpec["capAdds"] ?? [], [...(definition?.capabilities ?? [])].sort(), name);
    assert.ok(!JSON.stringify(containerSpec["mounts"] ?? []).includes("docker.sock"), name);
  }
});

test("what carries a file prints nothing and removes the old one before the new one", () => {
  const files = commands().filter(({ name }) => name.endsWith("-content"));
  assert.ok(files.length > 8);
  for (const { name, inputs, deleteBeforeReplace, secretOutputs } of files) {
    assert.equal(inputs["logging"], "none", name);
    assert.ok(deleteBeforeReplace, name);
    assert.ok(secretOutputs.includes("stdout") && secretOutputs.includes("stderr"), name);
  }
});

test("secrets can rotate: none has a fixed name in Swarm", () => {
  for (const { name, inputs } of [
    ...ofType("docker:index/secret:Secret"),
    ...ofType("docker:index/serviceConfig:ServiceConfig"),
  ]) {
    assert.equal(inputs["name"], undefined, name);
  }
});

test("everything has a parent but the nine parts that platform.ts names", () => {
  const roots = declared.filter(({ parent }) => parent === "" || parent.includes("pulumi:pulumi:Stack"));
  assert.deepEqual(roots.map(({ name }) => name).sort(), [
    "agent",
    "backups",
    "before-update",
    "edge",
    "host",
    "lineage",
    "monitoring",
    "offsite",
    "services",
  ]);
});

test("a point is taken before any image changes: every service waits for it, and every image is its trigger", () => {
  const [point] = declared.filter(({ name }) => name === "before-update-point");
  assert.equal(point?.inputs["create"], "/usr/local/bin/kaleem-agent point --before-update");
  const triggers = point.inputs["triggers"] as string[];
  for (const { name, inputs, dependencies } of ofType("docker:index/service:Service")) {
    const spec = inputs["taskSpec"] as { containerSpec: { image: string } };
    assert.ok(triggers.includes(spec.containerSpec.image), name);
    if (name === "nginx-service") continue; // It waits for the services.
    assert.ok(
      dependencies.some((urn) => urn.endsWith("::before-update-point")),
      `${name} waits for the point`,
    );
  }
});

test("the agent works before any service is declared: a lost platform's data are fetched meanwhile", () => {
  const needed = workingAgent("agent").map(named);
  const waitsFor = needed.flatMap(({ dependencies }) => dependencies.map((urn) => urn.split("::").at(-1)));
  assert.ok(waitsFor.includes("host-baseline-system"));
  for (const name of waitsFor)
    assert.match(name ?? "", /^(host-baseline|agent)-/, "nothing of services or edge");
});

test("while data have still to be restored nothing is decided about the data root, and the restore is next", async () => {
  assert.ok(declared.every(({ name }) => name !== "lineage-decision"));
  assert.equal(await settledNext(outputs), "./kaleem restore --stack local");
});

test("the outputs are what the operator's commands expect, without a secret", async () => {
  const all: unknown = await valueOf(pulumi.output(outputs));
  const parsed = stackOutputsSchema.parse(all);
  assert.equal(parsed.closed, true);
  assert.equal(parsed.next, "./kaleem restore --stack local");
  const told = parsed.services.map(({ name, replicas }) => `${name} ${replicas}`);
  assert.equal(told.length, catalog.length + 1);
  for (const line of ["mongo 1", "redis 1", "api 0", "prometheus 1", "nginx 1"])
    assert.ok(told.includes(line), line);
  for (const value of Object.values(secrets)) assert.ok(!JSON.stringify(all).includes(value));
});
