import { z } from "zod";
import type { SwarmService } from "./swarm-service.ts";

/** A file that Swarm delivers to a service's tasks. */
const deliveredConfigSchema = z.strictObject({
  /** Id of the Swarm config. */
  config: z.string(),
  /** In the container. */
  path: z.string(),
  mode: z.number(),
});

/** How a service's tasks are started: what another container of the same kind needs to be told. */
export const serviceStartSchema = z.strictObject({
  image: z.string(),
  user: z.string(),
  entrypoint: z.array(z.string()).readonly().nullable(),
  args: z.array(z.string()).readonly(),
  /** `NAME=value`. */
  env: z.array(z.string()).readonly(),
  /** Bytes; null where the service has no limit. */
  memory: z.number().nullable(),
  readOnlyRoot: z.boolean(),
  capabilities: z.array(z.string()).readonly(),
  /** Directories in memory: path in the container → size in bytes, null for no limit. */
  scratch: z.record(z.string(), z.number().nullable()).readonly(),
  configs: z.array(deliveredConfigSchema.readonly()).readonly(),
});
export type ServiceStart = Readonly<z.infer<typeof serviceStartSchema>>;

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
