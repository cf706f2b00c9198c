import { parseConfig } from "../../../components/config/parse.ts";
import { nginx } from "../../../components/edge/nginx.ts";
import { catalog } from "../../../catalog/catalog.ts";
import type { PlatformFacts } from "../../../catalog/definition.ts";
import { secrets, validValues } from "../../components/support/program.ts";

/** A stack that runs every service, with every channel set or none. */
export function facts(channels: "all" | "none" = "none"): PlatformFacts {
  const values = { ...validValues(), ...(channels === "none" ? { monitoring: "{}" } : {}) };
  const encrypted = new Set(Object.keys(secrets));
  const settings = parseConfig(
    { file: "Pulumi.prod.yaml", values, encrypted, fileExists: () => true, now: new Date() },
    catalog,
  );
  return { stack: "prod", settings, catalog: [...settings.catalog, nginx] };
}
