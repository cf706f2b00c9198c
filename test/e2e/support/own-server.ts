import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parse, parseDocument, stringify } from "yaml";
import { catalog, sampleApplications, sampleBusinessChecks } from "../../catalog/sample-catalog.ts";
import { ensureCloud, type Cloud } from "../../../local/cloud/ensure-cloud.ts";
import { docker } from "../../../local/images/docker.ts";
import { ensureImages } from "../../../local/images/ensure-images.ts";
import { upstreamOnly } from "../../../local/images/upstream-only.ts";
import { bareMachineImages } from "../../../local/images/machine/image.ts";
import { stackInstance, type StackInstance } from "../../../local/instance.ts";
import { createMachine } from "../../../local/machine/create-machine.ts";
import { destroyMachine } from "../../../local/machine/destroy-machine.ts";
import { tearDown } from "../../../local/tear-down.ts";
import { engineAgent } from "../../../operator/ssh/engine-agent.ts";
import { sshKeyPair } from "../../../operator/ssh/ssh-key-pair.ts";
import type { SshTarget } from "../../../operator/ssh/ssh-target.ts";
import { SshHost } from "../../../operator/ssh/ssh.ts";
import { edgeTarget } from "../../../operator/stack/edge-target.ts";
import { EdgeClient } from "../../../recovery/business/edge-client.ts";
import { findOrBuildEngine } from "../../../toolchain/engine/find-or-build-engine.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { repositoryRoot } from "../../../workstation/repository.ts";
import { type GuideLine, withNames } from "../../docs/support/guide.ts";
import { type Ended, runProgram } from "./test-stack.ts";

/** The commands that make somebody's server out of a fresh one: a user with sudo, and another port, so the last that are run on 22. */
const asFound = `set -eu
useradd --create-home --shell /bin/bash deploy
echo 'deploy ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/deploy
install -d -m 0700 -o deploy -g deploy /home/deploy/.ssh
install -m 0600 -o deploy -g deploy /root/.ssh/authorized_keys /home/deploy/.ssh/authorized_keys
echo 'Port 2222' > /etc/ssh/sshd_config.d/10-port.conf
systemctl restart ssh`;

/** What its owner runs there already: Docker with an own configuration, and a container. */
const withContainer = `set -eu
mkdir -p /etc/docker
echo '{ "max-concurrent-downloads": 2 }' > /etc/docker/daemon.json
apt-get -q update > /dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends docker.io busybox-static > /dev/null
systemctl start docker
tar -C / -c bin/busybox | docker import - owners/notes > /dev/null
docker run --detach --name notes --restart unless-stopped owners/notes /bin/busybox sleep 1000000 > /dev/null`;

