import { stackOutputsSchema } from "../../contract/outputs.ts";
import type { DisabledService } from "../../catalog/switches.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { readOutputs } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { awaitServices } from "./await-services.ts";

/** A service that runs as declared. */
export interface RunningService {
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
}

/** Waits until exactly what the stack declares runs and is healthy; at the deadline every difference is named. */
export async function awaitRunning(
  context: StackContext,
  host: SshHost,
  timeoutMs: number,
): Promise<{ readonly running: readonly RunningService[]; readonly off: readonly DisabledService[] }> {
  const { services, off } = stackOutputsSchema.parse((await readOutputs(context))["outputs"]);
  await awaitServices(context.stack, services, host, timeoutMs);
  return { running: services, off };
}
