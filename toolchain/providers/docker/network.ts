import { waitUntil } from "../../../contract/wait-until.ts";
import type { ResourceType } from "../protocol/resource-type.ts";
import { isList, isPropertyMap, unknown } from "../protocol/value.ts";
import type { PropertyMap, Value } from "../protocol/value.ts";
import type { DockerClient } from "./api/docker-client.ts";
import { DockerError } from "./api/docker-client.ts";
import { fault } from "./api/faults.ts";
import { list, object, text, texts } from "./api/json.ts";
import type { JsonObject } from "./api/json.ts";
import { labelsFromApi, labelsToApi } from "./labels.ts";
import { plan } from "./plan/plan.ts";
import { refreshedInputs } from "./plan/refreshed-inputs.ts";
import { inSetOrder } from "./plan/set-order.ts";
import { thinkWith } from "./resource-base.ts";
import { networkSchema } from "./schema/network.ts";

/** Swarm gives a network its driver, subnet and options a moment after it is made. */
const settleMilliseconds = 15_000;
/** A service's tasks hold on to a network for a moment after the service is gone. */
const releaseMilliseconds = 30_000;

/** `docker.Network`. */
export function networkType(docker: () => DockerClient): ResourceType {
  const thinking = thinkWith(networkSchema);
  return {
    ...thinking,
    create: async ({ inputs, preview }, { signal }) => {
      if (preview) return thinking.previewCreate(inputs);
      const planned = plan(networkSchema.fields, inputs);
      try {
        const id = await createNetwork(docker(), planned, signal);
        const properties = networkFromApi(await settledOrRemoved(docker(), id, signal));
        return { id, properties: thinking.finished(id, { ...properties, ipamOptions: null }) };
      } catch (error) {
        const why = error instanceof DockerError ? `Unable to create network: ${error.message}` : error;
        throw fault(why);
      }
    },
    read: async ({ id, inputs }) => {
      const found = await findNetwork(docker(), id);
      if (found === undefined) return undefined;
      const properties = networkFromApi(found);
      return {
        id,
        properties: thinking.finished(id, properties),
        inputs: refreshedInputs(networkSchema.fields, inputs, properties),
      };
    },
    delete: async ({ id }, { urn, signal }) => {
      try {
        await deleteNetwork(docker(), id, signal);
      } catch (error) {
        throw fault(error, "deleting", urn);
      }
    },
  };
}

async function createNetwork(
  docker: DockerClient,
  planned: PropertyMap,
  signal: AbortSignal,
): Promise<string> {
  const given = (value: Value | undefined): boolean =>
    value !== undefined && value !== null && value !== unknown;
  const body = {
    Name: planned["name"],
    CheckDuplicate: true,
    Attachable: planned["attachable"] === true,
    Internal: planned["internal"] === true,
    ...(given(planned["driver"]) ? { Driver: planned["driver"] } : {}),
    ...(given(planned["options"]) ? { Options: planned["options"] } : {}),
    Labels: labelsToApi(planned["labels"]),
    IPAM: { Driver: planned["ipamDriver"], Config: ipamToApi(planned["ipamConfigs"]) },
  };
  const created = object(await docker.json({ method: "POST", path: "/networks/create", body, signal }));
  return text(created["Id"]);
}

function ipamToApi(configs: Value | undefined): JsonObject[] {
  if (!isList(configs)) return [];
  return configs.filter(isPropertyMap).map((config) => ({
    ...(text(config["subnet"]) === "" ? {} : { Subnet: config["subnet"] }),
    ...(text(config["gateway"]) === "" ? {} : { Gateway: config["gateway"] }),
    ...(text(config["ipRange"]) === "" ? {} : { IPRange: config["ipRange"] }),
    ...(isPropertyMap(config["auxAddress"]) ? { AuxiliaryAddresses: config["auxAddress"] } : {}),
  }));
}

/** Docker's answer about a network as the state's properties. */
export function networkFromApi(network: JsonObject): PropertyMap {
  const ipam = object(network["IPAM"]);
  return {
    attachable: network["Attachable"] === true,
    driver: text(network["Driver"]),
    ingress: network["Ingress"] === true,
    internal: network["Internal"] === true,
    ipamConfigs: inSetOrder(
      list(ipam["Config"])
        .map(object)
        .map((config) => ({
          auxAddress: texts(config["AuxiliaryAddresses"]),
          gateway: text(config["Gateway"]),
          ipRange: text(config["IPRange"]),
          subnet: text(config["Subnet"]),
        })),
    ),
    ipamDriver: text(ipam["Driver"]),
    ipamOptions: texts(ipam["Options"]),
    ipv6: network["EnableIPv6"] === true,
    labels: labelsFromApi(network["Labels"]),
    name: text(network["Name"]),
    options: texts(network["Options"]),
    scope: text(network["Scope"]),
  };
}

async function findNetwork(docker: DockerClient, id: string): Promise<JsonObject | undefined> {
  try {
    return object(await docker.json({ method: "GET", path: `/networks/${encodeURIComponent(id)}` }));
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return undefined;
    throw error;
  }
}

/** A network that does not become usable, or whose run is cancelled, would be in the way of the next run. */
async function settledOrRemoved(docker: DockerClient, id: string, signal: AbortSignal): Promise<JsonObject> {
  try {
    return await settledNetwork(docker, id, signal);
  } catch (error) {
    await docker.json({ method: "DELETE", path: `/networks/${encodeURIComponent(id)}` });
    throw error;
  }
}

async function settledNetwork(docker: DockerClient, id: string, signal: AbortSignal): Promise<JsonObject> {
  const settled = async (): Promise<JsonObject | undefined> => {
    const network = (await findNetwork(docker, id)) ?? {};
    return isSettled(network) ? network : undefined;
  };
  return waitUntil(settled, {
    limitMs: settleMilliseconds,
    everyMs: 200,
    signal,
    late: () => `Network with ID (${id}) got no subnet within 15s`,
  });
}

/** Whether Docker's answer about a network is whole: until Swarm has looked at it, one of its own has a name and no driver. */
export function isSettled(network: JsonObject): boolean {
  const driver = text(network["Driver"]);
  const hasSubnet = list(object(network["IPAM"])["Config"]).length > 0;
  return text(network["Name"]) !== "" && driver !== "" && (driver !== "overlay" || hasSubnet);
}

/** Removes a network and waits until it is gone; one that is gone already is fine. */
async function deleteNetwork(docker: DockerClient, id: string, signal: AbortSignal): Promise<void> {
  let refusal: DockerError | undefined;
  const isGone = async (): Promise<boolean> => {
    try {
      await docker.json({ method: "DELETE", path: `/networks/${encodeURIComponent(id)}`, signal });
      refusal = undefined;
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return true;
      if (!(error instanceof DockerError) || !/in use by|active endpoints/.test(error.message)) throw error;
      refusal = error;
    }
    return (await findNetwork(docker, id)) === undefined;
  };
  await waitUntil(isGone, {
    limitMs: releaseMilliseconds,
    everyMs: 500,
    signal,
    late: () => refusal ?? `Network with ID (${id}) is still there 30s after its removal`,
  });
}
