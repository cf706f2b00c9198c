import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { edgeMount, nginx } from "../../../components/edge/nginx.ts";
import { docker } from "../../../local/images/docker.ts";
import { repositoryRoot as repository } from "../../../workstation/repository.ts";

const installer = join(repository, "components/host/files/host-file.sh");
const program = ["bash", join(repository, "components/edge/files/edge-config.sh")];
/** As the edge's own user where that can be had; otherwise as the one who tests. */
const user = process.getuid?.() === 0 ? nginx.user : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;

/** What an application behind the edge says of a request; `/slow` takes two seconds, `/broken` is its own 502. */
const application = `pid /tmp/nginx.pid;
events {}
http {
  client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c; uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
  access_log off;
  server {
    listen 3000;
    client_max_body_size 0;
    default_type application/json;
    location / {
      return 200 '{"for":"$http_x_forwarded_for","proto":"$http_x_forwarded_proto","host":"$http_x_forwarded_host","real":"$http_x_real_ip","forwarded":"$http_forwarded","cloudflare":"$http_cf_connecting_ip","id":"$http_x_request_id","uri":"$request_uri","server":"$hostname"}';
    }
    location /slow { limit_rate 2k; return 200 '"${"x".repeat(4_000)}"'; }
    location /broken { return 502 '{"error":"its own"}'; }
  }
}
`;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** SHA-256 of the certificate that the edge showed. */
  readonly fingerprint: string | undefined;
}

/** A real edge with a directory of its own on this machine, and applications that it finds as \`tasks.api\`. */
export class LiveEdge {
  readonly directory = mkdtempSync(join(tmpdir(), "kaleem-edge-"));
  /** Swarm's own label names it, as the script on the host looks for it. */
  readonly service = `kaleem-test-${randomUUID()}`;
  readonly #image: string;
  readonly #containers: string[] = [];
  #edge = "";

  constructor(image: string) {
    this.#image = image;
    for (const folder of ["tls", "fence"]) mkdirSync(join(this.directory, folder));
    chmodSync(this.directory, 0o755);
  }

