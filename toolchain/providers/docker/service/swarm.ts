import type { DockerClient } from "../api/docker-client.ts";
import { DockerError } from "../api/docker-client.ts";
import { list, number, object, text } from "../api/json.ts";
import type { JsonObject } from "../api/json.ts";

/** A health check that prints a page must not fill the screen. */
const maxHealthcheckCharacters = 500;

/** A task of a service, as far as the provider looks at it. */
export interface SwarmTask {
  readonly id: string;
  readonly state: string;
  readonly desiredState: string;
  /** What went wrong, "" when nothing did. */
  readonly problem: string;
  readonly containerId: string;
  /** What the task runs, comparable with `fingerprintOf` its service. */
  readonly fingerprint: string;
  readonly createdAt: string;
  /** What one task is wanted for: a slot of a replicated service, a node of a global one. */
  readonly place: string;
}

/** Where Swarm is with an update; `state` is "" when it has nothing to update. */
export interface UpdateStatus {
  readonly state: string;
  readonly message: string;
}

/** The calls about services and their tasks. */
export class Swarm {
  readonly #docker: DockerClient;

  constructor(docker: DockerClient) {
    this.#docker = docker;
  }

  /** The service by id or name, `undefined` when there is none. */
  async find(idOrName: string): Promise<JsonObject | undefined> {
    try {
      return await this.inspect(idOrName);
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return undefined;
      throw error;
    }
  }

  async inspect(idOrName: string): Promise<JsonObject> {
    return object(
      await this.#docker.json({ method: "GET", path: `/services/${encodeURIComponent(idOrName)}` }),
    );
  }

  async create(spec: JsonObject, signal: AbortSignal): Promise<string> {
    const created = await this.#docker.json({ method: "POST", path: "/services/create", body: spec, signal });
    return text(object(created)["ID"]);
  }

  async update(id: string, version: number, spec: JsonObject, signal: AbortSignal): Promise<void> {
    const path = `/services/${encodeURIComponent(id)}/update?version=${version}`;
    await this.#docker.json({ method: "POST", path, body: spec, signal });
  }

  /**
   * Gives Swarm the service as it has it already, which makes it look at all of its tasks once more. False when the service
   * was changed in between, so that this must be asked again.
   */
  async lookAgain(service: JsonObject, signal: AbortSignal): Promise<boolean> {
    try {
      const version = number(object(service["Version"])["Index"]);
      await this.update(text(service["ID"]), version, object(service["Spec"]), signal);
      return true;
    } catch (error) {
      if (error instanceof DockerError && /out of sequence/.test(error.message)) return false;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#docker.json({ method: "DELETE", path: `/services/${encodeURIComponent(id)}` });
  }

  /** The service's tasks, newest first. Refused by Docker when there is no such service. */
  async tasks(service: string): Promise<SwarmTask[]> {
    const filters = encodeURIComponent(JSON.stringify({ service: [service] }));
    const tasks = list(await this.#docker.json({ method: "GET", path: `/tasks?filters=${filters}` })).map(
      toTask,
    );
    return tasks.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  }

  /** Whether a container is still there; one on another node never is, from here. */
  async hasContainer(id: string): Promise<boolean> {
    try {
      await this.#docker.json({ method: "GET", path: `/containers/${id}/json` });
      return true;
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return false;
      throw error;
    }
  }

  /** What a container's last failed health check wrote, "" when there is none. */
  async lastHealthcheck(containerId: string): Promise<string> {
    try {
      const container = object(
        await this.#docker.json({ method: "GET", path: `/containers/${containerId}/json` }),
      );
      const probes = list(object(object(container["State"])["Health"])["Log"]).map(object);
      const failed = probes.findLast((probe) => number(probe["ExitCode"]) !== 0);
      return text(failed?.["Output"]).trim().slice(0, maxHealthcheckCharacters);
    } catch (error) {
      if (error instanceof DockerError) return "";
      throw error;
    }
  }

  /** The last lines that a container wrote, "" when it is gone or its log driver keeps none. */
  async lastLines(containerId: string, lines: number): Promise<string> {
    const path = `/containers/${containerId}/logs?stdout=true&stderr=true&tail=${lines}`;
    try {
      return demultiplex(await this.#docker.bytes({ method: "GET", path }));
    } catch (error) {
      if (error instanceof DockerError) return "";
      throw error;
    }
  }
}

function toTask(value: unknown): SwarmTask {
  const task = object(value);
  const status = object(task["Status"]);
  return {
    id: text(task["ID"]),
    state: text(status["State"]),
    desiredState: text(task["DesiredState"]),
    problem: text(status["Err"]),
    containerId: text(object(status["ContainerStatus"])["ContainerID"]),
    fingerprint: fingerprint(object(task["Spec"])),
    createdAt: text(task["CreatedAt"]),
    place: number(task["Slot"]) > 0 ? `slot ${number(task["Slot"])}` : text(task["NodeID"]),
  };
}

/** What a task of the service runs when it is up to date. */
export function fingerprintOf(service: JsonObject): string {
  return fingerprint(object(object(service["Spec"])["TaskTemplate"]));
}

/** Swarm copies a service's template into each task; these parts of it are never rewritten on the way. */
function fingerprint(template: JsonObject): string {
  const parts = ["ContainerSpec", "Resources", "RestartPolicy", "Networks", "LogDriver", "ForceUpdate"];
  return JSON.stringify(parts.map((part) => template[part] ?? null));
}

/** Where an update of the service stands. */
export function updateStatusOf(service: JsonObject): UpdateStatus {
  const status = object(service["UpdateStatus"]);
  return { state: text(status["State"]), message: text(status["Message"]) };
}

/** How many tasks the service wants; `undefined` for a global service, which has one on each node. */
export function replicasOf(service: JsonObject): number | undefined {
  const replicated = object(object(service["Spec"])["Mode"])["Replicated"];
  return replicated === undefined ? undefined : number(object(replicated)["Replicas"]);
}

/** Docker frames a container's output: 8 bytes of stream and length before each piece. */
function demultiplex(framed: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= framed.length;) {
    const length = framed.readUInt32BE(at + 4);
    pieces.push(framed.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString("utf8").trim();
}
