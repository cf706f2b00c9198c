import type { PropertyMap } from "../../protocol/value.ts";
import type { JsonObject } from "../api/json.ts";
import { labelsToApi } from "../labels.ts";
import { containerToApi } from "./container-to-api.ts";
import { block, blocks, nanosecondsOf, numberOf, textList, textMap, textOf } from "./planned.ts";

/** A planned service as Docker's create and update take it. Throws when a network has neither id nor name. */
export function serviceToApi(planned: PropertyMap): JsonObject {
  const update = block(planned, "updateConfig");
  const rollback = block(planned, "rollbackConfig");
  return {
    Name: textOf(planned, "name"),
    Labels: labelsToApi(planned["labels"]),
    TaskTemplate: taskToApi(block(planned, "taskSpec") ?? {}),
    Mode: modeToApi(block(planned, "mode")),
    ...(update === undefined ? {} : { UpdateConfig: rolloutToApi(update) }),
    ...(rollback === undefined ? {} : { RollbackConfig: rolloutToApi(rollback) }),
    EndpointSpec: endpointToApi(block(planned, "endpointSpec")),
  };
}

function taskToApi(task: PropertyMap): JsonObject {
  const logDriver = block(task, "logDriver");
  return {
    ContainerSpec: containerToApi(block(task, "containerSpec") ?? {}),
    Resources: resourcesToApi(block(task, "resources") ?? {}),
    RestartPolicy: restartToApi(block(task, "restartPolicy")),
    Placement: placementToApi(block(task, "placement") ?? {}),
    Networks: blocks(task, "networksAdvanceds").map(networkToApi),
    ForceUpdate: numberOf(task, "forceUpdate"),
    ...(textOf(task, "runtime") === "" ? {} : { Runtime: textOf(task, "runtime") }),
    ...(logDriver === undefined
      ? {}
      : { LogDriver: { Name: textOf(logDriver, "name"), Options: textMap(logDriver, "options") } }),
  };
}

function networkToApi(network: PropertyMap): JsonObject {
  const target = textOf(network, "id") === "" ? textOf(network, "name") : textOf(network, "id");
  if (target === "") throw new Error("network 'name' or 'id' must be specified");
  return { Target: target, Aliases: textList(network, "aliases") };
}

function resourcesToApi(resources: PropertyMap): JsonObject {
  const amount = (of: PropertyMap): JsonObject => ({
    NanoCPUs: numberOf(of, "nanoCpus"),
    MemoryBytes: numberOf(of, "memoryBytes"),
  });
  const limits = block(resources, "limits");
  const reservation = block(resources, "reservation");
  return {
    ...(limits === undefined ? {} : { Limits: amount(limits) }),
    ...(reservation === undefined ? {} : { Reservations: amount(reservation) }),
  };
}

/** Left out, Swarm's own policy holds (any, 5 s); given in part, the rest is 0. */
function restartToApi(restart: PropertyMap | undefined): JsonObject {
  if (restart === undefined) return {};
  return {
    ...(textOf(restart, "condition") === "" ? {} : { Condition: textOf(restart, "condition") }),
    Delay: nanosecondsOf(restart, "delay"),
    MaxAttempts: numberOf(restart, "maxAttempts"),
    Window: nanosecondsOf(restart, "window"),
  };
}

function placementToApi(placement: PropertyMap): JsonObject {
  return {
    Constraints: textList(placement, "constraints"),
    MaxReplicas: numberOf(placement, "maxReplicas"),
    Platforms: blocks(placement, "platforms").map((platform) => ({
      Architecture: textOf(platform, "architecture"),
      OS: textOf(platform, "os"),
    })),
  };
}

function modeToApi(mode: PropertyMap | undefined): JsonObject {
  if (mode === undefined) return {};
  const replicated = block(mode, "replicated");
  return {
    ...(replicated === undefined ? {} : { Replicated: { Replicas: numberOf(replicated, "replicas") } }),
    ...(mode["global"] === true ? { Global: {} } : {}),
  };
}

function rolloutToApi(rollout: PropertyMap): JsonObject {
  return {
    Parallelism: numberOf(rollout, "parallelism"),
    Delay: nanosecondsOf(rollout, "delay"),
    FailureAction: textOf(rollout, "failureAction"),
    Monitor: nanosecondsOf(rollout, "monitor"),
    MaxFailureRatio: Number(textOf(rollout, "maxFailureRatio")),
    Order: textOf(rollout, "order"),
  };
}

function endpointToApi(endpoint: PropertyMap | undefined): JsonObject {
  if (endpoint === undefined) return {};
  return {
    ...(textOf(endpoint, "mode") === "" ? {} : { Mode: textOf(endpoint, "mode") }),
    Ports: blocks(endpoint, "ports").map((port) => ({
      Name: textOf(port, "name"),
      Protocol: textOf(port, "protocol"),
      TargetPort: numberOf(port, "targetPort"),
      PublishedPort: numberOf(port, "publishedPort"),
      PublishMode: textOf(port, "publishMode"),
    })),
  };
}
