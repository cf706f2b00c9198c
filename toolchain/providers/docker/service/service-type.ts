import { sentenceOf } from "../../../../contract/sentence-of.ts";
import type { ActionContext, ResourceType, UpdateRequest } from "../../protocol/resource-type.ts";
import type { PropertyMap } from "../../protocol/value.ts";
import type { DockerClient } from "../api/docker-client.ts";
import { fault, updateFault } from "../api/faults.ts";
import { number, object, text } from "../api/json.ts";
import { plan } from "../plan/plan.ts";
import { refreshedInputs } from "../plan/refreshed-inputs.ts";
import { thinkWith } from "../resource-base.ts";
import { serviceSchema } from "../schema/service.ts";
import { converge } from "./converge.ts";
import type { Patience } from "./converge.ts";
import { keepNulls } from "./keep-nulls.ts";
import { keepSets } from "./keep-sets.ts";
import { block, nanosecondsOf, textOf } from "./planned.ts";
import { lookUpImage, withRegistryImage } from "./registry-lookup.ts";
import { removeService } from "./remove-service.ts";
import type { RemovableService } from "./remove-service.ts";
import { serviceFromApi } from "./service-from-api.ts";
import { serviceToApi } from "./service-to-api.ts";
import { Swarm } from "./swarm.ts";

const { fields } = serviceSchema;
const thinking = thinkWith(serviceSchema);

/** `docker.Service`. */
export function serviceType(docker: () => DockerClient): ResourceType {
  return {
    ...thinking,
    create: async ({ inputs, preview }, context) => {
      if (preview) return thinking.previewCreate(inputs);
      const planned = plan(fields, inputs);
      try {
        return await createService(docker(), planned, context);
      } catch (error) {
        throw fault(error);
      }
    },
    read: async ({ id, state, inputs }) => {
      const found = await new Swarm(docker()).find(id);
      // The official plugin finds by id only: a name given to an import does not count.
      if (found === undefined || text(found["ID"]) !== id) return undefined;
      const properties = serviceFromApi(found, state);
      return {
        id,
        properties: thinking.finished(id, properties),
        inputs: refreshedInputs(fields, inputs, properties),
      };
    },
    update: async (request, context) => {
      const planned = plan(fields, request.news, request.state);
      if (request.preview) return { ...planned, id: request.id };
      try {
        return await updateService(new Swarm(docker()), request, planned, context);
      } catch (error) {
        throw updateFault(error, context.urn, request.id, thinking.finished(request.id, planned));
      }
    },
    delete: async ({ id, state }, { urn, signal }) => {
      try {
        const service = { id, name: textOf(state, "name"), graceNanoseconds: graceOf(state) };
        await removeService(new Swarm(docker()), service, signal);
      } catch (error) {
        throw fault(error, "deleting", urn);
      }
    },
  };
}

function graceOf(state: PropertyMap): number {
  return nanosecondsOf(block(block(state, "taskSpec") ?? {}, "containerSpec") ?? {}, "stopGracePeriod");
}

async function createService(
  docker: DockerClient,
  planned: PropertyMap,
  context: ActionContext,
): Promise<{ id: string; properties: PropertyMap }> {
  const swarm = new Swarm(docker);
  const spec = serviceToApi(planned);
  const image = text(object(object(spec["TaskTemplate"])["ContainerSpec"])["Image"]);
  const found = await lookUpImage(docker, image, context.signal);
  const id = await swarm.create(withRegistryImage(spec, found), context.signal);
  try {
    const patience = patienceOf(planned);
    if (patience !== undefined) await converge(swarm, id, patience, context);
    const state = keepNulls(planned, serviceFromApi(await swarm.inspect(id), planned));
    return { id, properties: thinking.finished(id, keepSets(fields, planned, state)) };
  } catch (error) {
    // What never converged, or was cancelled meanwhile, is not in the state: left behind it would block its own name.
    await removeAfter(error, swarm, { id, name: id, graceNanoseconds: graceOf(planned) });
    throw error;
  }
}

async function removeAfter(cause: unknown, swarm: Swarm, service: RemovableService): Promise<void> {
  try {
    await removeService(swarm, service, new AbortController().signal);
  } catch (error) {
    const why = sentenceOf(cause);
    const next = sentenceOf(error);
    throw new Error(`${why}\n\nRemoving the service failed too, remove it by hand: ${next}`, {
      cause: error,
    });
  }
}

async function updateService(
  swarm: Swarm,
  request: UpdateRequest,
  planned: PropertyMap,
  context: ActionContext,
): Promise<PropertyMap> {
  const { id } = request;
  const before = await swarm.inspect(id);
  await swarm.update(id, number(object(before["Version"])["Index"]), serviceToApi(planned), context.signal);
  const patience = patienceOf(planned);
  // `convergeConfig.delay` counts on create only, as with the official plugin.
  if (patience !== undefined) await converge(swarm, id, { ...patience, delayNanoseconds: 0 }, context);
  const state = serviceFromApi(await swarm.inspect(id), planned);
  return thinking.finished(id, keepSets(fields, planned, state));
}

function patienceOf(planned: PropertyMap): Patience | undefined {
  const config = block(planned, "convergeConfig");
  if (config === undefined) return undefined;
  return {
    delayNanoseconds: nanosecondsOf(config, "delay"),
    timeoutNanoseconds: nanosecondsOf(config, "timeout"),
  };
}
