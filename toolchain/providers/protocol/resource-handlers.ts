import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { decode, encode } from "./codec.ts";
import { actionOf, answer, contextOf, typeOf } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { CreateResponse, Empty, ReadResponse, UpdateResponse } from "./proto.ts";
import type {
  CheckRequest,
  DeleteRequest,
  DiffRequest,
  ReadRequest,
  UpdateRequest,
} from "./resource-type.ts";
import { toCheckResponse, toDiffResponse } from "./responses.ts";

/** The answers to the calls about one resource. */
export function resourceHandlers(frame: Frame): UntypedServiceImplementation {
  return {
    check: answer(frame, async (request: messages.CheckRequest) =>
      toCheckResponse(await typeOf(frame, request).check(toCheckRequest(request), contextOf(frame, request))),
    ),
    diff: answer(frame, async (request: messages.DiffRequest) =>
      toDiffResponse(await typeOf(frame, request).diff(toDiffRequest(request), contextOf(frame, request))),
    ),
    create: answer(frame, async (request: messages.CreateRequest) => {
      const asked = { inputs: decode(request.getProperties()), preview: request.getPreview() };
      const created = await typeOf(frame, request).create(asked, actionOf(frame, request));
      return new CreateResponse().setId(created.id).setProperties(encode(created.properties));
    }),
    read: answer(frame, async (request: messages.ReadRequest) => {
      const type = typeOf(frame, request);
      const known = toReadRequest(request);
      const found =
        type.read === undefined
          ? { id: known.id, properties: known.state, inputs: known.inputs }
          : await type.read(known, actionOf(frame, request));
      if (found === undefined) return new ReadResponse();
      const response = new ReadResponse().setId(found.id);
      return response.setProperties(encode(found.properties)).setInputs(encode(found.inputs));
    }),
    update: answer(frame, async (request: messages.UpdateRequest) => {
      const type = typeOf(frame, request);
      if (type.update === undefined) throw new Error(`${type.token} cannot be updated in place.`);
      const updated = await type.update(toUpdateRequest(request), actionOf(frame, request));
      return new UpdateResponse().setProperties(encode(updated));
    }),
    delete: answer(frame, async (request: messages.DeleteRequest) => {
      await typeOf(frame, request).delete?.(toDeleteRequest(request), actionOf(frame, request));
      return new Empty();
    }),
  };
}

function toCheckRequest(request: messages.CheckRequest): CheckRequest {
  const seed = request.getRandomseed_asU8();
  return { news: decode(request.getNews()), olds: decode(request.getOlds()), randomSeed: seed };
}

function toDiffRequest(request: messages.DiffRequest | messages.UpdateRequest): DiffRequest {
  return {
    id: request.getId(),
    state: decode(request.getOlds()),
    news: decode(request.getNews()),
    oldInputs: decode(request.getOldInputs()),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

function toReadRequest(request: messages.ReadRequest): ReadRequest {
  return {
    id: request.getId(),
    state: decode(request.getProperties()),
    inputs: decode(request.getInputs()),
  };
}

/** An update asks what a diff asks, and whether it is only to be thought through. */
function toUpdateRequest(request: messages.UpdateRequest): UpdateRequest {
  return { ...toDiffRequest(request), preview: request.getPreview() };
}

function toDeleteRequest(request: messages.DeleteRequest): DeleteRequest {
  return {
    id: request.getId(),
    state: decode(request.getProperties()),
    oldInputs: decode(request.getOldInputs()),
  };
}
