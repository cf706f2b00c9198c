import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { layout } from "../../contract/layout.ts";
import type { StackConfig } from "../config/load.ts";
import type { EdgeSettings } from "../config/schema.ts";
import { HostFile, type HostFileArgs } from "../host/host-file.ts";
import type { Host } from "../host/host.ts";
import { inherited } from "../host/inherited.ts";
import { rootLine } from "../host/root-line.ts";
import { commandLine } from "../text/shell.ts";
import { nginx } from "./nginx.ts";
import { tlsFiles } from "./tls-files.ts";

/** On the host: checks, activates and proves what nginx reads. */
export const edgeConfigProgram = "/usr/local/lib/kaleem/edge-config";

export interface EdgeTlsArgs {
  readonly host: Host;
  /** The edge's image, which checks what it will have to read. */
  readonly image: string;
  readonly settings: EdgeSettings;
  readonly secret: StackConfig["secret"];
}

/**
 * What the edge proves itself with, on the host before the configuration that names it. Key and chain are one file: a
 * new pair is checked, put in place at once, reloaded, and the certificate that the edge then shows is compared.
 * Recovery: a given pair comes back from the stack file; a self-signed one is made anew, and clients have to be told.
 */
export class EdgeTls extends pulumi.ComponentResource {
  readonly #child: pulumi.ComponentResourceOptions;

  constructor(name: string, args: EdgeTlsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:edge:EdgeTls", name, {}, opts);
    const { tls } = args.settings;
    this.#child = { parent: this, ...inherited(opts) };
    switch (tls.kind) {
      case "self-signed":
        this.#selfSigned(name, args);
        break;
      case "files":
        this.#given(name, tls.certificate, args);
        break;
      case "cloudflare-origin":
        this.#given(name, tls.certificate, args);
        if (tls.clientAuthority !== undefined) this.#clientAuthority(name, tls.clientAuthority, args);
        break;
    }
    this.registerOutputs({ kind: tls.kind });
  }

  #selfSigned(name: string, { host, settings }: EdgeTlsArgs): void {
    const { selfSigned, selfSignedCertificate } = tlsFiles;
    const reload = [edgeConfigProgram, "reload", nginx.name];
    new remote.Command(
      `${name}-self-signed`,
      {
        connection: host.connection,
        create: rootLine(
          host,
          commandLine([
            ...["bash", "-s", "--", selfSigned, selfSignedCertificate, settings.serverName, nginx.user],
            ...reload,
          ]),
        ),
        stdin: readFileSync(new URL("files/self-signed.sh", import.meta.url), "utf8"),
        triggers: [host.identity],
      },
      this.#child,
    );
  }

  #given(name: string, certificate: string, args: EdgeTlsArgs): void {
    const conf = `${layout.edge}/nginx.conf`;
    this.#file(`${name}-given`, args, {
      path: tlsFiles.given,
      mode: "0400",
      content: pulumi.secret(
        args.secret("edge-tls-key").apply((key) => `${key.trimEnd()}\n${certificate.trim()}\n`),
      ),
      validate: [edgeConfigProgram, "check-identity", args.image, nginx.user, "{candidate}"],
      assert: [edgeConfigProgram, "assert-identity", nginx.name, tlsFiles.given, conf],
    });
  }

  #clientAuthority(name: string, content: string, args: EdgeTlsArgs): void {
    this.#file(`${name}-client-authority`, args, {
      path: tlsFiles.clientAuthority,
      mode: "0444",
      content,
      validate: [edgeConfigProgram, "check-authority", args.image, nginx.user, "{candidate}"],
    });
  }

  #file(name: string, { host }: EdgeTlsArgs, file: Omit<HostFileArgs, "host" | "owner" | "reload">): void {
    const reload = [[edgeConfigProgram, "reload", nginx.name]];
    new HostFile(name, { host, owner: nginx.user, reload, ...file }, this.#child);
  }
}
