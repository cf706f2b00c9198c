/** Where a Docker host is. */
export type DockerHost =
  | { readonly kind: "unix"; readonly socketPath: string }
  | {
      readonly kind: "ssh";
      readonly address: string;
      readonly user: string | undefined;
      readonly port: string | undefined;
      readonly sshOptions: readonly string[];
    };

/** The default of Docker itself. */
const defaultHost = "unix:///var/run/docker.sock";

/**
 * Reads the provider's `host` and `sshOpts`.
 * @throws when the address is neither `ssh://[user@]host[:port]` nor `unix:///path`.
 */
export function parseDockerHost(host: string | undefined, sshOptions: readonly string[]): DockerHost {
  const text = host ?? process.env["DOCKER_HOST"] ?? defaultHost;
  if (text.startsWith("unix://")) return { kind: "unix", socketPath: text.slice("unix://".length) };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "ssh:" || url.hostname === "") {
    throw new Error(
      `docker provider: host: "${text}" is no address that the stand-in understands; use ssh://user@host:port or unix:///path.`,
    );
  }
  if (url.password !== "" || (url.pathname !== "" && url.pathname !== "/")) {
    throw new Error(
      `docker provider: host: "ssh://${url.host}" may hold neither a password nor a path; use a key.`,
    );
  }
  return {
    kind: "ssh",
    address: url.hostname.replace(/^\[|\]$/g, ""),
    user: url.username === "" ? undefined : decodeURIComponent(url.username),
    port: url.port === "" ? undefined : url.port,
    sshOptions,
  };
}

/** A name for messages, without options. */
export function hostName(host: DockerHost): string {
  if (host.kind === "unix") return host.socketPath;
  const user = host.user === undefined ? "" : `${host.user}@`;
  return `ssh://${user}${host.address}${host.port === undefined ? "" : `:${host.port}`}`;
}
