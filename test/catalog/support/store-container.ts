import { chown } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { bytes, type ByteSize } from "../../../catalog/quantities.ts";
import { sampleGrants } from "../sample-catalog.ts";
import { command, LocalCommandError } from "../../../local/images/command.ts";
import { docker } from "../../../local/images/docker.ts";
import { fileArchive } from "../../../local/images/file-archive.ts";

/** A network, containers and volumes of one test file; `remove` takes all of it away. Needs root, as whoever takes points has. */
export class StoreContainers {
  readonly #name: string;
  readonly #containers: string[] = [];
  readonly #volumes: string[] = [];

  private constructor(name: string) {
    this.#name = name;
  }

  static async open(name: string): Promise<StoreContainers> {
    const unique = `kaleem-test-${name}-${process.pid}`;
    await docker(["network", "create", unique]);
    return new StoreContainers(unique);
  }

  async volume(): Promise<string> {
    const volume = `${this.#name}-${this.#volumes.length}`;
    // Before anybody else asks for one: its name counts those that there are.
    this.#volumes.push(volume);
    await docker(["volume", "create", volume]);
    return volume;
  }

  /** A copy of a volume's files as they are now. */
  async copyOf(volume: string): Promise<string> {
    const copy = await this.volume();
    const [from, to] = await Promise.all([volume, copy].map(mountpoint));
    await command(["cp", "--archive", `${from ?? ""}/.`, to ?? ""]);
    return copy;
  }

  /**
   * A container as Swarm makes it of the definition, not started. `volume` is for its first data directory; others get a new
   * one each. `secrets` are the task's own and those of `userSecrets`, which only its clients see. `published`: port inside →
   * port of this machine's loopback, the same at every start. `memory`: instead of the definition's own limit.
   */
  async create(
    definition: StatefulDefinition,
    image: string,
    volume: string,
    secrets: Readonly<Record<string, string>>,
    published: Readonly<Record<number, number>> = {},
    memory: ByteSize = definition.limits.memory,
  ): Promise<StoreContainer> {
    const sized = definition.sizing?.(bytes(memory)) ?? {};
    const [program, ...entry] = definition.entrypoint ?? [];
    const [first = "", ...others] = Object.keys(definition.data);
    const data = [{ target: first, volume }];
    for (const target of others) data.push({ target, volume: await this.volume() });
    const mounts = [
      ...data.map(({ target, volume: name }) => `${name}:${target}`),
      "/run/secrets",
      ...Object.entries(definition.files ?? {}).map(([to, from]) => `${fileURLToPath(from)}:${to}:ro`),
    ];
    const id = await docker([
      ...["create", "--init", "--network", this.#name, "--hostname", definition.name],
      ...["--user", definition.user, "--cap-drop", "ALL"],
      ...(definition.writableRoot === undefined ? ["--read-only"] : []),
      ...Object.entries(definition.scratch ?? {}).flatMap(([path, size]) => [
        "--tmpfs",
        `${path}:size=${size.replace("iB", "").toLowerCase()}`,
      ]),
      ...["--memory", String(bytes(memory)), "--memory-swap", String(bytes(memory))],
      ...Object.entries({ ...definition.env, ...sized.env }).flatMap(([name, value]) => [
        "--env",
        `${name}=${value}`,
      ]),
      ...Object.entries(published).flatMap(([to, from]) => ["--publish", `127.0.0.1:${from}:${to}`]),
      ...mounts.flatMap((mount) => ["--volume", mount]),
      ...(program === undefined ? [] : ["--entrypoint", program]),
      ...[image, ...entry, ...(definition.args ?? []), ...(sized.args ?? [])],
    ]);
    this.#containers.push(id);
    const [uid, gid] = definition.user.split(":").map(Number);
    for (const one of data) await chown(await mountpoint(one.volume), uid ?? 0, gid ?? 0);
    const container = new StoreContainer(id, definition, secrets);
    await container.putSecrets(secrets);
    return container;
  }

  /** One that cannot be removed does not keep the others. */
  async remove(): Promise<void> {
    try {
      if (this.#containers.length > 0) await docker(["rm", "--force", "--volumes", ...this.#containers]);
    } finally {
      try {
        if (this.#volumes.length > 0) await docker(["volume", "rm", "--force", ...this.#volumes]);
      } finally {
        await docker(["network", "rm", this.#name]);
      }
    }
  }
}

function mountpoint(volume: string): Promise<string> {
  return docker(["volume", "inspect", "--format", "{{.Mountpoint}}", volume]);
}

/** A store in a container of its own. */
export class StoreContainer {
  readonly id: string;
  readonly #definition: StatefulDefinition;
  readonly #secrets: Readonly<Record<string, string>>;

  constructor(id: string, definition: StatefulDefinition, secrets: Readonly<Record<string, string>>) {
    this.id = id;
    this.#definition = definition;
    this.#secrets = secrets;
  }

  /** Files that only the store's user may read, as Swarm's are; of `secrets` those that its task gets. */
  async putSecrets(secrets: Readonly<Record<string, string>>): Promise<void> {
    const owner = Number(this.#definition.user.split(":")[0]);
    const own = Object.entries(secrets).filter(([name]) => name in (this.#definition.secrets ?? {}));
    const files = own.map(([name, content]) => ({ name, content, mode: 0o400, owner }));
    await docker(["cp", "-", `${this.id}:/run/secrets`], { input: fileArchive(files) });
  }

  /** Returns when it is healthy; throws with its log after 60 s. */
  async start(): Promise<void> {
    await docker(["start", this.id]);
    const deadline = Date.now() + 60_000;
    while (!(await this.isHealthy())) {
      if (Date.now() > deadline) throw new Error(await docker(["logs", this.id]));
      await delay(250);
    }
  }

  async isHealthy(): Promise<boolean> {
    try {
      await docker(["exec", this.id, ...this.#definition.health.argv]);
      return true;
    } catch (error) {
      if (error instanceof LocalCommandError) return false;
      throw error;
    }
  }

  async address(): Promise<string> {
    return docker([
      ...["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"],
      this.id,
    ]);
  }

  /** Hands an open client of the definition's recovery over, and closes it. @param secrets those of the container, if not said */
  async use<T>(work: (client: unknown) => Promise<T>, secrets = this.#secrets): Promise<T> {
    const { recovery } = this.#definition;
    const client = await recovery.connect({ host: await this.address(), secrets, grants: sampleGrants });
    try {
      return await work(client);
    } finally {
      await recovery.close(client);
    }
  }
}
