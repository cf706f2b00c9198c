import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import { parseContainer, type Container } from "./container.ts";
import { parseUsage, type ContainerUsage } from "../agent/measure/container-usage.ts";
import { DockerError } from "./docker-error.ts";
import { DockerSocket } from "./docker-socket.ts";
import { logText } from "./log-text.ts";
import { createBody, type LoneContainer } from "./lone-container.ts";
import { parseSwarmService, type SwarmService } from "./swarm-service.ts";

/** For how long a removal by somebody else is waited for. */
const removalLimitMs = 30_000;

/** The label that Swarm gives the containers of a service. */
const serviceLabel = "com.docker.swarm.service.name";
const listedTask = z.object({ Id: z.string(), Labels: z.record(z.string(), z.string()) });
const gatewayBridge = z.object({ Containers: z.record(z.string(), z.object({ IPv4Address: z.string() })) });

/** A container of a Swarm service. */
export interface Task {
  readonly service: string;
  readonly container: Container;
}

const listedTaskState = z.object({
  Status: z.object({ State: z.string(), Timestamp: z.string(), Err: z.string().optional() }),
});
const infoBody = z.object({
  RegistryConfig: z
    .object({ IndexConfigs: z.record(z.string(), z.object({ Secure: z.boolean() })).nullish() })
    .nullish(),
});
const configBody = z.object({ Spec: z.object({ Data: z.string() }) });
const listedContainer = z.object({ Id: z.string(), Created: z.number() });

/**
 * The few calls of the Docker Engine API that recovery needs, over the local socket. Paths carry no API version:
 * the daemon then answers with its own, so one bundle serves Docker 20.10 as well as engines that dropped old versions.
 */
export class Docker {
  readonly #socket: DockerSocket;
  /** @param timeoutMs Limit for one call. @default 15000 */
  constructor(socket = "/var/run/docker.sock", timeoutMs = 15_000) {
    this.#socket = new DockerSocket(socket, timeoutMs);
  }

  /** Running or paused containers of a Swarm service on this host, newest first. One that ends meanwhile is left out. */
  async containersOf(service: string): Promise<readonly Container[]> {
    const listed = z
      .array(listedContainer)
      .parse(await this.#list(`${serviceLabel}=${service}`))
      .sort((a, b) => b.Created - a.Created);
    const there = await Promise.all(listed.map(({ Id }) => this.#inspectIfThere(Id)));
    return there.filter((container) => container !== null);
  }

  /** Every running or paused container of a Swarm service on this host, by its service. One that ends meanwhile is left out. */
  async allTasks(): Promise<readonly Task[]> {
    const tasks = z
      .array(listedTask)
      .parse(await this.#list(serviceLabel))
      .map(async ({ Id, Labels }): Promise<Task[]> => {
        const container = await this.#inspectIfThere(Id);
        return container === null ? [] : [{ service: Labels[serviceLabel] ?? "", container }];
      });
    return (await Promise.all(tasks)).flat();
  }

  async #inspectIfThere(id: string): Promise<Container | null> {
    try {
      return await this.inspectContainer(id);
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return null;
      throw error;
    }
  }

  /** Running or paused containers with a label. */
  async #list(label: string): Promise<unknown> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label], status: ["running", "paused"] }));
    return this.#socket.call("GET", `/containers/json?filters=${filters}`, "list containers");
  }

  /** Every Swarm service. */
  async allServices(): Promise<readonly SwarmService[]> {
    return z
      .array(z.unknown())
      .parse(await this.#socket.call("GET", "/services", "list services"))
      .map(parseSwarmService);
  }

  /** What the newest task of a service that ended badly said of it; null when none did, or said nothing. */
  async newestFailure(service: string): Promise<string | null> {
    const filters = encodeURIComponent(JSON.stringify({ service: [service] }));
    const tasks = z
      .array(listedTaskState)
      .parse(await this.#socket.call("GET", `/tasks?filters=${filters}`, `list tasks of ${service}`));
    const [newest] = tasks
      .filter(({ Status }) => ["failed", "rejected"].includes(Status.State))
      .sort((a, b) => Date.parse(b.Status.Timestamp) - Date.parse(a.Status.Timestamp));
    const said = newest?.Status.Err?.trim() ?? "";
    return said === "" ? null : said;
  }

  /** What a container uses just now; null when it has ended meanwhile. */
  async usage(id: string): Promise<ContainerUsage | null> {
    try {
      return parseUsage(
        await this.#socket.call(
          "GET",
          `/containers/${id}/stats?stream=false&one-shot=true`,
          "measure container",
        ),
      );
    } catch (error) {
      if (error instanceof DockerError && (error.status === 404 || error.status === 409)) return null;
      throw error;
    }
  }

  /** Where a Swarm task's container answers from this host, and from nowhere else; null when it has no such address. */
  async hostAddress(id: string): Promise<string | null> {
    const body = await this.#socket.call("GET", "/networks/docker_gwbridge", "inspect docker_gwbridge");
    return gatewayBridge.parse(body).Containers[id]?.IPv4Address.split("/")[0] ?? null;
  }

  /** Rejects with a DockerError of status 404 when the container is gone. */
  async inspectContainer(id: string): Promise<Container> {
    return parseContainer(await this.#socket.call("GET", `/containers/${id}/json`, "inspect container"));
  }

  /** Freezes every process of a container; returns when all stand still. */
  async pause(id: string): Promise<void> {
    await this.#socket.call("POST", `/containers/${id}/pause`, "pause container");
  }

  /** Thaws a container. Refused with 500 or 409 when it is not paused. */
  async unpause(id: string): Promise<void> {
    await this.#socket.call("POST", `/containers/${id}/unpause`, "unpause container");
  }

  /** Sends a signal, such as `SIGHUP`, to a container's first process. */
  async kill(id: string, signal: NodeJS.Signals): Promise<void> {
    await this.#socket.call("POST", `/containers/${id}/kill?signal=${signal}`, `send ${signal}`);
  }

  /** Null when there is no such service. */
  async inspectService(name: string): Promise<SwarmService | null> {
    let body: unknown;
    try {
      body = await this.#socket.call(
        "GET",
        `/services/${encodeURIComponent(name)}`,
        `inspect service ${name}`,
      );
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return null;
      throw error;
    }
    return parseSwarmService(body);
  }

  /** Refused when the service changed since it was inspected. */
  async updateService(service: SwarmService, spec: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#socket.call(
      "POST",
      `/services/${service.id}/update?version=${service.version}`,
      `update service ${service.name}`,
      spec,
    );
  }

  /** Sets the number of replicas; tried again when somebody else changes the service at the same moment. Does not wait for tasks. */
  async scale(name: string, replicas: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const service = await this.inspectService(name);
      if (service === null) {
        throw new RecoveryError(
          exitCodes.failed,
          `Service ${name} does not exist on this host: run \`pulumi up\` first.`,
        );
      }
      if (service.replicas === replicas) return;
      try {
        await this.updateService(service, { ...service.spec, Mode: { Replicated: { Replicas: replicas } } });
        return;
      } catch (error) {
        if (attempt >= 5 || !(error instanceof DockerError) || !error.message.includes("out of sequence"))
          throw error;
      }
    }
  }

  /** Starts a container of its own, beside Swarm, without any network but loopback; its id. One of that name that was left behind goes first. */
  async startAlone(alone: LoneContainer): Promise<string> {
    await this.removeContainer(alone.name);
    const made = await this.#socket.call(
      "POST",
      `/containers/create?name=${alone.name}`,
      `create ${alone.name}`,
      createBody(alone),
    );
    const { Id } = z.object({ Id: z.string() }).parse(made);
    await this.#socket.call("POST", `/containers/${Id}/start`, `start ${alone.name}`);
    return Id;
  }

