/**
 * The names, ports and addresses of one stack on this machine. All derive from the stack's name and the checkout's
 * folder, so that two checkouts, or two stacks of one checkout, never meet.
 */
import { createHash } from "node:crypto";
import path from "node:path";

/** What survives the machine: a registry and an S3 server in one Docker network. */
export interface CloudInstance {
  readonly name: string;
  /** First 6 hex digits of the checkout's hash; the value of the label `kaleem.checkout`. */
  readonly checkout: string;
  /** Working state of the cloud: keys (0600) and the image lock. */
  readonly folder: string;
  /** The generated image lock, and how the stack file names it: relative to the repository's root. */
  readonly imageLock: string;
  readonly imageLockName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly network: string;
  /** CIDR, such as `10.212.7.0/24`. */
  readonly subnet: string;
  readonly gateway: string;
  /** Where `docker network create` may put containers that ask for no address: clear of the fixed ones. */
  readonly addressRange: string;
  readonly registry: CloudServer;
  readonly s3: CloudServer & {
    /** The same from the host and from containers, such as `http://10.212.7.3:9000`. */
    readonly endpoint: string;
    readonly bucket: string;
  };
}

/** One server of the cloud. */
export interface CloudServer {
  readonly container: string;
  readonly volume: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** Fixed address in the cloud's network. */
  readonly address: string;
  /** `address:port` in the network. */
  readonly authority: string;
}

/** A stack's emulated machine, and the cloud that it uses. */
export interface StackInstance {
  readonly stack: string;
  readonly checkout: string;
  /** The repository's root: a real path. */
  readonly repository: string;
  /** Working state of the stack: stack file, passphrase, Pulumi state, SSH key, reports. */
  readonly folder: string;
  readonly machine: {
    readonly container: string;
    readonly hostname: string;
    readonly labels: Readonly<Record<string, string>>;
    /** On 127.0.0.1. */
    readonly ports: { readonly ssh: number; readonly http: number; readonly https: number };
    readonly knownHosts: string;
    readonly privateKey: string;
  };
  readonly cloud: CloudInstance;
}

/** Lower-case letters, digits and inner hyphens; short enough for host names. */
const validName = /^[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/;

/**
 * Computes a stack's names, ports and addresses. Pure.
 * @param repository the repository's root as a real path
 * @param stack such as `local`
 * @param cloud the cloud to use; another stack's name makes this stack its replacement. Default: the stack's own.
 * @throws Error when a name would not make valid container names
 */
export function stackInstance(repository: string, stack: string, cloud: string = stack): StackInstance {
  const wrong = [...new Set([stack, cloud])].filter((name) => !validName.test(name) || name === "clouds");
  if (wrong.length > 0) {
    throw new Error(
      `stack: expected lower-case letters, digits and hyphens, starting with a letter, at most 30, other than "clouds"; got ${wrong.map((name) => `"${name}"`).join(", ")}`,
    );
  }
  const checkout = checkoutHash(repository);
  const base = portBase(repository, stack);
  const folder = path.join(repository, ".kaleem", stack);
  return {
    stack,
    checkout,
    repository,
    folder,
    machine: {
      container: `kaleem-${stack}-${checkout}-vps`,
      hostname: `kaleem-${stack}`,
      labels: { "kaleem.checkout": checkout, "kaleem.stack": stack },
      ports: { ssh: base, http: base + 1, https: base + 2 },
      knownHosts: path.join(folder, "ssh", "known_hosts"),
      privateKey: path.join(folder, "ssh", "id_ed25519"),
    },
    cloud: cloudInstance(repository, cloud),
  };
}

function cloudInstance(repository: string, name: string): CloudInstance {
  const checkout = checkoutHash(repository);
  const prefix = `kaleem-${name}-${checkout}`;
  const base = portBase(repository, name);
  const hash = digest(`${name}:${repository}`);
  const net = `10.${200 + (hash.readUInt16BE(6) % 50)}.${hash.readUInt8(8)}`;
  const imageLockName = `.kaleem/clouds/${name}/images.lock.json`;
  const server = (role: string, hostPort: number, address: string, port: number): CloudServer => ({
    container: `${prefix}-${role}`,
    volume: `${prefix}-${role}`,
    port: hostPort,
    address,
    authority: `${address}:${port}`,
  });
  return {
    name,
    checkout,
    folder: path.join(repository, ".kaleem", "clouds", name),
    imageLock: path.join(repository, imageLockName),
    imageLockName,
    labels: { "kaleem.checkout": checkout, "kaleem.cloud": name },
    network: prefix,
    subnet: `${net}.0/24`,
    gateway: `${net}.1`,
    addressRange: `${net}.128/25`,
    registry: server("registry", base + 5, `${net}.4`, 5000),
    s3: {
      ...server("s3", base + 6, `${net}.3`, 9000),
      endpoint: `http://${net}.3:9000`,
      bucket: "kaleem-backup",
    },
  };
}

function checkoutHash(repository: string): string {
  return digest(repository).toString("hex").slice(0, 6);
}

/** Below the kernel's range for outgoing connections (32768 and up), ten ports a name. */
function portBase(repository: string, name: string): number {
  return 20_000 + (digest(`${name}:${repository}`).readUInt32BE(0) % 1200) * 10;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
