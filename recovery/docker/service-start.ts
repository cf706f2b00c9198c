import { z } from "zod";
import type { SwarmService } from "./swarm-service.ts";

/** A file that Swarm delivers to a service's tasks. */
export interface DeliveredConfig {
  /** Id of the Swarm config. */
  readonly config: string;
  /** In the container. */
  readonly path: string;
  readonly mode: number;
}

/** How a service's tasks are started: what another container of the same kind needs to be told. */
export interface ServiceStart {
  readonly image: string;
  readonly user: string;
  readonly entrypoint: readonly string[] | null;
  readonly args: readonly string[];
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** Bytes; null where the service has no limit. */
  readonly memory: number | null;
  readonly readOnlyRoot: boolean;
  readonly capabilities: readonly string[];
  /** Directories in memory: path in the container → size in bytes, null for no limit. */
  readonly scratch: Readonly<Record<string, number | null>>;
  readonly configs: readonly DeliveredConfig[];
}

const containerSpec = z.object({
  Image: z.string(),
  User: z.string().default(""),
  Command: z.array(z.string()).optional(),
  Args: z.array(z.string()).default([]),
  Env: z.array(z.string()).default([]),
  ReadOnly: z.boolean().default(false),
  CapabilityAdd: z.array(z.string()).nullish(),
  Mounts: z
    .array(
      z.object({
        Type: z.string(),
        Target: z.string(),
        TmpfsOptions: z.object({ SizeBytes: z.number().optional() }).nullish(),
      }),
    )
    .nullish(),
  Configs: z
    .array(
      z.object({
        ConfigID: z.string(),
        File: z.object({ Name: z.string(), Mode: z.number().default(0o444) }),
      }),
    )
    .nullish(),
});
const spec = z.object({
  TaskTemplate: z.object({
    ContainerSpec: containerSpec,
    Resources: z.object({ Limits: z.object({ MemoryBytes: z.number().optional() }).nullish() }).nullish(),
  }),
});

/** Reads it from a service as it is declared. Pure. */
export function serviceStart(service: SwarmService): ServiceStart {
  const { ContainerSpec: container, Resources } = spec.parse(service.spec).TaskTemplate;
  const scratch = (container.Mounts ?? []).filter(({ Type }) => Type === "tmpfs");
  return {
    image: container.Image,
    user: container.User,
    entrypoint: container.Command ?? null,
    args: container.Args,
    env: container.Env,
    memory: Resources?.Limits?.MemoryBytes ?? null,
    readOnlyRoot: container.ReadOnly,
    capabilities: container.CapabilityAdd ?? [],
    scratch: Object.fromEntries(
      scratch.map(({ Target, TmpfsOptions }) => [Target, TmpfsOptions?.SizeBytes ?? null]),
    ),
    configs: (container.Configs ?? []).map(({ ConfigID, File }) => ({
      config: ConfigID,
      path: File.Name,
      mode: File.Mode,
    })),
  };
}
