import { z } from "zod";

/** How Swarm tells of a service's newest update. */
export interface SwarmUpdate {
  /** Such as `updating`, `completed`, `paused`, `rollback_completed`. */
  readonly state: string;
  readonly startedAt: string;
  /** Null while it goes on. */
  readonly completedAt: string | null;
  readonly message: string;
}

/** A Swarm service as the API gives it; `spec` goes back unchanged on an update but for what is meant. */
export interface SwarmService {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly image: string;
  /** Null for a global service. */
  readonly replicas: number | null;
  readonly updateState: string | null;
  /** The newest update; null when there was none since the service was made. */
  readonly update: SwarmUpdate | null;
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
  UpdateStatus: z
    .object({
      State: z.string().optional(),
      StartedAt: z.string().optional(),
      CompletedAt: z.string().optional(),
      Message: z.string().optional(),
    })
    .nullish(),
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
    update: updateOf(UpdateStatus ?? {}),
    spec: Spec,
  };
}

/** Docker gives an empty status to a service that was never updated. */
function updateOf(status: {
  readonly State?: string | undefined;
  readonly StartedAt?: string | undefined;
  readonly CompletedAt?: string | undefined;
  readonly Message?: string | undefined;
}): SwarmUpdate | null {
  const { State, StartedAt, CompletedAt, Message = "" } = status;
  if (State === undefined || StartedAt === undefined) return null;
  return { state: State, startedAt: StartedAt, completedAt: CompletedAt ?? null, message: Message };
}
