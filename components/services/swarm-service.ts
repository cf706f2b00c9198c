import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceSettings } from "../config/schema.ts";
import type { Host } from "../host/host.ts";
import { inherited } from "../host/inherited.ts";
import { rootLine } from "../host/root-line.ts";
import { commandLine } from "../text/shell.ts";
import { containerSpec } from "./container-spec.ts";
import type { PlatformFacts, ServiceDefinition } from "../../catalog/definition.ts";
import { deliveredFiles } from "./delivered-files.ts";
import { composed, type ComposedText, isSecret, secretsIn } from "../../catalog/composed-text.ts";
import { bytes } from "../../catalog/quantities.ts";
import { environmentFile, renderEnvironment } from "../../catalog/secret-environment.ts";
import { rollout } from "./rollout.ts";

export interface SwarmServiceArgs {
  readonly host: Host;
  readonly definition: ServiceDefinition;
  /** Limits and replicas from the stack file; what it leaves out comes from the definition. */
  readonly settings?: ServiceSettings;
  /** Image reference with digest. */
  readonly image: string;
  /** Key in the stack configuration → secret value. */
  readonly secret: (key: string) => pulumi.Output<string>;
  /** What generated files and given secrets depend on. Left out where the definition has neither. */
  readonly facts?: PlatformFacts;
  readonly network: docker.Network;
  /** What must be there before its image can be had, beside the host. */
  readonly imageAfter: readonly pulumi.Resource[];
  /** 0 keeps an application down, such as while its data is being restored. */
  readonly replicas: number;
  /** Ports that answer on the host itself; only the edge has any. Makes updates stop-first, since a port has one owner. */
  readonly publish?: readonly number[];
  /** Directories of the host, read-only, beside the definition's data: path on the host → path in the container. */
  readonly binds?: Readonly<Record<string, string>>;
}

const pullImage = readFileSync(new URL("files/pull-image.sh", import.meta.url), "utf8");

/**
 * One definition of the catalog as a Swarm service, with its secrets and files. An update that does not become healthy is
 * rolled back and fails. Changing a secret or a file replaces the tasks: create, update, delete.
 *
 * Cost: its memory limit is reserved by nobody, but the sum of all limits should fit the machine.
 * Recovery: a store's files lie in its bind mounts under the data root, outlive this resource, and come back by
 * `./kaleem restore`; destroying it keeps them.
 */
export class SwarmService extends pulumi.ComponentResource {
  readonly name: string;
  readonly kind: ServiceDefinition["kind"];
  readonly image: string;
  readonly replicas: number;
  /** Changes with every secret: what depends on a password runs again after a rotation. */
  readonly secretIds: readonly pulumi.Output<string>[];

  constructor(name: string, args: SwarmServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:services:SwarmService", name, {}, { ...opts, providers: { docker: args.host.docker } });
    const { definition } = args;
    this.name = definition.name;
    this.kind = definition.kind;
    this.image = args.image;
    this.replicas = args.replicas;
    const child = { parent: this, ...inherited(opts) };
    const secrets = this.#secrets(name, args, child);
    this.secretIds = secrets.map(({ secretId }) => secretId);
    const image = this.#image(name, args);
    const spec = containerSpec({ ...args, memoryBytes: limits(args).memoryBytes });
    new docker.Service(
      `${name}-service`,
      {
        name: definition.name,
        mode: { replicated: { replicas: args.replicas } },
        taskSpec: {
          containerSpec: {
            ...spec,
            ...(definition.envTexts ? { env: { ...spec.env, ...envTexts(args) } } : {}),
            secrets,
            configs: this.#configs(name, args, child),
          },
          networksAdvanceds: [{ id: args.network.id }],
          resources: { limits: limits(args) },
          restartPolicy: { condition: "any", delay: "5s", window: "0s" },
          // Whatever keeps data runs where the data is.
          ...(definition.kind !== "stateless"
            ? { placement: { constraints: ["node.labels.kaleem.stores == true"] } }
            : {}),
        },
        endpointSpec: { mode: "dnsrr", ...(args.publish ? { ports: hostPorts(args.publish) } : {}) },
        ...rollout(definition, { replicas: args.replicas, ownsHostPort: args.publish !== undefined }),
      },
      // A create looks the image up and Swarm keeps its platforms; after a refresh the next `up` would take them out again,
      // and restart a store for it.
      {
        ...child,
        ...inherited(opts, image),
        ignoreChanges: ["taskSpec.placement.platforms"],
      },
    );
    this.registerOutputs({ name: this.name, image: this.image, replicas: this.replicas });
  }

