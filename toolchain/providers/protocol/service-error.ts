import { Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { encode } from "./codec.ts";
import { InitializationFailed } from "./initialization-failed.ts";
import { Any, ErrorResourceInitFailed, Status } from "./proto.ts";

/** A call that this provider does not know at all. */
export class NotImplemented extends Error {}

/** What gRPC answers for a thrown error; `InitializationFailed` carries the resource along in the status details. */
export function toServiceError(thrown: unknown): Partial<ServiceError> {
  const message = sentenceOf(thrown);
  if (thrown instanceof NotImplemented) return { code: status.UNIMPLEMENTED, details: message };
  if (!(thrown instanceof InitializationFailed)) return { code: status.UNKNOWN, details: message };
  const failed = new ErrorResourceInitFailed();
  failed.setId(thrown.id);
  failed.setProperties(encode(thrown.properties));
  failed.setReasonsList([...thrown.reasons]);
  const any = new Any();
  any.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const details = new Status();
  details.setCode(status.UNKNOWN);
  details.setMessage(message);
  details.addDetails(any);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(details.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}
