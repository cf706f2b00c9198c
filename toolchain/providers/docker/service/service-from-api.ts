import type { PropertyMap, Value } from "../../protocol/value.ts";
import { isObject, list, number, object, text, texts } from "../api/json.ts";
import type { JsonObject } from "../api/json.ts";
import { shortDuration } from "../duration.ts";
import { labelsFromApi } from "../labels.ts";
import { inSetOrder } from "../plan/set-order.ts";
import { containerFromApi } from "./container-from-api.ts";

/**
 * Docker's answer about a service as the state's properties. What only the provider knows (`convergeConfig`) is taken from
 * `known`, the state or plan.
 */
export function serviceFromApi(service: JsonObject, known: PropertyMap): PropertyMap {
  const spec = object(service["Spec"]);
  return {
    auth: null,
    convergeConfig: known["convergeConfig"] ?? null,
    endpointSpec: endpointFromApi(service),
    labels: labelsFromApi(spec["Labels"]),
    mode: modeFromApi(object(spec["Mode"])),
    name: text(spec["Name"]),
    rollbackConfig: rolloutFromApi(spec["RollbackConfig"]),
    taskSpec: taskFromApi(object(spec["TaskTemplate"])),
    updateConfig: rolloutFromApi(spec["UpdateConfig"]),
  };
}

/** What Swarm made of the endpoint; a service that was just made only has what was asked for. */
function endpointFromApi(service: JsonObject): Value {
  const endpoint = object(service["Endpoint"]);
  const made = text(object(endpoint["Spec"])["Mode"]);
  const asked = object(object(service["Spec"])["EndpointSpec"]);
  return {
    mode: made === "" ? text(asked["Mode"]) : made,
    ports: list(made === "" ? asked["Ports"] : endpoint["Ports"]).map((entry) => {
      const port = object(entry);
      return {
        name: text(port["Name"]),
        protocol: text(port["Protocol"]),
        publishMode: text(port["PublishMode"]),
        publishedPort: number(port["PublishedPort"]),
        targetPort: number(port["TargetPort"]),
      };
    }),
  };
}

function modeFromApi(mode: JsonObject): Value {
  const replicated = mode["Replicated"];
  return {
    global: isObject(mode["Global"]),
    replicated: isObject(replicated) ? { replicas: number(object(replicated)["Replicas"]) } : null,
  };
}

function rolloutFromApi(value: unknown): Value {
  if (!isObject(value)) return null;
  const rollout = object(value);
  return {
    delay: shortDuration(number(rollout["Delay"])),
    failureAction: text(rollout["FailureAction"]),
    maxFailureRatio: number(rollout["MaxFailureRatio"]).toFixed(1),
    monitor: shortDuration(number(rollout["Monitor"])),
    order: text(rollout["Order"]),
    parallelism: number(rollout["Parallelism"]),
  };
}

function taskFromApi(task: JsonObject): Value {
  const logDriver = object(task["LogDriver"]);
  return {
    containerSpec: containerFromApi(object(task["ContainerSpec"])),
    forceUpdate: number(task["ForceUpdate"]),
    logDriver: isObject(task["LogDriver"])
      ? { name: text(logDriver["Name"]), options: texts(logDriver["Options"]) }
      : null,
    networksAdvanceds: inSetOrder(
      list(task["Networks"])
        .map(object)
        .map((network) => ({
          aliases: inSetOrder(list(network["Aliases"]).map(String)),
          driverOpts: [],
          id: text(network["Target"]),
          name: "",
        })),
    ),
    placement: isObject(task["Placement"]) ? placementFromApi(object(task["Placement"])) : null,
    resources: isObject(task["Resources"]) ? resourcesFromApi(object(task["Resources"])) : null,
    restartPolicy: isObject(task["RestartPolicy"]) ? restartFromApi(object(task["RestartPolicy"])) : null,
    runtime: text(task["Runtime"]),
  };
}

function placementFromApi(placement: JsonObject): Value {
  return {
    constraints: inSetOrder(list(placement["Constraints"]).map(String)),
    maxReplicas: number(placement["MaxReplicas"]),
    platforms: inSetOrder(
      list(placement["Platforms"])
        .map(object)
        .map((platform) => ({ architecture: text(platform["Architecture"]), os: text(platform["OS"]) })),
    ),
    prefs: [],
  };
}

function resourcesFromApi(resources: JsonObject): Value {
  const amount = (value: unknown): { memoryBytes: number; nanoCpus: number } => {
    const of = object(value);
    return { memoryBytes: number(of["MemoryBytes"]), nanoCpus: number(of["NanoCPUs"]) };
  };
  return {
    limits: isObject(resources["Limits"]) ? amount(resources["Limits"]) : null,
    reservation: isObject(resources["Reservations"])
      ? { genericResources: null, ...amount(resources["Reservations"]) }
      : null,
  };
}

function restartFromApi(restart: JsonObject): Value {
  const durationOf = (key: string): string =>
    typeof restart[key] === "number" ? shortDuration(number(restart[key])) : "";
  return {
    condition: text(restart["Condition"]),
    delay: durationOf("Delay"),
    maxAttempts: number(restart["MaxAttempts"]),
    window: durationOf("Window"),
  };
}
