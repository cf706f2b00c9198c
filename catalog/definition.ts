import { type ComposedText, secretsIn, type TextPart } from "./composed-text.ts";
import type { PlatformSettings } from "./platform-settings.ts";
import type { ByteSize, Duration } from "./quantities.ts";
import type { Recovery } from "./recovery.ts";

/**
 * What a service is, said once. Pure: no Pulumi import. `SwarmService` turns a definition into resources, the agent
 * turns the same definition into recovery points and restores, tests and docs read it too.
 */

/** What a file that is made for a service may depend on. */
export interface PlatformFacts {
  readonly stack: string;
  /** Every service of the stack, its edge included. */
  readonly catalog: readonly ServiceDefinition[];
  readonly settings: PlatformSettings;
}

/** The key of a secret in the stack configuration, such as `redis-password`. */
export type SecretName = string;

/** A secret that is never drawn at random: its form, and which settings ask for it. */
export interface GivenSecret {
  readonly form: "credential" | "url";
  readonly onlyWhen: { readonly says: string; readonly holds: (settings: PlatformSettings) => boolean };
}

/** How Swarm learns that a task answers. Health means "answers with its own password", not "is primary". */
export interface Health {
  /** Run inside the container; exit 0 is healthy. Must fail on a wrong password. Empty: nobody asks, and a task that runs counts as healthy. */
  readonly argv: readonly string[];
  readonly every: Duration;
  readonly timeout: Duration;
  readonly retries: number;
  /** Failures within this time do not count. At least 30 min for stores: a long crash recovery must not be killed. */
  readonly startPeriod: Duration;
}

