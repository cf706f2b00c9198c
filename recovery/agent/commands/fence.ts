import type { AgentContext } from "../context.ts";
import { closePlatform, openPlatform } from "../../host/edge-fence.ts";

/** `kaleem-agent fence`: edge to 503, applications to zero replicas; returns when they are gone. */
export async function fenceCommand(context: AgentContext): Promise<{ fenced: true; detail: string }> {
  return { fenced: true, detail: await closePlatform(context) };
}

/** `kaleem-agent open`: applications to their configured replicas; the edge opens once they are healthy. */
export async function openCommand(context: AgentContext): Promise<{ fenced: false; detail: string }> {
  return { fenced: false, detail: await openPlatform(context) };
}
