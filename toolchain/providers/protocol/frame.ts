import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import type { CallsInFlight } from "./calls-in-flight.ts";
import type { EngineLog } from "./engine-log.ts";
import type { ProviderPlugin } from "./provider-plugin.ts";
import type { ActionContext, CallContext, ResourceType } from "./resource-type.ts";
import { toServiceError } from "./service-error.ts";

/** What every handler needs. */
export interface Frame {
  readonly plugin: ProviderPlugin;
  readonly engine: EngineLog;
  readonly calls: CallsInFlight;
}

interface Named {
  getUrn(): string;
  getName(): string;
}

/** A handler that turns whatever is thrown into the call's error: nothing escapes, nothing ends the process. */
export function answer<Request, Response>(
  frame: Frame,
  handle: (request: Request) => Response | Promise<Response>,
) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    frame.calls
      .run(async () => await handle(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (thrown: unknown) => {
          callback(toServiceError(thrown));
        },
      );
  };
}

/** The surroundings of a call about one resource. */
export function contextOf(frame: Frame, request: Named): CallContext {
  const urn = request.getUrn();
  return {
    urn,
    name: request.getName() === "" ? (urn.split("::").at(-1) ?? "") : request.getName(),
    signal: frame.calls.signal,
    log: (severity, message, options) => {
      frame.engine.write(severity, message, { urn, ...options });
    },
  };
}

/** As `contextOf`, with the time that the program allows. */
export function actionOf(frame: Frame, request: Named & { getTimeout(): number }): ActionContext {
  const seconds = request.getTimeout();
  return { ...contextOf(frame, request), timeoutSeconds: seconds > 0 ? seconds : undefined };
}

/** The resource type that a call is about. Throws, naming what there is, when the plugin has no such type. */
export function typeOf(frame: Frame, request: { getType(): string; getUrn(): string }): ResourceType {
  // Engines before the `type` field only send the URN, whose third part holds the type behind its parents' types.
  const token =
    request.getType() === "" ? request.getUrn().split("::")[2]?.split("$").at(-1) : request.getType();
  const found = frame.plugin.types.find((type) => type.token === token);
  if (found !== undefined) return found;
  const known = frame.plugin.types.map((type) => type.token).join(", ");
  throw new Error(
    `The stand-in ${frame.plugin.name} provider does not know the resource type ${token ?? "(none)"}; it knows ${known}. ` +
      `Use the official ${frame.plugin.name} plugin for other types.`,
  );
}
