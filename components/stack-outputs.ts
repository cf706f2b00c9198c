import type { Backups } from "./agent/backups.ts";
import type { StackConfig } from "./config/load.ts";
import type { Edge } from "./edge/edge.ts";
import type { Host } from "./host/host.ts";
import { type StackOutputs, stackOutputsSchema } from "../contract/outputs.ts";
import type { Services } from "./services/services.ts";

/** The stack's outputs, checked against the schema that the operator's commands read them with. */
export function stackOutputs(
  stack: string,
  config: StackConfig,
  made: { readonly host: Host; readonly services: Services; readonly edge: Edge; readonly backups: Backups },
): StackOutputs {
  const { address, port, user } = made.host.settings;
  return stackOutputsSchema.parse({
    version: 2,
    stack,
    host: { address, port, user, hostKey: made.host.identity },
    edge: { serverName: config.edge.serverName, ...made.edge.ports },
    services: [...made.services.all, made.edge.service].map(({ name, kind, image, replicas }) => ({
      name,
      kind,
      image,
      replicas,
    })),
    off: [...config.off],
    offsite: config.offsite,
    backups: made.backups.schedule,
    closed: config.closed,
  } satisfies StackOutputs);
}
