import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { edgeStatusPort, layout } from "../../contract/layout.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import type { ByteSize } from "../../catalog/quantities.ts";
import { bytes } from "../../catalog/quantities.ts";
import { renderTemplate } from "../text/template.ts";
import { cloudflareRanges } from "./cloudflare-ranges.ts";
import { edgeMount } from "./nginx.ts";
import { type EdgeIdentity, inContainer } from "./tls-files.ts";

/** Which requests go to which service. */
export interface Route {
  /** Path prefix, such as `/`. */
  readonly path: string;
  readonly service: string;
  readonly port: number;
  /** Largest request body on this path; the edge's own when left out. */
  readonly maxBody?: ByteSize;
}

export interface NginxConf {
  readonly text: string;
  /** Short hash of the configuration; `/lb-health` answers it, which proves that a reload took effect. */
  readonly configuration: string;
}

const template = readFileSync(new URL("files/nginx.conf", import.meta.url), "utf8");
const readOnlyFile = `${edgeMount}/${basename(dirname(layout.readOnly))}/${basename(layout.readOnly)}`;
const closedFile = `${edgeMount}/${basename(dirname(layout.closed))}/${basename(layout.closed)}`;
/** One year, and this name only: what else lives below the domain is not ours to promise. */
const strictTransport = "    add_header Strict-Transport-Security max-age=31536000 always;";

/** The routes of a stack's services; the longest path that fits wins. Pure. */
export function routesOf(catalog: readonly ServiceDefinition[]): readonly Route[] {
  return catalog.flatMap((definition) => {
    if (definition.kind === "stateful" || definition.route === undefined) return [];
    const { http: port } = definition.ports;
    if (port === undefined)
      throw new Error(`${definition.name}: a route leads to the port http, which it has not`);
    return [{ ...definition.route, service: definition.name, port }];
  });
}

/** The edge's whole configuration. Pure and stable: the same routes give the same text in whatever order they come. */
export function renderNginxConf(edge: {
  readonly serverName: string;
  readonly maxBody: ByteSize;
  readonly identity: EdgeIdentity;
  readonly routes: readonly Route[];
}): NginxConf {
  const routes = [...edge.routes].sort((a, b) => (a.path < b.path ? -1 : 1));
  const render = (configuration: string) =>
    renderTemplate(template, {
      serverName: edge.serverName,
      maxBodyBytes: bytes(edge.maxBody),
      identity: inContainer(edge.identity.file),
      trust: trust(edge.identity).join("\n"),
      statusPort: edgeStatusPort,
      upstreams: upstreams(routes).join("\n\n"),
      locations: [
        ...routes.map(location),
        ...(routes.some(({ path }) => path === "/") ? [] : [nothing]),
      ].join("\n\n"),
      configuration,
    });
  const configuration = createHash("sha256").update(render("")).digest("hex").slice(0, 12);
  return { text: render(configuration), configuration };
}

/** Whom the edge believes, and what it promises to browsers. */
function trust({ isTrusted, clientAuthorityFile, behindCloudflare }: EdgeIdentity): string[] {
  return [
    ...(clientAuthorityFile === undefined
      ? []
      : [
          "    # Only Cloudflare has a certificate of this authority: nobody goes round it.",
          `    ssl_client_certificate ${inContainer(clientAuthorityFile)};`,
          "    ssl_verify_client on;",
        ]),
    ...(isTrusted
      ? ["    # A browser that was here once never comes in the clear again.", strictTransport]
      : []),
    ...(behindCloudflare
      ? [
          "    # Cloudflare says who its client is; from anybody else that is not believed.",
          ...cloudflareRanges.map((range) => `    set_real_ip_from ${range};`),
          "    real_ip_header CF-Connecting-IP;",
        ]
      : []),
    "",
  ];
}

/** `resolve` needs a shared zone; without it names would be looked up once, at start, and a missing one would end nginx. */
function upstreams(routes: readonly Route[]): string[] {
  const services = new Map(routes.map(({ service, port }) => [service, port]));
  return [...services].map(([service, port]) =>
    [
      `  upstream ${service} {`,
      `    zone ${service} 64k;`,
      "    least_conn;",
      `    server tasks.${service}:${port} resolve max_fails=1 fail_timeout=2s;`,
      "    keepalive 64;",
      "    keepalive_requests 10000;",
      "    # The applications keep theirs for 75 s: a request never meets a connection that is just closing.",
      "    keepalive_timeout 60s;",
      "  }",
    ].join("\n"),
  );
}

/** Where no application has the root: what none of them asks for is nowhere. */
const nothing = [
  "    location / {",
  `      return 404 '{"error":"not-found","message":"There is nothing here."}\\n';`,
  "    }",
].join("\n");

function location({ path, service, maxBody }: Route): string {
  return [
    `    location ${path} {`,
    ...(maxBody === undefined ? [] : [`      client_max_body_size ${bytes(maxBody)};`]),
    "      # Asked per request: closing works without a reload.",
    `      if (-f ${closedFile}) {`,
    "        error_page 503 @closed;",
    "        return 503;",
    "      }",
    '      set $refused "";',
    `      if (-f ${readOnlyFile}) {`,
    "        set $refused $request_method;",
    "      }",
    "      # What only reads goes on.",
    '      if ($refused ~ "^(POST|PUT|PATCH|DELETE)$") {',
    "        error_page 503 @full;",
    "        return 503;",
    "      }",
    `      proxy_pass http://${service};`,
    "    }",
  ].join("\n");
}