  /** Starts nginx as Swarm does: its own user, nothing writable but memory, no capability. */
  async start(): Promise<void> {
    await docker(["network", "create", this.service]);
    this.#edge = await this.#run([
      ...["--label", `com.docker.swarm.service.name=${this.service}`, "--init"],
      ...["--mount", `type=bind,source=${this.directory},target=${edgeMount},readonly`],
      ...[this.#image, ...(nginx.args ?? [])],
    ]);
    await this.until("nginx answers", async () => (await this.ask("http", "/lb-health")).status === 200);
  }

  /** One more replica behind the edge; its id. */
  async addApplication(): Promise<string> {
    const file = join(this.directory, "application.conf");
    writeFileSync(file, application);
    return this.#run([
      ...[
        "--network-alias",
        "tasks.api",
        "--mount",
        `type=bind,source=${file},target=/application.conf,readonly`,
      ],
      ...[this.#image, "nginx", "-c", "/application.conf", "-g", "daemon off;"],
    ]);
  }

  async removeApplication(id: string): Promise<void> {
    await docker(["rm", "--force", id]);
  }

  async #run(args: readonly string[]): Promise<string> {
    const locked = [
      "--read-only",
      "--tmpfs",
      "/tmp",
      "--cap-drop",
      "ALL",
      "--user",
      user,
      "--security-opt",
      "no-new-privileges",
    ];
    const id = await docker(["run", "--detach", "--network", this.service, ...locked, ...args]);
    this.#containers.push(id);
    return id;
  }

  /** Installs a file of the edge's directory as `pulumi up` does; the sentences of a refusal, or null. */
  install(name: string, content: string, steps: { validate?: string[]; assert?: string[] }): string | null {
    const { validate, assert } = steps;
    const argv = [
      ...[installer, "install", join(this.directory, name), user, name.startsWith("tls/") ? "0400" : "0644"],
      ...(validate === undefined ? [] : ["::validate", ...program, ...validate]),
      ...["::reload", ...program, "reload", this.service],
      ...(assert === undefined ? [] : ["::assert", ...program, ...assert]),
    ];
    const { status, stderr } = spawnSync("bash", argv, { input: content, encoding: "utf8" });
    return status === 0 ? null : stderr;
  }

  installConf(conf: { readonly text: string; readonly configuration: string }): string | null {
    return this.install("nginx.conf", conf.text, {
      validate: ["check", this.#image, user, "{candidate}", this.directory, edgeMount],
      assert: ["assert", this.service, conf.configuration],
    });
  }

  installIdentity(pem: string): string | null {
    const file = join(this.directory, "tls/given.pem");
    return this.install("tls/given.pem", pem, {
      validate: ["check-identity", this.#image, user, "{candidate}"],
      assert: ["assert-identity", this.service, file, join(this.directory, "nginx.conf")],
    });
  }

  installAuthority(pem: string): string | null {
    return this.install("tls/client-authority.pem", pem, {
      validate: ["check-authority", this.#image, user, "{candidate}"],
    });
  }

  /** Makes the self-signed certificate as `pulumi up` does. */
  makeSelfSigned(name: string): string {
    const [identity, certificate] = ["self-signed.pem", "self-signed.crt"].map((file) =>
      join(this.directory, "tls", file),
    );
    const script = join(repository, "components/edge/files/self-signed.sh");
    execFileSync("bash", [
      script,
      identity ?? "",
      certificate ?? "",
      name,
      user,
      ...program,
      "reload",
      this.service,
    ]);
    return certificate ?? "";
  }

  async address(): Promise<string> {
    return docker([
      "inspect",
      "--format",
      "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
      this.#edge,
    ]);
  }

  /** Asks the edge; `more.body` makes it a POST. Refuses a certificate that `more.ca` has not signed. */
  async ask(
    scheme: "http" | "https",
    path: string,
    more: RequestOptions & { body?: string | Buffer } = {},
  ): Promise<Answer> {
    const host = await this.address();
    const { body, ...options } = more;
    return new Promise((resolve, reject) => {
      const open = scheme === "https" ? httpsRequest : httpRequest;
      const request = open(
        { host, path, method: body === undefined ? "GET" : "POST", agent: false, ...options },
        (response) => {
          const socket = response.socket as { getPeerCertificate?: () => { fingerprint256?: string } };
          const fingerprint = socket.getPeerCertificate?.().fingerprint256;
          let text = "";
          response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, fingerprint });
          });
          response.on("error", reject);
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }

  /** The access log's lines so far, raw. */
  async log(): Promise<string[]> {
    return (await docker(["logs", this.#edge], {})).split("\n").filter((line) => line !== "");
  }

  /** A process of nginx's master and its start: the same as long as nothing but reloads happened. */
  async started(): Promise<string> {
    return docker(["inspect", "--format", "{{.State.Pid}} {{.State.StartedAt}}", this.#edge]);
  }

  /** Installs, and waits until every worker is of the new configuration: for a moment after a reload the old ones take connections too. */
  async renew(install: () => string | null): Promise<void> {
    const former = await this.#workers();
    assert.equal(install(), null);
    await this.until("the former workers take no more connections", async () => {
      const present = await this.#workers();
      return present.length > 0 && !present.some((worker) => former.includes(worker));
    });
  }

  /** The process ids of the workers that take connections. */
  async #workers(): Promise<string[]> {
    const processes = await docker(["top", this.#edge, "-eo", "pid,args"]);
    return [...processes.matchAll(/^\s*(\d+) +nginx: worker process$/gm)].map(([, pid = ""]) => pid);
  }

  async until(what: string, holds: () => Promise<boolean>, limitMs = 60_000): Promise<number> {
    const begun = Date.now();
    let last: unknown;
    while (Date.now() - begun < limitMs) {
      const isSo = await holds().catch((error: unknown) => ((last = error), false));
      if (isSo) return Date.now() - begun;
      await delay(50);
    }
    throw new Error(`${what}: not within ${limitMs} ms; ${String(last)}`);
  }

  async remove(): Promise<void> {
    for (const id of this.#containers) await docker(["rm", "--force", id]);
    await docker(["network", "rm", this.service]);
    rmSync(this.directory, { recursive: true });
  }
}
