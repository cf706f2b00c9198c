import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import type { Docker } from "../../docker/docker.ts";
import type { LoneContainer } from "../../docker/lone-container.ts";
import { proofContainer, unlockingContainer, type ProofMounts } from "../../proof/proof-container.ts";
import { ProofFiles } from "../../proof/proof-files.ts";
import { ownSecrets, type StoreStart } from "../../proof/prove-stores.ts";
import type { StorePorts } from "../../proof/prove-store.ts";
import type { Container } from "../../docker/container.ts";
import { endTidily } from "../../stores/lone-start.ts";
import { StoreRefused } from "../../stores/store-channel.ts";
import type { Store } from "../../stores/store.ts";
import type { HostPort } from "../../host/host-port.ts";
import { isolatedFolder, KeptStart } from "./kept-start.ts";

/** What the containers of stores that are being restored are found by. */
export const isolatedLabel = "kaleem.restored";

/** What a store in isolation is started through. */
export interface IsolationPorts {
  readonly docker: Pick<Docker, "startAlone" | "inspectContainer" | "removeContainer" | "aloneWith" | "kill">;
  readonly unlock: StorePorts["unlock"];
  open(service: string, container: Container, secrets: Readonly<Record<string, string>>): Promise<Store>;
  readonly files: Pick<ProofFiles, "give" | "clear">;
  /** Holds the live directories by their names. @default layout.live */
  readonly live?: string;
}

/** Where a store in isolation finds what it reads. */
export function isolatedFiles(): ProofFiles {
  const given = `${isolatedFolder}/given`;
  return new ProofFiles({ point: layout.live, indexes: [], clone: given, given });
}

/**
 * A store on its live directories, in a container without a network: the agent reaches it, and nothing else on the host or the platform
 * does. It is started as its service would be; the service itself is at no replicas meanwhile.
 */
export class IsolatedStore {
  readonly #definition: StatefulDefinition;
  readonly #ports: IsolationPorts;

  constructor(definition: StatefulDefinition, ports: IsolationPorts) {
    this.#definition = definition;
    this.#ports = ports;
  }

  /** Its container while it runs; null otherwise. */
  async running(): Promise<Container | null> {
    for (const id of await this.#ports.docker.aloneWith(labelOf(this.#definition))) {
      const container = await this.#ports.docker.inspectContainer(id);
      if (container.running) return container;
    }
    return null;
  }

  /** Nothing when it runs already. */
  async start(start: StoreStart): Promise<void> {
    if ((await this.running()) !== null) return;
    const mounts = await this.#give(start);
    await this.#ports.docker.startAlone(this.#ownName(proofContainer(this.#definition, start.start, mounts)));
  }

  /** Ends it so that its files are closed as by any stop; nothing when there is none. */
  async stop(): Promise<void> {
    const { docker, files } = this.#ports;
    for (const id of await docker.aloneWith(labelOf(this.#definition))) {
      if ((await docker.inspectContainer(id)).running) await endTidily(this.#definition, id, docker);
      await docker.removeContainer(id);
    }
    await files.clear();
  }

  /**
   * Asks it over a connection of its own. Data of before a rotation refuses the present password: the store is then unlocked and started
   * again, and the refusal is thrown all the same, since whoever waits asks again.
   * @throws RecoveryError `storeDown` when it does not run
   */
  async ask<Value>(start: StoreStart, question: (store: Store) => Promise<Value>): Promise<Value> {
    const { name } = this.#definition;
    const container = await this.running();
    if (container === null)
      throw new RecoveryError(
        exitCodes.storeDown,
        `Store ${name} ended on the restored data: see \`docker logs ${this.#containerName}\` on the host`,
      );
    let store: Store;
    try {
      store = await this.#ports.open(name, container, start.secrets);
    } catch (error) {
      if (error instanceof StoreRefused) await this.#unlock(start);
      throw error;
    }
    try {
      return await question(store);
    } finally {
      await store.close();
    }
  }

  async #unlock(start: StoreStart): Promise<void> {
    const { docker, unlock } = this.#ports;
    await this.stop();
    const alone = unlockingContainer(this.#definition, start.start, await this.#give(start));
    if (alone !== null) {
      const id = await docker.startAlone(this.#ownName(alone));
      await unlock(this.#definition, id, start.secrets);
      await docker.removeContainer(id);
    }
    await this.start(start);
  }

  async #give({ start, secrets, files }: StoreStart): Promise<ProofMounts> {
    const { name, user } = this.#definition;
    await this.#ports.files.clear();
    const own = ownSecrets(this.#definition, { start, secrets });
    const mounts = await this.#ports.files.give(name, user, own, files);
    return { ...mounts, data: this.#ports.live ?? layout.live };
  }

  get #containerName(): string {
    return `kaleem-restored-${this.#definition.name}`;
  }

  /** A proof of another point may be at work beside it, and clears its own containers away. */
  #ownName(alone: LoneContainer): LoneContainer {
    const { confined, ...rest } = alone;
    return {
      ...rest,
      name: this.#containerName,
      label: labelOf(this.#definition),
      ...(confined === undefined ? {} : { confined: { ...confined, asService: true } }),
    };
  }
}

function labelOf({ name }: StatefulDefinition): string {
  return `${isolatedLabel}.${name}`;
}

/** Ends whatever stores a restore has left in isolation, and forgets how they are started. */
export async function clearIsolated({
  docker,
  stores,
  host,
}: {
  readonly docker: Pick<Docker, "inspectContainer" | "removeContainer" | "aloneWith" | "kill">;
  readonly stores: readonly StatefulDefinition[];
  readonly host: Pick<HostPort, "readFile" | "writeFile" | "removeFile">;
}): Promise<void> {
  for (const definition of stores) {
    for (const id of await docker.aloneWith(labelOf(definition))) {
      if ((await docker.inspectContainer(id)).running) await endTidily(definition, id, docker);
      await docker.removeContainer(id);
    }
    await new KeptStart(host, definition.name).forget();
  }
}