  /** Removes a container, running or not; nothing when there is none. */
  async removeContainer(idOrName: string): Promise<void> {
    try {
      await this.#socket.call("DELETE", `/containers/${idOrName}?force=true&v=true`, `remove ${idOrName}`);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      if (error.status === 404) return;
      // Somebody else, or Docker itself, removes it at this moment: what is wanted is that it is gone.
      if (error.status !== 409 || !/already in progress/.test(error.message)) throw error;
      await this.#untilGone(idOrName, error);
    }
  }

  async #untilGone(idOrName: string, refusal: DockerError): Promise<void> {
    const isGone = async (): Promise<boolean> => {
      try {
        await this.#socket.call("GET", `/containers/${idOrName}/json`, `inspect ${idOrName}`);
        return false;
      } catch (error) {
        if (error instanceof DockerError && error.status === 404) return true;
        throw error;
      }
    };
    await waitUntil(isGone, { limitMs: removalLimitMs, everyMs: 100, late: () => refusal });
  }

  /** Ids of all containers with a label, those that have ended included. */
  async aloneWith(label: string): Promise<readonly string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const path = `/containers/json?all=true&filters=${filters}`;
    const listed = await this.#socket.call("GET", path, "list containers");
    return z
      .array(listedContainer)
      .parse(listed)
      .map(({ Id }) => Id);
  }

  /** Its newest log lines, of both streams, oldest first. */
  async logOf(id: string, lines: number): Promise<string> {
    const path = `/containers/${id}/logs?stdout=true&stderr=true&tail=${lines}`;
    return logText(await this.#socket.read(path, "read the log"));
  }

  /** The registries that Docker here speaks plain HTTP to, by host; those on the loopback, which it always does, are not among them. */
  async plainRegistries(): Promise<ReadonlySet<string>> {
    const { RegistryConfig } = infoBody.parse(
      await this.#socket.call("GET", "/info", "ask Docker of itself"),
    );
    const known = Object.entries(RegistryConfig?.IndexConfigs ?? {});
    return new Set(known.filter(([, { Secure }]) => !Secure).map(([host]) => host));
  }

  /** The content of a Swarm config. */
  async configContent(id: string): Promise<Buffer> {
    const body = await this.#socket.call("GET", `/configs/${id}`, "read a config");
    return Buffer.from(configBody.parse(body).Spec.Data, "base64");
  }
}
