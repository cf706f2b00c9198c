import { z } from "zod";

/** A Swarm service as the API gives it; `spec` goes back unchanged on an update but for what is meant. */
export interface SwarmService {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly image: string;
  /** Null for a global service. */
  readonly replicas: number | null;
  readonly updateState: string | null;
  readonly spec: Readonly<Record<string, unknown>>;
}

const replicatedMode = z.object({ Replicated: z.object({ Replicas: z.number().optional() }).optional() });
const inspection = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: z.looseObject({
    Name: z.string(),
    Mode: replicatedMode,
    TaskTemplate: z.looseObject({ ContainerSpec: z.looseObject({ Image: z.string() }) }),
  }),
  UpdateStatus: z.object({ State: z.string().optional(), Message: z.string().optional() }).nullish(),
});

/** What the API answers to an inspection. */
export function parseSwarmService(body: unknown): SwarmService {
  const { ID, Version, Spec, UpdateStatus } = inspection.parse(body);
  return {
    id: ID,
    name: Spec.Name,
    version: Version.Index,
    image: Spec.TaskTemplate.ContainerSpec.Image,
    replicas: Spec.Mode.Replicated === undefined ? null : (Spec.Mode.Replicated.Replicas ?? 1),
    updateState: UpdateStatus?.State ?? null,
    spec: Spec,
  };
}