/** What is added to a service's arguments and environment for the memory that its container has. */
export interface Sizing {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * How a secret is changed: `live`, with old and new valid side by side until nobody uses the old one; `restart`, with its store
 * stopped and started for it; or `never`, with the reason.
 */
export type Rotation = "live" | "restart" | `never: ${string}`;

/** What both kinds of service have in common. */
interface Service {
  /** Unique; also the Swarm service, the DNS name and the container's hostname. */
  readonly name: string;
  /** Key in the image lock; the digest lives there. */
  readonly image: string;
  /** Replaces the image's own entry point when given. */
  readonly entrypoint?: readonly string[];
  readonly args?: readonly string[];
  /** `uid:gid`, valid for the upstream image and for its stand-in. Left out: the image's own. */
  readonly user?: string;
  /** Port name → port inside the overlay network. None is published. */
  readonly ports: Readonly<Record<string, number>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Name under /run/secrets → key in the stack configuration. */
  readonly secrets?: Readonly<Record<string, SecretName>>;
  /** Name under /run/secrets → text that secrets are a part of, such as an address with its password. */
  readonly secretTexts?: Readonly<Record<string, ComposedText>>;
  /**
   * Environment variable → text that secrets are a part of. The process gets them as variables; nobody else sees them: they travel as one
   * Swarm secret, which `catalog/files/start.sh` reads into the environment. With it, `entrypoint` and `args` have to say the whole command.
   */
  readonly secretEnv?: Readonly<Record<string, ComposedText>>;
  /**
   * Environment variable → text that the name of a store's user is a part of. For stores whose users have one password each: a new password
   * then is a new login beside the old one.
   */
  readonly envTexts?: Readonly<Record<string, ComposedText>>;
  /** How a secret is rotated, where it is not as `rotationOf` says of all others. Said once, by the service that it belongs to. */
  readonly rotation?: Readonly<Record<SecretName, Rotation>>;
  /**
   * Secret → the one that keeps its former value, both of `secrets`: for a store that takes either, and learns them when it starts.
   * So that applications which still have the former one are not refused while a rotation is under way.
   */
  readonly formerSecrets?: Readonly<Record<SecretName, SecretName>>;
  /** Those of its secrets that are not drawn at random in the form of a password, and their form. */
  readonly secretForms?: Readonly<Record<SecretName, "credential" | "text">>;
  /** Of `secrets`, those that somebody else issues, and that the task gets only where the settings ask for them. */
  readonly givenSecrets?: Readonly<Record<SecretName, GivenSecret>>;
  /** Key in the stack configuration → what it is for. Said once, by the service that the secret belongs to. */
  readonly secretMeanings?: Readonly<Record<SecretName, string>>;
  /** Path in the container → file beside the definition, delivered as a Swarm config. */
  readonly files?: Readonly<Record<string, URL>>;
  /** Path in the container → text that is made of the whole platform, delivered as `files` are. Pure, and without secrets. */
  readonly generated?: Readonly<Record<string, (facts: PlatformFacts) => string>>;
  /** Path in the container → file or directory of the host that it sees and cannot write. */
  readonly reads?: Readonly<Record<string, string>>;
  readonly health: Health;
  readonly limits: { readonly memory: ByteSize; readonly cpus: number };
  /**
   * Holds the engine within its container's memory, with room: a store that is full must say no, and not be killed. Pure; throws,
   * naming the service, for memory that it cannot run in. Left out where the engine looks after that by itself.
   */
  readonly sizing?: (memoryBytes: number) => Sizing;
  /** Time between SIGTERM and SIGKILL. Always set: unset means none. */
  readonly stopGrace: Duration;
  /** Services that must answer before this one starts, beside the stores, which always must. A circle is refused. */
  readonly needs?: readonly string[];
  /** Set when the stack file may switch the service by `services.<name>.enabled`; always on otherwise. */
  readonly optional?: { readonly enabledByDefault: boolean };
  /** Where Prometheus asks: the name of a port, and the path there. */
  readonly metrics?: {
    readonly port: string;
    readonly path: string;
    /** Where its series say for themselves which job they are about, as the agent's do that the exporter of the host passes on. */
    readonly honorLabels?: true;
    /** The histogram of its answers, in seconds, and the labels that tell status and route. Left out: it is not judged by them. */
    readonly http?: { readonly histogram: string; readonly statusLabel: string; readonly routeLabel: string };
  };
  /** Why the image's own files must stay writable. Left out, they are read-only. */
  readonly writableRoot?: string;
  /** Directories in memory for what is written and never kept: path in the container → largest size. */
  readonly scratch?: Readonly<Record<string, ByteSize>>;
  /** Linux capabilities that it keeps, such as `NET_BIND_SERVICE`; all others are dropped. */
  readonly capabilities?: readonly string[];
}

/** A service that keeps nothing. */
export interface StatelessDefinition extends Service {
  readonly kind: "stateless";
  /** Default number of replicas; the stack file may say otherwise. */
  readonly replicas: number;
  /** Why nothing of it has to be recovered, such as `none: rebuilt from its image`. */
  readonly recovery: `none: ${string}`;
  /**
   * Path in the container → directory below the host's history directory: what outlives a task and is in no recovery point,
   * since nothing that a customer gave is in it. Two tasks never share it: an update stops the old one first.
   */
  readonly history?: Readonly<Record<string, string>>;
  /** Which requests from outside come here, by a prefix of their path; they go to the port `http`. */
  readonly route?: { readonly path: string; readonly maxBody?: ByteSize };
  /** Path that answers 200 to a GET when it is ready, where it says so over HTTP at its port `http`. */
  readonly readyPath?: string;
  /** Runs while a closed stack's data is being restored, too, and starts before the stores are ready: it serves no customer. */
  readonly runsClosed?: true;
}

/** A service that keeps data. Leaving out `recovery` does not compile. */
export interface StatefulDefinition<Client = unknown> extends Service {
  readonly kind: "stateful";
  readonly user: string;
  /** What settings of applications may say of it: `{<store>.<name>}`. Without it no application can be told of the store. */
  readonly facts?: Readonly<Record<string, TextPart>>;
  /** Path in the container → directory under the data root. */
  readonly data: Readonly<Record<string, string>>;
  /**
   * Passwords of users that the agent makes in the store: name → key in the stack configuration. The agent alone gets them, beside
   * the task's own (`StoreAddress.secrets`); the task has no need of them, so that changing one does not restart the store.
   */
  readonly userSecrets?: Readonly<Record<string, SecretName>>;
  /**
   * `after-instant`: files that are written once and pointed at by other stores. They are copied when the others run again, so a
   * copy holds at least what those point at, and this store is not paused. Left out: paused and copied with the others.
   */
  readonly copied?: "after-instant";
  /**
   * Directories, as `<data directory>/<path>`, whose content is left out of points because it is not finished yet, such as uploads
   * under way. Only with `after-instant`: a store that stands still is copied whole.
   */
  readonly unfinished?: readonly string[];
  readonly recovery: Recovery<Client>;
}

/** One definition of the catalog. */
export type ServiceDefinition = StatelessDefinition | StatefulDefinition;

/** Defines a store; infers its client's type and then forgets it, so that the catalog is one plain list. */
export function defineStore<Client>(
  definition: Omit<StatefulDefinition<Client>, "kind">,
): StatefulDefinition {
  return { ...definition, kind: "stateful" } as unknown as StatefulDefinition;
}

/** Every secret that a definition names: name → key. */
export function secretsOf(definition: ServiceDefinition): Readonly<Record<string, SecretName>> {
  const { secrets, secretTexts = {}, secretEnv = {} } = definition;
  const inTexts = [...Object.entries(secretTexts), ...Object.entries(secretEnv)].flatMap(([name, text]) =>
    secretsIn(text).map((key) => [`${name} (${key})`, key] as const),
  );
  return {
    ...secrets,
    ...Object.fromEntries(inTexts),
    ...(definition.kind === "stateful" ? definition.userSecrets : {}),
  };
}

/** Defines a service without data of its own. */
export function defineStateless(definition: Omit<StatelessDefinition, "kind">): StatelessDefinition {
  return { ...definition, kind: "stateless" };
}

/** Whether a service serves customers and works on the stores: such a one does not run while the platform is closed. */
export function isApplication(definition: ServiceDefinition): definition is StatelessDefinition {
  return definition.kind === "stateless" && definition.runsClosed !== true;
}
