/** A login on a host: the one key to offer, or else what ssh itself would, and the file that pins the host's own key. */
export interface SshTarget {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Left out: the SSH agent and ssh's own configuration say which keys are offered. */
  readonly privateKeyFile?: string;
  readonly knownHostsFile: string;
}

/** How ssh names a host in known_hosts: `[address]:port`, or the address alone on port 22. */
export function knownHostsPattern(target: Pick<SshTarget, "address" | "port">): string {
  return target.port === 22 ? target.address : `[${target.address}]:${String(target.port)}`;
}

/**
 * The options of ssh for a target, up to and with `user@address`. Nothing is asked, only the pinned host key
 * and, where one is given, that login key count, and a host that falls silent is given up after a minute.
 * @param logFile where ssh writes what it has to say itself, so that standard error is the remote program's alone
 */
export function sshArguments(target: SshTarget, logFile: string): readonly string[] {
  const options: Readonly<Record<string, string>> = {
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: quoteForSsh(target.knownHostsFile),
    GlobalKnownHostsFile: "none",
    UpdateHostKeys: "no",
    ...ownKeyOr(target),
    ConnectTimeout: "10",
    ServerAliveInterval: "15",
    ServerAliveCountMax: "4",
    ControlMaster: "no",
    ControlPath: "none",
    LogLevel: "INFO",
  };
  const login = target.privateKeyFile === undefined ? [] : ["-i", target.privateKeyFile];
  return [
    ...["-T", "-E", logFile, ...login, "-p", String(target.port)],
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    `${target.user}@${target.address}`,
  ];
}

/**
 * A given key is the only one that is offered; one with a passphrase is opened by the agent. Otherwise the user's configuration
 * counts, which may know the address by other names than the pinned one.
 */
function ownKeyOr(target: SshTarget): Readonly<Record<string, string>> {
  const { privateKeyFile } = target;
  return privateKeyFile === undefined
    ? { HostKeyAlias: knownHostsPattern(target) }
    : { IdentitiesOnly: "yes" };
}

/** ssh takes several files in one option, so a path with a space needs quotes. */
function quoteForSsh(path: string): string {
  return `"${path}"`;
}
