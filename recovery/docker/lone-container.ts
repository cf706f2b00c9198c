/** A container that nobody but the host's root reaches. */
export interface LoneContainer {
  readonly name: string;
  readonly image: string;
  readonly user: string;
  readonly hostname: string;
  readonly args: readonly string[];
  /** `path on the host:path in the container`, with `:ro` for what it may only read. */
  readonly binds: readonly string[];
  /** Replaces the image's own entry point when given. */
  readonly entrypoint?: readonly string[];
  /** `NAME=value`; never a secret. */
  readonly env?: readonly string[];
  /** What it is found by, see `Docker.aloneWith`. */
  readonly label?: string;
  /** Left out, it may take what the machine has and its own files are writable. */
  readonly confined?: Confinement;
}

/** What a container may take of the machine, and what it may do. */
export interface Confinement {
  /** It has a service's share of processor and disk: somebody waits for it. Left out, it stands behind everything else. */
  readonly asService?: boolean;
  /** Bytes; there is no swap beyond. */
  readonly memory: number;
  readonly readOnlyRoot: boolean;
  /** Linux capabilities that it keeps; all others are dropped. */
  readonly capabilities: readonly string[];
  /** Directories in memory: path in the container → size in bytes, null for no limit. */
  readonly scratch: Readonly<Record<string, number | null>>;
}

/** What the kernel gives others when all want the processor or the disk: a service has 1024 and 500. */
const lowCpuShares = 64;
const lowIoWeight = 10;
/** Ends first when the machine runs out of memory. */
const firstToEnd = 1000;

/** The body of the API's call that creates it. Pure. */
export function createBody(alone: LoneContainer): Readonly<Record<string, unknown>> {
  const { confined } = alone;
  return {
    Image: alone.image,
    User: alone.user,
    Hostname: alone.hostname,
    Cmd: alone.args,
    ...(alone.entrypoint === undefined ? {} : { Entrypoint: alone.entrypoint }),
    ...(alone.env === undefined ? {} : { Env: alone.env }),
    ...(alone.label === undefined ? {} : { Labels: { [alone.label]: "" } }),
    HostConfig: {
      NetworkMode: "none",
      Init: true,
      Binds: alone.binds,
      ExtraHosts: [`${alone.hostname}:127.0.0.1`],
      ...(confined === undefined ? {} : limitsOf(confined)),
    },
    // Whoever started it looks for itself, and what looks every few seconds costs.
    ...(confined === undefined ? {} : { Healthcheck: { Test: ["NONE"] } }),
  };
}

function limitsOf({ memory, readOnlyRoot, capabilities, scratch, asService = false }: Confinement) {
  return {
    Memory: memory,
    MemorySwap: memory,
    ...(asService ? {} : { CpuShares: lowCpuShares, BlkioWeight: lowIoWeight, OomScoreAdj: firstToEnd }),
    ReadonlyRootfs: readOnlyRoot,
    CapDrop: ["ALL"],
    CapAdd: capabilities,
    Mounts: Object.entries(scratch).map(([path, bytes]) => ({
      Type: "tmpfs",
      Target: path,
      ...(bytes === null ? {} : { TmpfsOptions: { SizeBytes: bytes } }),
    })),
    // Readable whatever the daemon's own log driver is, and gone with the container.
    LogConfig: { Type: "json-file", Config: { "max-size": "1m", "max-file": "1" } },
  };
}
