import { z } from "zod";
import { askAgent } from "../agent/agent.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";

/** A platform that has just been founded is not protected by what is still to come: its first point is taken, and is off-site when this returns. */
export async function firstPoint(host: RemoteHost, report: (detail: string) => void): Promise<void> {
  const { point } = await askAgent(host, {
    argv: ["point"],
    schema: z.object({ point: z.string() }),
    timeoutMs: 3_600_000,
  });
  await askAgent(host, { argv: ["ship"], schema: z.looseObject({}), timeoutMs: 3_600_000 });
  report(`${point}, off-site`);
}
