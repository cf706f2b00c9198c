import { z } from "zod";

/** What is asked of a container: identity, the moment it started, and whether it stands still. */
export interface Container {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly running: boolean;
  readonly paused: boolean;
  readonly image: string;
  /** `healthy`, `unhealthy` or `starting`; null when the image has no health check. */
  readonly health: string | null;
}

const inspection = z.object({
  Id: z.string(),
  State: z.object({
    Running: z.boolean(),
    Paused: z.boolean(),
    Pid: z.number(),
    StartedAt: z.string(),
    Health: z.object({ Status: z.string(), FailingStreak: z.number() }).optional(),
  }),
  Config: z.object({ Image: z.string() }),
});

/** What the API answers to an inspection. */
export function parseContainer(body: unknown): Container {
  const { Id, State, Config } = inspection.parse(body);
  return {
    id: Id,
    pid: State.Pid,
    startedAt: State.StartedAt,
    running: State.Running,
    paused: State.Paused,
    image: Config.Image,
    health: healthOf(State.Health),
  };
}

/**
 * Docker calls every container unhealthy from a pause until its next probe, though no probe has failed: that is not what the word
 * means to anybody else.
 */
function healthOf(
  health: { readonly Status: string; readonly FailingStreak: number } | undefined,
): string | null {
  if (health === undefined) return null;
  return health.Status === "unhealthy" && health.FailingStreak === 0 ? "healthy" : health.Status;
}
