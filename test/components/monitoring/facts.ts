import { nginx } from "../../../components/edge/nginx.ts";
import { catalog } from "../../../components/services/catalog.ts";
import type { PlatformFacts } from "../../../components/services/definition.ts";

/** A stack that runs every service, with every channel set or none. */
export function facts(channels: "all" | "none" = "none"): PlatformFacts {
  const mail = {
    server: "smtp.example.com:587",
    from: "a@example.com",
    to: "b@example.com",
    user: "a@example.com",
  };
  return {
    stack: "prod",
    catalog: [...catalog, nginx],
    serverName: "kaleem.example.com",
    monitoring: channels === "all" ? { mail } : {},
    hasSecret: () => channels === "all",
  };
}
