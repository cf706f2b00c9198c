import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { Docker } from "../../docker/docker.ts";
import type { Container } from "../../docker/container.ts";
import type { Store } from "../../stores/store.ts";

/**
 * The containers that open clients talk to, as they are now.
 * @throws RecoveryError `storeDown` when a store was replaced meanwhile: its canary then proves nothing.
 */
export async function sameContainers(
  docker: Docker,
  open: readonly Pick<Store, "service" | "container">[],
): Promise<Store["container"][]> {
  return Promise.all(
    open.map(async ({ service, container }) => {
      const [now] = await docker.containersOf(service);
      if (now === undefined || now.id !== container.id || now.startedAt !== container.startedAt) {
        throw new RecoveryError(
          exitCodes.storeDown,
          `No point: store ${service} was restarted while the point was taken. The next point follows.`,
        );
      }
      return now;
    }),
  );
}

/**
 * The tasks of applications that keep files, and whether another one has started since. None may run, as while the platform is closed: then
 * nobody writes, and there is nobody to be paused.
 */
export class ApplicationTasks {
  readonly #docker: Docker;
  readonly #applications: readonly string[];
  #seen: ReadonlySet<string> = new Set();
  constructor(docker: Docker, applications: readonly string[]) {
    this.#docker = docker;
    this.#applications = applications;
  }

  /** Those that run now. */
  async now(): Promise<readonly Container[]> {
    const running = (await this.#running()).map(({ container }) => container);
    this.#seen = new Set(running.map(({ id }) => id));
    return running;
  }

  /** Null while none runs that did not run at the last `now`; else a sentence's part that says which. */
  async started(): Promise<string | null> {
    const other = (await this.#running()).find(({ container }) => !this.#seen.has(container.id));
    return other === undefined ? null : `${other.name} was started while its files were copied`;
  }

  async #running(): Promise<readonly { readonly name: string; readonly container: Container }[]> {
    const all = this.#applications.map(async (name) =>
      (await this.#docker.containersOf(name)).map((container) => ({ name, container })),
    );
    return (await Promise.all(all)).flat();
  }
}
