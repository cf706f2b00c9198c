import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { secretKeys } from "../../../components/config/secret-keys.ts";
import { nginx } from "../../../components/edge/nginx.ts";
import { catalog, sampleApplications } from "../../catalog/sample-catalog.ts";
import { type ServiceDefinition, isApplication } from "../../../catalog/definition.ts";
import { valueOf } from "./value-of.ts";

/** One resource as the program declares it, with the options that only the wire shows. */
export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly parent: string;
  readonly provider: string;
  readonly dependencies: readonly string[];
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly secretOutputs: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly retainOnDelete: boolean;
  /** What is to be adopted instead of made; empty for nothing. */
  readonly importId: string;
}

export const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKT0fi8G0pnem2cYaJNyX3xxuvTLjvR6bEwWAe7mwHrz";
const digest = `sha256:${"a".repeat(64)}`;

/** Secret values that must never show up in plain text. */
export const secrets: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(secretKeys(catalog)).flatMap(([key, { form }]) => {
    if (form === "privateKey") return [];
    if (form === "url") return [[key, `https://plain.example.com/${key}`]];
    return [[key, form === "keyfile" ? "plainMongoKeyfile" : `plain-${key}`]];
  }),
);

/** A whole, valid configuration, in texts as the engine hands it over. */
export function validValues(folder = writeFiles()): Record<string, string> {
  const structured = {
    host: {
      kind: "ssh",
      address: "127.0.0.1",
      port: 20010,
      user: "root",
      hostKey,
      privateKeyFile: join(folder, "key"),
      knownHostsFile: join(folder, "known_hosts"),
      insecureRegistries: ["10.200.1.4:5000"],
    },
    dataVolume: { kind: "loop", sizeGiB: 8 },
    offsite: { endpoint: "http://10.200.1.3:9000", bucket: "kaleem-backup", prefix: "", region: "us-east-1" },
    backups: {
      pointEvery: "5m",
      shipEvery: "15m",
      pauseLimit: "2s",
      shipTimeout: "4m",
      keep: { within: "48h", daily: 7, weekly: 4, monthly: 6 },
    },
    services: {
      ...Object.fromEntries(
        catalog
          .filter((definition) => !isApplication(definition))
          .map((definition) => [definition.name, limitsOf(definition)]),
      ),
      mongo: { memory: "1GiB", cpus: 1 },
      redis: { memory: "512MiB", cpus: 0.5 },
    },
    applications: { ...sampleApplications, api: { ...sampleApplications["api"], replicas: 3 } },
    edge: { serverName: "localhost", tls: { kind: "self-signed" }, maxBody: "10MiB" },
    monitoring: {
      page: { kind: "pagerduty" },
      chat: { kind: "slack" },
      mail: {
        server: "smtp.example.com:587",
        from: "kaleem@example.com",
        to: "ops@example.com",
        user: "kaleem@example.com",
      },
      heartbeat: { kind: "webhook" },
      pings: { kind: "healthchecks" },
      runbooks: "https://docs.example.com/runbooks",
    },
  };
  return {
    ...Object.fromEntries(Object.entries(structured).map(([key, value]) => [key, JSON.stringify(value)])),
    imageLock: join(folder, "images.lock.json"),
    closed: "false",
    ...secrets,
  };
}

/** What a definition says of itself, with what may be switched off switched on. */
function limitsOf(definition: ServiceDefinition): object {
  return {
    ...definition.limits,
    ...(definition.optional === undefined ? {} : { enabled: true }),
  };
}

function writeFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-program-"));
  writeFileSync(join(folder, "key"), "PLAIN PRIVATE KEY", { mode: 0o600 });
  writeFileSync(join(folder, "known_hosts"), `[127.0.0.1]:20010 ${hostKey}\n`);
  writeFileSync(join(folder, "stack.yaml"), "config: {}\n");
  const image = (key: string) => ({
    ref: `10.200.1.4:5000/kaleem/${key}@${digest}`,
    version: "1",
    source: "stand-in",
  });
  const lock = Object.fromEntries([...catalog, nginx].map(({ image: key }) => [key, image(key)]));
  writeFileSync(join(folder, "images.lock.json"), JSON.stringify(lock));
  process.env["KALEEM_STACK_FILE"] = join(folder, "stack.yaml");
  return folder;
}

/**
 * Runs the whole program without an engine and returns what it declares. Once per process: modules load once.
 * @param decision what the host's agent answers when it is asked what becomes of the data root
 * @param secretNames keys of `values` that are encrypted in the file
 */
export async function runProgram(
  values: Record<string, string>,
  stack = "local",
  decision = "",
  secretNames: readonly string[] = [...Object.keys(secrets), "edge-tls-key"],
): Promise<{ declared: Declared[]; outputs: unknown }> {
  const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`kaleem:${key}`, value]));
  const secretKeys = secretNames.map((key) => `kaleem:${key}`);
  process.env["PULUMI_CONFIG_SECRET_KEYS"] = JSON.stringify(secretKeys);
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs, type }) => ({
        id: `${name}-id`,
        state: {
          ...(inputs as object),
          ...(type.startsWith("docker:") ? { name: `${name}-name` } : {}),
          ...(name === "lineage-decision" ? { stdout: decision } : {}),
          ...(type === "random:index/randomId:RandomId" ? { hex: "c0ffee" } : {}),
          ...(type.startsWith("cloudflare:index/accountToken") ? { value: `plain-${name}` } : {}),
        },
      }),
      call: () => ({}),
    },
    "kaleem",
    stack,
    false,
  );
  pulumi.runtime.setAllConfig(config, secretKeys);
  const declared: Declared[] = [];
  capture(declared);
  const program = (await import("../../../index.ts")) as { outputs: unknown };
  await settled(declared, Object.hasOwn(values, "account") ? ["guard"] : lastOfPlatform);
  return { declared, outputs: program.outputs };
}

/** What is next, of the outputs of a program that has run. */
export function settledNext(outputs: unknown): Promise<string | null> {
  return valueOf((outputs as { readonly next: pulumi.Output<string | null> }).next);
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getDependenciesList(): string[];
  getProtect(): boolean | undefined;
  getDeletebeforereplace(): boolean;
  getAdditionalsecretoutputsList(): string[];
  getIgnorechangesList(): string[];
  getRetainondelete(): boolean | undefined;
  getImportid(): string;
}

/** The mocks see inputs only; parents and options are on the request to the engine. */
function capture(declared: Declared[]): void {
  const runtime = pulumi.runtime as unknown as {
    getMonitor(): { registerResource(request: Request, callback: unknown): unknown };
  };
  const monitor = runtime.getMonitor();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    declared.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject().toJavaScript(),
      parent: request.getParent(),
      provider: request.getProvider(),
      dependencies: request.getDependenciesList(),
      protect: request.getProtect() ?? false,
      deleteBeforeReplace: request.getDeletebeforereplace(),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      ignoreChanges: request.getIgnorechangesList(),
      retainOnDelete: request.getRetainondelete() ?? false,
      importId: request.getImportid(),
    });
    return register(request, callback);
  };
}

/** What waits for all else: once these are declared, everything is. */
const lastOfPlatform = ["backups-point-timer-content", "backups-ship-timer-content", "nginx-service"];

/** Registration goes on after the program's last line, and has no end that could be awaited. */
async function settled(declared: readonly Declared[], last: readonly string[]): Promise<void> {
  const deadline = Date.now() + 30_000;
  const missing = () => last.filter((name) => declared.every((each) => each.name !== name));
  while (missing().length > 0) {
    if (Date.now() > deadline) throw new Error(`the program never declared ${missing().join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
