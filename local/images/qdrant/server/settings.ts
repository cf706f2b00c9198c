import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { z } from "zod";

/** Settings of Qdrant that this server honours; names and defaults are Qdrant's. */
const settingsSchema = z.strictObject({
  service: z
    .strictObject({
      host: z.string().default("0.0.0.0"),
      http_port: z.coerce.number().int().min(0).max(65_535).default(6333),
      metrics_port: z.coerce.number().int().min(0).max(65_535).optional(),
      api_key: z.string().min(1).optional(),
      alt_api_key: z.string().min(1).optional(),
      // Locations other than file:// are refused whatever this says.
      enable_snapshot_url_recovery: z.union([z.boolean(), z.stringbool()]).optional(),
    })
    .prefault({}),
  storage: z
    .strictObject({
      storage_path: z.string().default("./storage"),
      snapshots_path: z.string().default("./snapshots"),
      quotas: z
        .strictObject({
          enabled: z.union([z.boolean(), z.stringbool()]).default(false),
          max_resident_memory_percent: z.coerce.number().int().min(1).max(100).optional(),
          max_disk_usage_percent: z.coerce.number().int().min(1).max(100).optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  telemetry_disabled: z.union([z.boolean(), z.stringbool()]).optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

const prefix = "QDRANT__";

/** Reads `--config-path FILE` and lays `QDRANT__<SECTION>__<KEY>` over it. @throws Error naming what it does not know */
export function loadSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const { values } = parseArgs({ args: [...args], options: { "config-path": { type: "string" } } });
  const path = values["config-path"];
  const fromFile = z
    .record(z.string(), z.unknown())
    .parse(path === undefined ? {} : (parse(readFileSync(path, "utf8")) ?? {}));
  const merged = structuredClone(fromFile);
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix)) continue;
    const keys = name.slice(prefix.length).toLowerCase().split("__");
    const last = keys.pop() ?? "";
    const at = keys.reduce<Record<string, unknown>>((section, key) => {
      section[key] ??= {};
      return section[key] as Record<string, unknown>;
    }, merged);
    at[last] = value;
  }
  const parsed = settingsSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  throw new Error(
    `settings: ${parsed.error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`).join("; ")}`,
  );
}
