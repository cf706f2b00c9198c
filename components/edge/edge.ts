import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { layout } from "../../contract/layout.ts";
import type { StackConfig } from "../config/load.ts";
import type { EdgeSettings } from "../config/schema.ts";
import { HostFile } from "../host/host-file.ts";
import type { Host } from "../host/host.ts";
import type { Services } from "../services/services.ts";
import { SwarmService } from "../services/swarm-service.ts";
import { edgeConfigProgram, EdgeTls } from "./edge-tls.ts";
import { edgeMount, nginx } from "./nginx.ts";
import { type Route, renderNginxConf } from "./nginx-conf.ts";
import { edgeIdentity } from "./tls-files.ts";

export interface EdgeArgs {
  readonly host: Host;
  /** Whose network the edge joins; must be there before it. */
  readonly services: Services;
  /** Image reference with digest. */
  readonly image: string;
  readonly routes: readonly Route[];
  readonly settings: EdgeSettings;
  /** Asked for `edge-tls-key` when the certificate is a given one. */
  readonly secret: StackConfig["secret"];
}

/**
 * The one thing that answers from outside: nginx on 80, which only leads to 443. A new configuration or certificate is
 * checked by nginx itself, reloaded without replacing the task, and proved by what the edge then answers; the old one
 * serves on when the new one is refused. Recovery: none needed; `pulumi up` makes it anew, with the given certificate or
 * another self-signed one.
 */
export class Edge extends pulumi.ComponentResource {
  readonly service: SwarmService;
  /** On the host. */
  readonly ports = { http: nginx.ports["http"] ?? 80, https: nginx.ports["https"] ?? 443 };

  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:edge:Edge", name, {}, opts);
    const { host } = args;
    const script = this.#script(name, host);
    const tls = new EdgeTls(`${name}-tls`, args, { parent: this, dependsOn: script });
    const configuration = this.#configuration(name, args, [script, tls, ...args.services.imageAfter]);
    this.service = new SwarmService(
      nginx.name,
      {
        host,
        definition: nginx,
        image: args.image,
        imageAfter: args.services.imageAfter,
        secret: noSecrets,
        network: args.services.network,
        replicas: nginx.replicas,
        publish: Object.values(this.ports),
        binds: { [layout.edge]: edgeMount },
      },
      { parent: this, dependsOn: configuration },
    );
    this.registerOutputs({ ports: this.ports });
  }

  #script(name: string, host: Host): HostFile {
    return new HostFile(
      `${name}-script`,
      {
        host,
        path: edgeConfigProgram,
        mode: "0755",
        content: readFileSync(new URL("files/edge-config.sh", import.meta.url), "utf8"),
      },
      { parent: this, dependsOn: host.baseline },
    );
  }

  #configuration(name: string, args: EdgeArgs, after: pulumi.Resource[]): HostFile {
    const { host, image, settings, routes } = args;
    const { serverName, maxBody, tls } = settings;
    const conf = renderNginxConf({ serverName, maxBody, routes, identity: edgeIdentity(tls) });
    return new HostFile(
      `${name}-configuration`,
      {
        host,
        path: `${layout.edge}/nginx.conf`,
        mode: "0644",
        content: conf.text,
        validate: [edgeConfigProgram, "check", image, nginx.user, "{candidate}", layout.edge, edgeMount],
        reload: [[edgeConfigProgram, "reload", nginx.name]],
        assert: [edgeConfigProgram, "assert", nginx.name, conf.configuration],
      },
      { parent: this, dependsOn: after },
    );
  }
}

function noSecrets(key: string): never {
  throw new Error(`the edge's container has no secret ${key}: its key is a file on the host`);
}
