import { basename } from "node:path";
import type { Container } from "../../recovery/docker/container.ts";
import { Docker } from "../../recovery/docker/docker.ts";
import type { LoneContainer } from "../../recovery/docker/lone-container.ts";
import type { SwarmService } from "../../recovery/docker/swarm-service.ts";
import { proofLabel } from "../../recovery/proof/proof-container.ts";
import { outside } from "./room.ts";

/** What the stores of a bench are found by. */
export const benchLabel = "kaleem.verify";

/** What a bench asks of Docker beyond the agent. */
export interface BenchEngine extends Docker {
  /** From now on this container is the service's only task; null for none. */
  serve(service: string, id: string | null): void;
  /** Takes every container away that the bench has started. */
  clear(): Promise<void>;
}

/**
 * This machine's Docker without a Swarm: a service's task is the lone container that was last started for it. Names and labels of containers
 * are of this bench alone, since a proof takes away whatever bears its label on the same machine.
 */
export class BenchDocker extends Docker implements BenchEngine {
  readonly #folder: string;
  readonly #tasks = new Map<string, string>();

  /** @param folder the room's */
  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  serve(service: string, id: string | null): void {
    if (id === null) this.#tasks.delete(service);
    else this.#tasks.set(service, id);
  }

  override async containersOf(service: string): Promise<readonly Container[]> {
    const id = this.#tasks.get(service);
    if (id === undefined) return [];
    const container = await this.inspectContainer(id);
    return container.running ? [container] : [];
  }

  override inspectService(name: string): Promise<SwarmService | null> {
    return Promise.resolve(declaredService(name));
  }

  override async startAlone(alone: LoneContainer): Promise<string> {
    const binds = alone.binds.map((bind) => {
      const [from = "", ...rest] = bind.split(":");
      return [outside(this.#folder, from), ...rest].join(":");
    });
    const { name, label = benchLabel } = alone;
    return super.startAlone({ ...alone, name: this.#own(name), label: this.#own(label), binds });
  }

  override async removeContainer(idOrName: string): Promise<void> {
    await super.removeContainer(this.#own(idOrName));
  }

  override async aloneWith(label: string): Promise<readonly string[]> {
    return super.aloneWith(this.#own(label));
  }

  override async logOf(idOrName: string, lines: number): Promise<string> {
    return super.logOf(this.#own(idOrName), lines);
  }

  /** Takes every container away that was started for this room. */
  async clear(): Promise<void> {
    for (const label of [benchLabel, proofLabel])
      for (const id of await this.aloneWith(label)) await this.removeContainer(id);
  }

  /** Ids stay as they are. */
  #own(name: string): string {
    const tag = basename(this.#folder);
    return /^kaleem[-.]/.test(name) && !name.endsWith(tag) ? `${name}-${tag}` : name;
  }
}

/** As if `up` had declared it. */
export function declaredService(name: string): SwarmService {
  return { id: name, name, version: 1, image: name, replicas: 1, updateState: null, update: null, spec: {} };
}
