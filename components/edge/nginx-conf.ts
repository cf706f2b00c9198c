import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { layout } from "../../recovery/layout.ts";
import { renderTemplate } from "../text/template.ts";
import { edgeMount } from "./nginx.ts";

/** Which requests go to which service. */
export interface Route {
  /** Path prefix, such as `/`. */
  readonly path: string;
  readonly service: string;
  readonly port: number;
}

export interface NginxConf {
  readonly text: string;
  /** Short hash of the configuration; `/lb-health` answers it, which proves that a reload took effect. */
  readonly configuration: string;
}

const template = readFileSync(new URL("files/nginx.conf", import.meta.url), "utf8");
const fence = `${edgeMount}/${basename(dirname(layout.fence))}/${basename(layout.fence)}`;

/** The edge's whole configuration. Pure and stable: the same routes give the same text in whatever order they come. */
export function renderNginxConf(edge: {
  readonly serverName: string;
  readonly maxBodyBytes: number;
  readonly routes: readonly Route[];
}): NginxConf {
  const routes = [...edge.routes].sort((a, b) => (a.path < b.path ? -1 : 1));
  const render = (configuration: string) =>
    renderTemplate(template, {
      serverName: edge.serverName,
      maxBodyBytes: edge.maxBodyBytes,
      mount: edgeMount,
      upstreams: upstreams(routes).join("\n\n"),
      locations: routes.map(location).join("\n\n"),
      configuration,
    });
  const configuration = createHash("sha256").update(render("")).digest("hex").slice(0, 12);
  return { text: render(configuration), configuration };
}

/** `resolve` needs a shared zone; without it names would be looked up once, at start. */
function upstreams(routes: readonly Route[]): string[] {
  const services = new Map(routes.map(({ service, port }) => [service, port]));
  return [...services].map(([service, port]) =>
    [
      `  upstream ${service} {`,
      `    zone ${service} 64k;`,
      "    least_conn;",
      `    server tasks.${service}:${port} resolve max_fails=1 fail_timeout=2s;`,
      "    keepalive 32;",
      "  }",
    ].join("\n"),
  );
}

function location({ path, service }: Route): string {
  return [
    `    location ${path} {`,
    "      # Asked per request: the fence works without a reload.",
    `      if (-f ${fence}) {`,
    "        error_page 503 @closed;",
    "        return 503;",
    "      }",
    `      proxy_pass http://${service};`,
    "    }",
  ].join("\n");
}
