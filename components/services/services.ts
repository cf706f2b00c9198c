import { remote } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Grants } from "../../contract/grants.ts";
import { layout, userSecretFile } from "../../contract/layout.ts";
import { ImageServer } from "../agent/image-server.ts";
import type { RecoveryAgent } from "../agent/recovery-agent.ts";
import type { StackConfig } from "../config/load.ts";
import type { ServiceSettings } from "../config/schema.ts";
import type { Host } from "../host/host.ts";
import { HostFile } from "../host/host-file.ts";
import { rootLine } from "../host/root-line.ts";
import { commandLine } from "../text/shell.ts";
import { type PlatformFacts, type ServiceDefinition, isApplication } from "../../catalog/definition.ts";
import type { ImageLock } from "../../catalog/image-lock.ts";
import { fingerprint } from "../../catalog/login-name.ts";
import { inStartOrder } from "../../catalog/start-order.ts";
import { SwarmService } from "./swarm-service.ts";

export interface ServicesArgs {
  readonly host: Host;
  /** Sets the stores up once they answer. */
  readonly agent: RecoveryAgent;
  /** The services of this stack: none that is switched off. */
  readonly catalog: readonly ServiceDefinition[];
  readonly images: ImageLock;
  /** Where the host gets them. */
  readonly imagesFrom: StackConfig["imagesFrom"];
  readonly settings: StackConfig["services"];
  readonly secret: StackConfig["secret"];
  /** What the applications' user of each store may do. */
  readonly grants: Grants;
  /** What files that are made for a service depend on. */
  readonly facts: PlatformFacts;
  /** What has to be done before any service is changed. */
  readonly before: pulumi.Resource;
  /** Holds every application at zero replicas: its data has still to be restored. */
  readonly closed: boolean;
}

/**
 * Every service of the catalog on one overlay network: stores first, then their users and replica sets, then applications,
 * and last the former passwords are taken away. In this order a user's password changes while everything runs: until no
 * application uses the old one, both are valid.
 */
export class Services extends pulumi.ComponentResource {
  readonly network: docker.Network;
  readonly all: readonly SwarmService[];
  /** What must be there before an image can be had, beside the host. */
  readonly imageAfter: readonly pulumi.Resource[];

  constructor(name: string, args: ServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:services:Services", name, {}, opts);
    this.network = new docker.Network(
      `${name}-network`,
      { name: "kaleem", driver: "overlay" },
      { parent: this, provider: args.host.docker, dependsOn: args.host.baseline },
    );
    this.imageAfter = this.#imageServers(name, args);
    const made = new Map<string, SwarmService>();
    const make = (stores: boolean, ready: pulumi.Resource) =>
      inStartOrder(args.catalog.filter(({ kind }) => (kind === "stateful") === stores)).map((definition) => {
        const needed = (definition.needs ?? []).flatMap((name) => made.get(name) ?? []);
        const service = new SwarmService(definition.name, this.#serviceArgs(definition, args), {
          parent: this,
          dependsOn: [isApplication(definition) ? ready : args.host.baseline, args.before, ...needed],
        });
        made.set(definition.name, service);
        return service;
      });
    const stores = make(true, args.host.baseline);
    const users = this.#userSecrets(name, args);
    const ready = this.#storesReady(`${name}-stores-ready`, stores, users, args);
    const applications = make(false, ready);
    this.#formerLogins(`${name}-former-logins`, [ready, ...applications], users, args);
    this.all = [...stores, ...applications];
    this.registerOutputs({ names: this.all.map((each) => each.name) });
  }

  /** Where registries are away the host gives Docker what the bucket holds. */
  #imageServers(name: string, { host, agent, imagesFrom }: ServicesArgs): readonly pulumi.Resource[] {
    if (imagesFrom === "registries") return [];
    return [new ImageServer(`${name}-image-server`, { host, agent }, { parent: this })];
  }

  #serviceArgs(definition: ServiceDefinition, args: ServicesArgs) {
    const settings: ServiceSettings | undefined = args.settings[definition.name];
    return {
      host: args.host,
      definition,
      ...(settings === undefined ? {} : { settings }),
      image: args.images.ref(definition.image),
      imageAfter: this.imageAfter,
      secret: args.secret,
      facts: args.facts,
      network: this.network,
      replicas: replicas(definition, settings, args.closed),
    };
  }

  /** For the agent alone: a store's task holds no password that it does not need to start. */
  #userSecrets(name: string, { host, catalog, secret }: ServicesArgs): UserSecrets {
    const all = catalog.flatMap((definition) =>
      definition.kind === "stateful"
        ? Object.entries(definition.userSecrets ?? {}).map(
            ([file, key]) => [definition.name, file, key] as const,
          )
        : [],
    );
    return {
      files: all.map(
        ([store, file, key]) =>
          new HostFile(
            `${name}-${store}-${file}`,
            { host, path: userSecretFile(store, file), mode: "0600", content: secret(key) },
            { parent: this, dependsOn: host.baseline },
          ),
      ),
      fingerprints: all.map(([, , key]) => pulumi.unsecret(secret(key).apply(fingerprint))),
    };
  }

  /** Replica sets and users, by the agent over the stores' own drivers. Again after each rotation; idempotent. */
  #storesReady(name: string, stores: readonly SwarmService[], users: UserSecrets, args: ServicesArgs) {
    const ids = stores.flatMap(({ secretIds }) => secretIds);
    // Rights that change are given and taken by the same run.
    const grants = pulumi.output(JSON.stringify(args.grants));
    return this.#agentRun(name, "setup-stores", [...ids, ...users.fingerprints, grants], args, [
      args.agent,
      ...stores,
      ...users.files,
    ]);
  }

  /** Only when every application runs with the present passwords; what failed before that leaves the former ones valid. */
  #formerLogins(name: string, after: pulumi.Resource[], users: UserSecrets, args: ServicesArgs): void {
    this.#agentRun(name, "retire-logins", users.fingerprints, args, after);
  }

  #agentRun(
    name: string,
    command: string,
    triggers: readonly pulumi.Output<string>[],
    { host }: ServicesArgs,
    dependsOn: pulumi.Resource[],
  ): remote.Command {
    return new remote.Command(
      name,
      {
        connection: host.connection,
        create: rootLine(host, commandLine([layout.agentCommand, command])),
        triggers: [host.identity, ...triggers],
        logging: remote.Logging.None,
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        dependsOn,
        additionalSecretOutputs: ["stdout", "stderr"],
        customTimeouts: { create: "40m", update: "40m" },
      },
    );
  }
}

/** The users' passwords on the host, and a mark of each that changes with it. */
interface UserSecrets {
  readonly files: readonly HostFile[];
  readonly fingerprints: readonly pulumi.Output<string>[];
}

/** Replicas as the stack file wants them: one of a store and of what keeps files, and none of an application while the stack is closed. */
export function replicas(
  definition: ServiceDefinition,
  settings: ServiceSettings | undefined,
  closed: boolean,
): number {
  if (definition.kind === "stateful") return 1;
  return closed && isApplication(definition) ? 0 : (settings?.replicas ?? definition.replicas);
}
