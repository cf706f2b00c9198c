import type { AgentContext } from "../context.ts";
import { closePlatform, openPlatform } from "../../host/close-platform.ts";

/** `kaleem-agent close`: edge to 503, applications to zero replicas; returns when they are gone. */
export async function closeCommand(context: AgentContext): Promise<{ closed: true; detail: string }> {
  return { closed: true, detail: await closePlatform(context) };
}

/** `kaleem-agent open`: applications to their configured replicas; the edge opens once they are healthy. */
export async function openCommand(context: AgentContext): Promise<{ closed: false; detail: string }> {
  return { closed: false, detail: await openPlatform(context) };
}
