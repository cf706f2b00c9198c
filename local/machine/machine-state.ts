import { containerStatus, type ContainerStatus } from "../images/docker.ts";
import type { StackInstance } from "../instance.ts";

/** What the emulated machine of a stack does just now. */
export function machineState(instance: StackInstance): Promise<ContainerStatus> {
  return containerStatus(instance.machine.container);
}