/** A bucket for the engine's state, with keys of its own. */
interface StateBucket {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A server that the program knows only as a host over SSH, two buckets, and a checkout of the repository with a stack file for them. */
export class OwnServer {
  readonly instance: StackInstance;
  /** An empty folder with a copy of the repository: what an operator has. */
  readonly checkout: string;
  readonly stack = "staging";
  readonly cloud: Cloud;
  address: string;
  readonly #state: StateBucket;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(
    instance: StackInstance,
    checkout: string,
    cloud: Cloud,
    state: StateBucket,
    address: string,
  ) {
    this.instance = instance;
    this.checkout = checkout;
    this.cloud = cloud;
    this.address = address;
    this.#state = state;
    this.#environment = {
      KALEEM_SSH_KEY: instance.machine.privateKey,
      // Where state is kept says the project's file, as the README has it written there; nothing of whoever runs this.
      PULUMI_BACKEND_URL: "",
      PULUMI_HOME: join(dirname(checkout), "pulumi"),
      PULUMI_CONFIG_PASSPHRASE_FILE: join(dirname(checkout), "passphrase"),
      AWS_ACCESS_KEY_ID: state.accessKeyId,
      AWS_SECRET_ACCESS_KEY: state.secretAccessKey,
      SSH_AUTH_SOCK: "",
    };
  }

  /** Makes server and bucket, and fills in the committed stack file as its comments ask. The server: Debian 12, on which something runs already. */
  static async make(name: string): Promise<OwnServer> {
    const instance = stackInstance(repositoryRoot, name);
    try {
      return await OwnServer.#make(instance);
    } catch (error) {
      await tearDown(instance, silentProgress);
      throw error;
    }
  }

  static async #make(instance: StackInstance): Promise<OwnServer> {
    const cloud = await ensureCloud(instance, silentProgress);
    await ensureImages(instance, silentProgress, upstreamOnly(catalog, {}));
    const machine = await foundMachine(instance, 12, [withContainer, asFound]);
    const folder = await mkdtemp(join(tmpdir(), "kaleem-own-"));
    const checkout = join(folder, "repository");
    execFileSync("git", ["clone", "--quiet", repositoryRoot, checkout]);
    await symlink(join(repositoryRoot, "node_modules"), join(checkout, "node_modules"));
    await mkdir(join(folder, "pulumi"));
    await writeFile(join(folder, "passphrase"), randomBytes(24).toString("base64url"), { mode: 0o600 });
    await cp(instance.cloud.imageLock, join(checkout, "staging.lock.json"));
    const server = new OwnServer(instance, checkout, cloud, await stateBucket(instance), machine.address);
    await server.#fillIn(machine.hostKey);
    return server;
  }

  async #fillIn(hostKey: string): Promise<void> {
    const file = join(this.checkout, "Pulumi.staging.yaml");
    const committed = parse(await readFile(file, "utf8")) as { config: Record<string, unknown> };
    const services = committed.config["kaleem:services"] as Record<string, Record<string, unknown>>;
    const small = Object.fromEntries(
      Object.entries(services).map(([service, block]) => [
        service,
        {
          ...block,
          ...(["loki", "log-shipper", "tempo", "grafana"].includes(service) ? { enabled: false } : {}),
        },
      ]),
    );
    const config = {
      ...committed.config,
      "kaleem:host": {
        kind: "ssh",
        address: this.address,
        port: 2222,
        user: "deploy",
        hostKey,
        insecureRegistries: [this.instance.cloud.registry.authority],
      },
      "kaleem:imageLock": "staging.lock.json",
      "kaleem:dataVolume": { kind: "loop", sizeGiB: 2 },
      // Bringing all images off-site would be under way while other things are timed.
      "kaleem:backups": { ...(committed.config["kaleem:backups"] as object), images: false },
      "kaleem:offsite": this.cloud.offsite,
      "kaleem:edge": { serverName: "staging.example.com", tls: { kind: "self-signed" } },
      "kaleem:services": small,
      // The images at hand are the sample application's.
      "kaleem:applications": sampleApplications,
      "kaleem:businessChecks": sampleBusinessChecks,
    };
    await writeFile(file, stringify({ ...committed, config }));
  }

  /** Where the operator keeps the recovery kit: away from the checkout. */
  kept(name: string): string {
    return join(dirname(this.checkout), name);
  }

  /**
   * All that is left is the repository: no committed file, no folder of the stack, and another passphrase than the one that its secrets and
   * its state were encrypted with.
   */
  async forget(): Promise<void> {
    await rm(join(this.checkout, `Pulumi.${this.stack}.yaml`));
    await rm(join(this.checkout, ".kaleem", this.stack), { recursive: true });
    await writeFile(this.kept("passphrase"), randomBytes(24).toString("base64url"), { mode: 0o600 });
  }

  /**
   * Runs a line of the README as it stands there, in the operator's checkout: only addresses and names are this server's.
   * @param answers what a person would be asked for at a terminal, as flags
   */
  follow(line: GuideLine, ...answers: string[]): Promise<Ended> {
    const names = new Map([
      ["BUCKET", this.#state.bucket],
      ["https://ACCOUNT.r2.cloudflarestorage.com", this.#state.endpoint],
      ["deploy@192.0.2.7", `deploy@${this.address}`],
      ["22", "2222"],
    ]);
    const argv = [...withNames(line, names), ...answers];
    const typed =
      line.stdin === null
        ? argv
        : ["sh", "-c", 'file=$1; shift; exec "$@" < "$file"', "sh", line.stdin, ...argv];
    return runProgram(typed, this.#environment, this.checkout);
  }

  /** Runs a command for the stack in the operator's checkout, with their environment; the last argument may change that. */
  run(command: string, ...args: (string | Readonly<Record<string, string>>)[]): Promise<Ended> {
    return this.runAs(this.stack, command, ...args);
  }

  runAs(
    stack: string,
    command: string,
    ...args: (string | Readonly<Record<string, string>>)[]
  ): Promise<Ended> {
    const words = args.filter((arg) => typeof arg === "string");
    const changes = args.filter((arg) => typeof arg !== "string");
    const environment = Object.assign({}, this.#environment, ...changes) as Record<string, string>;
    return runProgram(["./kaleem", command, ...words, "--stack", stack], environment, this.checkout);
  }

  /** Runs the engine itself on the stack, as an operator would who has nothing but Pulumi: no command of ours, and none of its variables. */
  async pulumi(...args: string[]): Promise<Ended> {
    const { pulumi, pathPrepend } = await findOrBuildEngine(silentProgress);
    const environment = {
      ...this.#environment,
      PATH: [...pathPrepend, process.env["PATH"] ?? ""].join(delimiter),
      SSH_AUTH_SOCK: await engineAgent(this.#target()),
    };
    const argv = [pulumi, ...args, "--non-interactive", "--color=never", "--stack", this.stack];
    return runProgram(argv, environment, this.checkout);
  }

  #target(): SshTarget {
    return {
      address: this.address,
      port: 2222,
      user: "deploy",
      privateKeyFile: this.instance.machine.privateKey,
      knownHostsFile: join(this.checkout, ".kaleem", this.stack, "ssh", "known_hosts"),
    };
  }

  /** Writes the bucket's keys into the file that the README's line reads, as an operator would: one that only they can read. */
  async writeGiven(file: string): Promise<void> {
    const { accessKeyId, secretAccessKey } = this.cloud.keys;
    const given = { "offsite-access-key-id": accessKeyId, "offsite-secret-access-key": secretAccessKey };
    await writeFile(join(this.checkout, file), JSON.stringify(given), { mode: 0o600 });
  }

  /** Writes one more line about the machine into the stack file. */
  async setHost(key: string, value: string): Promise<void> {
    const file = join(this.checkout, "Pulumi.staging.yaml");
    const document = parseDocument(await readFile(file, "utf8"));
    document.setIn(["config", "kaleem:host", key], value);
    await writeFile(file, document.toString({ lineWidth: 0 }));
  }

  /** What MongoDB has of an order, asked over the edge; null when it is not there. */
  async archived(order: string): Promise<unknown> {
    const place = { edgeAddress: () => Promise.resolve({ address: this.address, port: 443 }) };
    const edge = await edgeTarget(place, new SshHost(this.#target()));
    const client = new EdgeClient(edge, 10_000);
    try {
      const { status, body } = await client.get(`/api/orders/${order}/kept/mongo`);
      return status === 200 ? body : null;
    } finally {
      client.close();
    }
  }

  /** Runs a program on the server, as root through sudo. */
  async onHost(...argv: string[]): Promise<string> {
    return (await new SshHost(this.#target()).run(argv, { timeoutMs: 60_000 })).stdout;
  }

  /** Waits until a point is off-site. */
  async untilOffsite(point: string): Promise<void> {
    for (const deadline = Date.now() + 120_000; ;) {
      const { stdout } = await this.run("points");
      if (new RegExp(`${point}.* offsite `).test(stdout)) return;
      if (Date.now() > deadline)
        throw new Error(`point ${point} is not off-site within two minutes:\n${stdout}`);
    }
  }

  /**
   * The machine is lost with its disks, and another one stands ready: another address, another host key, and Debian 13 with neither
   * Docker nor Node.js nor restic.
   */
  async lose(): Promise<{ readonly address: string; readonly hostKey: string }> {
    await destroyMachine(this.instance);
    const machine = await foundMachine(this.instance, 13, [asFound]);
    this.address = machine.address;
    return machine;
  }

  async remove(): Promise<void> {
    await tearDown(this.instance, silentProgress);
    await rm(dirname(this.checkout), { recursive: true, force: true });
  }
}

/** A machine as a provider hands it over, with what its owner has made of it. */
async function foundMachine(
  instance: StackInstance,
  debian: keyof typeof bareMachineImages,
  made: readonly string[],
): Promise<{ readonly address: string; readonly hostKey: string }> {
  const key = await sshKeyPair(dirname(instance.machine.privateKey));
  const machine = await createMachine(
    instance,
    { authorizedKey: key.publicKey, recipe: bareMachineImages[debian] },
    silentProgress,
  );
  const root = new SshHost({
    address: machine.address,
    port: machine.port,
    user: "root",
    privateKeyFile: key.privateKeyFile,
    knownHostsFile: machine.knownHostsFile,
  });
  for (const script of made) await root.run(["bash", "-c", script], { timeoutMs: 900_000 });
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const address = (await docker(["inspect", "--format", format, instance.machine.container])).trim();
  return { address, hostKey: machine.hostKey };
}

/** A bucket of its own for state, whose keys open nothing else, as somebody would have it made by their provider. */
async function stateBucket({ cloud }: StackInstance): Promise<StateBucket> {
  const { container, endpoint } = cloud.s3;
  const made = {
    bucket: "staging-state",
    accessKeyId: `K${randomBytes(10).toString("hex").slice(0, 19).toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
  await docker(["exec", "--interactive", container, "s3-provision"], { input: JSON.stringify(made) });
  return { endpoint, ...made };
}
