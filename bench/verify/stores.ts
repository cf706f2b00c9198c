import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StatefulDefinition } from "../../catalog/definition.ts";
import { bytes } from "../../catalog/quantities.ts";
import { layout } from "../../contract/layout.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import type { ServiceStart } from "../../recovery/docker/service-start.ts";
import { runProgram } from "../../recovery/host/run-program.ts";
import { proofContainer } from "../../recovery/proof/proof-container.ts";
import { ProofFiles } from "../../recovery/proof/proof-files.ts";
import type { StoreStart } from "../../recovery/proof/prove-stores.ts";
import { openStore, type Store } from "../../recovery/stores/store.ts";
import { benchLabel, type BenchEngine } from "./bench-docker.ts";

const startLimitMs = 120_000;

/** Programs that are started at a store, each in one file: many are, and one file is up soonest. */
export interface BenchPrograms {
  /** The agent, as hosts run it. */
  readonly agent: string;
  /** `store-child.ts`. */
  readonly child: string;
}

/** A store's image and its present secrets. */
export interface StoreSettings {
  readonly image: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Stores in lone containers, each as its Swarm service would start it. */
export class BenchStores {
  readonly #docker: BenchEngine;
  readonly #settings: ReadonlyMap<string, StoreSettings>;
  readonly #programs: BenchPrograms;
  #starts = 0;

  constructor(docker: BenchEngine, settings: ReadonlyMap<string, StoreSettings>, programs: BenchPrograms) {
    this.#docker = docker;
    this.#settings = settings;
    this.#programs = programs;
  }

  /** Starts the agent's program, as it starts itself. */
  get agentProgram(): readonly string[] {
    return [process.execPath, this.#programs.agent];
  }

  /** How a service would start its task. */
  async startOf(definition: StatefulDefinition): Promise<StoreStart> {
    const { image, secrets } = this.#settingsOf(definition);
    const files = Object.entries(definition.files ?? {}).map(async ([path, url]) => {
      return { path, mode: 0o444, content: await readFile(fileURLToPath(url)) };
    });
    return { start: declaredStart(definition, image), secrets, files: await Promise.all(files) };
  }

  /**
   * Starts a store on the directories below `data`, and waits until the agent is let in and has done its first work there.
   * @throws Error with the store's last words when it is not
   */
  async start(
    definition: StatefulDefinition,
    data: string,
    first: (store: Store) => Promise<unknown>,
  ): Promise<void> {
    const { name } = definition;
    const { start, secrets, files } = await this.startOf(definition);
    this.#starts += 1;
    const given = new ProofFiles({
      point: "",
      indexes: [],
      clone: data,
      given: join(layout.runtime, `given-${this.#starts}`),
    });
    const own = Object.entries(secrets).filter(([secret]) => !(secret in (definition.userSecrets ?? {})));
    const mounts = await given.give(name, definition.user, Object.fromEntries(own), files);
    const container = {
      ...proofContainer(definition, start, { ...mounts, data }),
      name: `kaleem-verify-${name}`,
      label: benchLabel,
    };
    const id = await this.#docker.startAlone(container);
    this.#docker.serve(name, id);
    await this.#untilOpen(name, id, first);
  }

  /** Ends a store and takes its container away. */
  async stop(service: string): Promise<void> {
    await this.#docker.removeContainer(`kaleem-verify-${service}`);
    this.#docker.serve(service, null);
  }

  /** Hands over an open store, as the agent opens it. */
  async use<T>(service: string, work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore(service, { docker: this.#docker, self: this.agentProgram });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  /** Fills a store, or makes a fault in it. @param fault its name; null fills it */
  async change(definition: StatefulDefinition, fault: string | null, seed: number): Promise<void> {
    const { name } = definition;
    const [container] = await this.#docker.containersOf(name);
    if (container === undefined) throw new Error(`${name} does not run`);
    const { secrets } = this.#settingsOf(definition);
    await runProgram(
      ["nsenter", "-t", String(container.pid), "-n", "--", process.execPath, this.#programs.child],
      {
        stdin: JSON.stringify({ store: name, secrets, fault, seed }),
        timeoutMs: 120_000,
      },
    );
  }

  async #untilOpen(service: string, id: string, first: (store: Store) => Promise<unknown>): Promise<void> {
    let silence: unknown;
    const answers = async (): Promise<boolean> => {
      if (!(await this.#docker.inspectContainer(id)).running)
        throw await this.#lastWords(service, id, "it ended");
      try {
        await this.use(service, first);
        return true;
      } catch (error) {
        silence = error;
        return false;
      }
    };
    const opened = await waitUntil(answers, { limitMs: startLimitMs, everyMs: 150 });
    if (opened !== true)
      throw await this.#lastWords(service, id, silence instanceof Error ? silence.message : String(silence));
  }

  async #lastWords(service: string, id: string, why: string): Promise<Error> {
    const words = await this.#docker.logOf(id, 15);
    return new Error(`${service} does not start: ${why}. Its last words: ${words.trim()}`);
  }

  #settingsOf({ name }: StatefulDefinition): StoreSettings {
    const settings = this.#settings.get(name);
    if (settings === undefined) throw new Error(`${name}: the bench has no image of it`);
    return settings;
  }
}

/** As `up` declares it. Pure. */
function declaredStart(definition: StatefulDefinition, image: string): ServiceStart {
  const sized = definition.sizing?.(bytes(definition.limits.memory)) ?? {};
  return {
    image,
    user: definition.user,
    entrypoint: definition.entrypoint ?? null,
    args: [...(definition.args ?? []), ...(sized.args ?? [])],
    env: Object.entries({ ...definition.env, ...sized.env }).map(([name, value]) => `${name}=${value}`),
    memory: bytes(definition.limits.memory),
    readOnlyRoot: definition.writableRoot === undefined,
    capabilities: definition.capabilities ?? [],
    scratch: Object.fromEntries(
      Object.entries(definition.scratch ?? {}).map(([path, size]) => [path, bytes(size)]),
    ),
    configs: [],
  };
}
