import { z } from "zod";
import { elapsedSeconds } from "../../workstation/timed-progress.ts";
import type { BroughtUp } from "../deploy/bring-up.ts";

/** What `./kaleem up --json` answers when the stack is up. */
export const upAnswer = z.strictObject({
  stack: z.string(),
  closed: z.boolean().describe("It waits for a restore: the edge answers 503 and no application runs."),
  reason: z.string().describe("Why it is closed, or open, in words."),
  founded: z.boolean().describe("This run declared the data root to be the first of a new lineage."),
  changed: z.boolean().describe("False when everything was as declared already."),
  edge: z.strictObject({
    url: z.string(),
    serverName: z.string().nullable().describe("The name to ask for; null when it is the one in the URL."),
  }),
  ssh: z.strictObject({ address: z.string(), port: z.number().int(), user: z.string() }),
  offsite: z.strictObject({
    endpoint: z.string(),
    bucket: z.string(),
    prefix: z.string(),
    region: z.string(),
  }),
  services: z
    .array(
      z.strictObject({
        name: z.string(),
        replicas: z.number().int().describe("All of them healthy."),
        image: z.string(),
        version: z.string().nullable().describe("What is in the image, where that is known."),
      }),
    )
    .describe("What was declared, and runs."),
  off: z.array(z.strictObject({ name: z.string(), why: z.string() })).describe("What is switched off."),
  notProtected: z.array(z.string()).describe("What is not protected, whatever is done; a sentence each."),
  engine: z.strictObject({
    version: z.string(),
    source: z.enum(["official", "built"]),
    providers: z.record(z.string(), z.enum(["official", "stand-in"])),
  }),
  phases: z
    .array(z.strictObject({ name: z.string(), seconds: z.number() }))
    .describe("Where the time went, in order."),
  seconds: z.number().describe("All of it."),
});
export type UpAnswer = z.infer<typeof upAnswer>;

/** A stack that was brought up, without what nobody but the program may know of it. Pure. */
export function answerOfUp(up: BroughtUp): UpAnswer {
  const { address, port, user } = up.host.target;
  const { endpoint, bucket, prefix, region } = up.offsite;
  return {
    stack: up.stack.name,
    closed: up.data.closed,
    reason: up.data.reason,
    founded: up.data.found,
    changed: up.changed,
    edge: { url: up.edge.url, serverName: up.edge.serverName ?? null },
    ssh: { address, port, user },
    offsite: { endpoint, bucket, prefix, region },
    services: up.running.map(({ name, replicas, image }) => ({
      name,
      replicas,
      image,
      version: up.versions.get(image) ?? null,
    })),
    off: up.off.map(({ name, why }) => ({ name, why })),
    notProtected: [...up.remarks],
    engine: { version: up.engine.version, source: up.engine.source, providers: ofMachines(up.engine) },
    phases: up.phases.map(({ name, seconds }) => ({ name, seconds })),
    seconds: elapsedSeconds(up.phases),
  };
}

/** The providers that a machine's stack uses; the others are the account's. */
function ofMachines({
  providers: { docker, command },
}: BroughtUp["engine"]): UpAnswer["engine"]["providers"] {
  return { docker, command };
}
