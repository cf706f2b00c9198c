import { fstatSync } from "node:fs";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { CallsInFlight } from "./calls-in-flight.ts";
import { configHandlers } from "./config-handlers.ts";
import { EngineLog } from "./engine-log.ts";
import { ResourceProviderService } from "./proto.ts";
import type { ProviderPlugin } from "./provider-plugin.ts";
import { resourceHandlers } from "./resource-handlers.ts";

/** A file as the input of a resource may be; the engine itself allows as much. */
const maxMessageBytes = 400 * 1024 * 1024;
/** The engine kills a plugin 5 s after its SIGINT: what is half-made must be cleaned up before. */
const drainMilliseconds = 4_000;

/** A provider that answers calls on a loopback port. */
export interface RunningProvider {
  readonly port: number;
  /** Aborts the calls in flight, waits for them, and closes the port. */
  stop(reason: string): Promise<void>;
}

/**
 * Starts answering calls for a provider, in this process.
 * @param engineAddress where messages to the user go; without it they wait for an Attach call.
 */
export async function startProvider(
  plugin: ProviderPlugin,
  engineAddress?: string,
): Promise<RunningProvider> {
  const frame = { plugin, engine: new EngineLog(), calls: new CallsInFlight() };
  if (engineAddress !== undefined) frame.engine.connect(engineAddress);
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(ResourceProviderService, { ...configHandlers(frame), ...resourceHandlers(frame) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    stop: async (reason) => {
      frame.calls.cancel(reason);
      await frame.calls.drain(drainMilliseconds);
      frame.engine.close();
      server.forceShutdown();
    },
  };
}

/**
 * The whole life of a provider process: prints its port, answers until the engine interrupts it (SIGINT, SIGTERM) or is
 * gone (the end of standard input), then ends the calls in flight in order and exits.
 */
export async function serveProvider(plugin: ProviderPlugin): Promise<void> {
  const provider = await startProvider(plugin, process.argv[2]);
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    provider.stop(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", () => {
    stop("The engine interrupted the provider.");
  });
  process.on("SIGTERM", () => {
    stop("The provider was terminated.");
  });
  // What no call can answer for (a lost connection's late error) must not orphan what other calls are making.
  process.on("uncaughtException", (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
  });
  if (hasParentOnStdin()) {
    process.stdin.on("end", () => {
      stop("The engine is gone.");
    });
    process.stdin.resume();
  }
  process.stdout.write(`${provider.port}\n`);
}

/** Only a pipe tells when the parent goes away; a terminal or /dev/null says nothing, or ends at once. */
function hasParentOnStdin(): boolean {
  const stdin = fstatSync(0);
  return stdin.isFIFO() || stdin.isSocket();
}
