import type { PlatformFacts } from "../definition.ts";

/** How the blackbox exporter asks the edge. JSON, which is YAML too. Pure. */
export function blackboxConfig({ settings }: Pick<PlatformFacts, "settings">): string {
  const { serverName } = settings.edge;
  const config = {
    modules: {
      edge: {
        prober: "http",
        timeout: "5s",
        http: {
          method: "GET",
          headers: { Host: serverName },
          fail_if_not_ssl: true,
          preferred_ip_protocol: "ip4",
          // Who signed it is not asked: a self-signed or Cloudflare origin certificate has no public chain. Until when it is valid, is.
          tls_config: { server_name: serverName, insecure_skip_verify: true },
        },
      },
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
