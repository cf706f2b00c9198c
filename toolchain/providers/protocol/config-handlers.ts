import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { decode } from "./codec.ts";
import { answer, contextOf } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { ConfigureResponse, Empty, PluginInfo } from "./proto.ts";
import { toCheckResponse, toDiffResponse } from "./responses.ts";
import { NotImplemented } from "./service-error.ts";

/** The answers to the calls about the provider itself. `Handshake` stays unimplemented: the engine then uses Configure. */
export function configHandlers(frame: Frame): UntypedServiceImplementation {
  const { plugin, engine, calls } = frame;
  return {
    getPluginInfo: answer(frame, () => new PluginInfo().setVersion(plugin.version)),
    attach: answer(frame, (request: plugins.PluginAttach) => {
      engine.connect(request.getAddress());
      return new Empty();
    }),
    cancel: answer(frame, () => {
      calls.cancel("The engine cancelled the operation.");
      return new Empty();
    }),
    checkConfig: answer(frame, (request: messages.CheckRequest) => {
      const news = decode(request.getNews());
      return toCheckResponse(plugin.checkConfig?.(news, contextOf(frame, request)) ?? { inputs: news });
    }),
    diffConfig: answer(frame, (request: messages.DiffRequest) => {
      if (plugin.diffConfig === undefined) throw new NotImplemented("method DiffConfig not implemented");
      const difference = plugin.diffConfig(decode(request.getOlds()), decode(request.getNews()));
      // As the official plugins: the paths are named, but not declared to be the whole truth.
      return toDiffResponse(difference).setHasdetaileddiff(false);
    }),
    configure: answer(frame, async (request: messages.ConfigureRequest) => {
      const about = { getUrn: () => request.getUrn() ?? "", getName: () => request.getName() ?? "" };
      await plugin.configure(decode(request.getArgs()), contextOf(frame, about));
      const response = new ConfigureResponse().setSupportspreview(true);
      response.setAcceptsecrets(plugin.flags.acceptSecrets ?? false);
      response.setAcceptresources(plugin.flags.acceptResources ?? false);
      response.setAcceptoutputs(plugin.flags.acceptOutputs ?? false);
      response.setSupportsAutonamingConfiguration(plugin.flags.supportsAutonamingConfiguration ?? false);
      return response;
    }),
    invoke: answer(frame, (request: messages.InvokeRequest): never => {
      throw new Error(
        `The stand-in ${plugin.name} provider has no functions, and ${request.getTok()} was asked for. ` +
          `Use the official ${plugin.name} plugin for it.`,
      );
    }),
  };
}