  /** On the machine before anything is changed; it waits for nothing else, so that images come while stores start. */
  #image(name: string, { host, definition, image, imageAfter }: SwarmServiceArgs): remote.Command {
    return new remote.Command(
      `${name}-image`,
      {
        connection: host.connection,
        create: rootLine(host, commandLine(["bash", "-s", "--", definition.name, image])),
        stdin: pullImage,
        triggers: [host.identity],
      },
      {
        parent: this,
        dependsOn: [host.baseline, ...imageAfter],
        customTimeouts: { create: "18m", update: "18m" },
      },
    );
  }

  /** Without fixed names, since Swarm secrets cannot change: a rotation creates the new one first. */
  #secrets(name: string, args: SwarmServiceArgs, child: pulumi.CustomResourceOptions) {
    const { uid, gid, mode } = owner(args.definition);
    return secretContents(args).map(([fileName, content]) => {
      const resource = new docker.Secret(
        `${name}-${fileName}`,
        { data: pulumi.secret(content.apply((value) => Buffer.from(value).toString("base64"))) },
        child,
      );
      return {
        secretId: resource.id,
        secretName: resource.name,
        fileName,
        fileUid: uid,
        fileGid: gid,
        fileMode: mode,
      };
    });
  }

  #configs(name: string, { definition, facts }: SwarmServiceArgs, child: pulumi.CustomResourceOptions) {
    return deliveredFiles(definition, facts).map(([fileName, content]) => {
      const resource = new docker.ServiceConfig(
        `${name}-${fileName.split("/").at(-1) ?? "file"}`,
        { data: content.toString("base64") },
        child,
      );
      return { configId: resource.id, configName: resource.name, fileName, fileMode: 0o444 };
    });
  }
}

/** A login's name gives nothing away of its password, and has to stand in the environment in plain. */
function envTexts({ definition, secret }: SwarmServiceArgs): Record<string, pulumi.Output<string>> {
  const entries = Object.entries(definition.envTexts ?? {}).map(([variable, text]) => {
    if (isSecret(text))
      throw new Error(`${definition.name}: ${variable}: a secret does not belong in envTexts`);
    return [variable, pulumi.unsecret(composedOf(text, secret))];
  });
  return Object.fromEntries(entries) as Record<string, pulumi.Output<string>>;
}

/** A text of secrets, once these are known. */
function composedOf(text: ComposedText, secret: SwarmServiceArgs["secret"]): pulumi.Output<string> {
  const keys = [...new Set(secretsIn(text))];
  return pulumi.all(keys.map(secret)).apply((values) => {
    const known = new Map(keys.map((key, index) => [key, values[index] ?? ""]));
    return composed(text, (key) => known.get(key) ?? "");
  });
}

/** What lies under /run/secrets: name → value. All variables of an application are one of them. */
function secretContents({
  definition,
  secret,
  facts,
}: SwarmServiceArgs): [fileName: string, value: pulumi.Output<string>][] {
  const variables = Object.entries(definition.secretEnv ?? {});
  return [
    ...wantedSecrets(definition, facts).map(([file, key]): [string, pulumi.Output<string>] => [
      file,
      secret(key),
    ]),
    ...Object.entries(definition.secretTexts ?? {}).map(([file, text]): [string, pulumi.Output<string>] => [
      file,
      composedOf(text, secret),
    ]),
    ...(variables.length === 0
      ? []
      : [
          [
            environmentFile,
            pulumi
              .all(
                variables.map(([name, text]) =>
                  composedOf(text, secret).apply((value) => [name, value] as const),
                ),
              )
              .apply((entries) => renderEnvironment(Object.fromEntries(entries))),
          ] satisfies [string, pulumi.Output<string>],
        ]),
  ];
}

/** Without those that are given by somebody else and that the settings do not ask for. */
function wantedSecrets({ secrets = {}, givenSecrets = {} }: ServiceDefinition, facts?: PlatformFacts) {
  return Object.entries(secrets).filter(([, key]) => {
    const given = givenSecrets[key];
    return given === undefined || (facts !== undefined && given.onlyWhen.holds(facts.settings));
  });
}

function limits({ definition, settings }: SwarmServiceArgs) {
  return {
    memoryBytes: bytes(settings?.memory ?? definition.limits.memory),
    nanoCpus: Math.round((settings?.cpus ?? definition.limits.cpus) * 1e9),
  };
}

function hostPorts(ports: readonly number[]) {
  return ports.map((number) => ({
    targetPort: number,
    publishedPort: number,
    protocol: "tcp",
    publishMode: "host",
  }));
}

/** Who may read its secrets: its user alone; whoever is in the container where the image says who that is. */
function owner({ user }: ServiceDefinition): { uid: string; gid: string; mode: number } {
  const [uid = "0", gid = "0"] = user?.split(":") ?? [];
  return { uid, gid, mode: user === undefined ? 0o444 : 0o400 };
}
