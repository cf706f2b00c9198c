import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { layout } from "../../recovery/layout.ts";
import type { EdgeSettings } from "../config/schema.ts";
import { HostFile } from "../host/host-file.ts";
import type { Host } from "../host/host.ts";
import { bytes } from "../services/quantities.ts";
import type { Services } from "../services/services.ts";
import { SwarmService } from "../services/swarm-service.ts";
import { commandLine } from "../text/shell.ts";
import { edgeMount, nginx } from "./nginx.ts";
import { type Route, renderNginxConf } from "./nginx-conf.ts";

export interface EdgeArgs {
  readonly host: Host;
  /** Whose network the edge joins; must be there before it. */
  readonly services: Services;
  /** Image reference with digest. */
  readonly image: string;
  readonly routes: readonly Route[];
  readonly settings: EdgeSettings;
}

const edgeConfig = "/usr/local/lib/kaleem/edge-config";
const tls = `${layout.edge}/tls`;

/**
 * The one thing that answers from outside: nginx on 80 and 443. A new configuration is checked by nginx itself, reloaded
 * without replacing the task, and proved by what `/lb-health` answers. Recovery: none needed; `pulumi up` makes it anew,
 * with another self-signed certificate.
 */
export class Edge extends pulumi.ComponentResource {
  readonly service: SwarmService;
  /** On the host. */
  readonly ports = { http: nginx.ports["http"] ?? 80, https: nginx.ports["https"] ?? 443 };

  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:edge:Edge", name, {}, opts);
    const { host } = args;
    const configuration = this.#configuration(name, args, this.#certificate(name, args));
    this.service = new SwarmService(
      nginx.name,
      {
        host,
        definition: nginx,
        image: args.image,
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

  #certificate(name: string, { host, settings }: EdgeArgs): remote.Command {
    return new remote.Command(
      `${name}-certificate`,
      {
        connection: host.connection,
        create: commandLine(["bash", "-s", "--", tls, settings.serverName]),
        stdin: readFileSync(new URL("files/self-signed.sh", import.meta.url), "utf8"),
        triggers: [host.identity],
      },
      { parent: this, dependsOn: host.baseline },
    );
  }

  #configuration(name: string, args: EdgeArgs, certificate: remote.Command): HostFile {
    const { host, image, settings, routes } = args;
    const conf = renderNginxConf({
      serverName: settings.serverName,
      maxBodyBytes: bytes(settings.maxBody),
      routes,
    });
    const script = new HostFile(
      `${name}-script`,
      {
        host,
        path: edgeConfig,
        mode: "0755",
        content: readFileSync(new URL("files/edge-config.sh", import.meta.url), "utf8"),
      },
      { parent: this, dependsOn: host.baseline },
    );
    return new HostFile(
      `${name}-configuration`,
      {
        host,
        path: `${layout.edge}/nginx.conf`,
        mode: "0644",
        content: conf.text,
        validate: [edgeConfig, "check", image, "{candidate}", layout.edge, edgeMount],
        reload: [[edgeConfig, "reload", nginx.name]],
        assert: [edgeConfig, "assert", nginx.name, conf.configuration],
      },
      { parent: this, dependsOn: [script, certificate] },
    );
  }
}

function noSecrets(key: string): never {
  throw new Error(`the edge has no secret ${key}`);
}
