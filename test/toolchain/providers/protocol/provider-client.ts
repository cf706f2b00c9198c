import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import type { Metadata, sendUnaryData, ServerUnaryCall, ServiceError } from "@grpc/grpc-js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import {
  Empty,
  EngineService,
  ResourceProviderClient,
} from "../../../../toolchain/providers/protocol/proto.ts";
import type { ProviderPlugin } from "../../../../toolchain/providers/protocol/provider-plugin.ts";
import { startProvider } from "../../../../toolchain/providers/protocol/serve-provider.ts";
import type { RunningProvider } from "../../../../toolchain/providers/protocol/serve-provider.ts";

/** A failed call, as the engine sees it. */
export interface CallFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/** A provider that is served in this process, a client of it, and what it told the engine. */
export interface ServedProvider {
  readonly provider: RunningProvider;
  readonly client: InstanceType<typeof ResourceProviderClient>;
  readonly messages: { readonly message: string; readonly urn: string; readonly ephemeral: boolean }[];
  stop(): Promise<void>;
}

/** Serves a provider beside an engine that keeps its messages. */
export async function serve(plugin: ProviderPlugin): Promise<ServedProvider> {
  const messages: ServedProvider["messages"] = [];
  const engine = new Server();
  engine.addService(EngineService, {
    log: (call: ServerUnaryCall<LogRequest, unknown>, callback: sendUnaryData<unknown>) => {
      const request = call.request;
      messages.push({
        message: request.getMessage(),
        urn: request.getUrn(),
        ephemeral: request.getEphemeral(),
      });
      callback(null, new Empty());
    },
  });
  const enginePort = await bound(engine);
  const provider = await startProvider(plugin, `127.0.0.1:${String(enginePort)}`);
  const client = new ResourceProviderClient(
    `127.0.0.1:${String(provider.port)}`,
    credentials.createInsecure(),
  );
  return {
    provider,
    client,
    messages,
    stop: async () => {
      client.close();
      await provider.stop("the test is over");
      engine.forceShutdown();
    },
  };
}

function bound(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** Makes a call and answers its response; rejects with what gRPC carried. */
export function call<Response>(
  make: (callback: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    make((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}
