import { quote } from "../../components/text/shell.ts";
import { knownHostsPattern } from "./ssh-target.ts";
import type { SshTarget } from "./ssh-target.ts";
import { SshError } from "./ssh-error.ts";
import { pinnedFingerprints } from "./pinned-keys.ts";

/**
 * The sentence for what ssh wrote in its log when it failed; `undefined` when the log names no problem of the
 * connection, so that the failure is the remote program's. Pure.
 * @param knownHosts the text of the target's known_hosts file
 */
export function sshFailure(target: SshTarget, log: string, knownHosts: string): SshError | undefined {
  const says = (pattern: RegExp): boolean => pattern.test(log);
  const problem = (kind: SshError["kind"], message: string): SshError => new SshError(kind, target, message);
  if (says(/HOST IDENTIFICATION HAS CHANGED/)) {
    return problem("host-key-changed", changedText(target, log, knownHosts));
  }
  if (says(/Host key verification failed/)) return problem("host-key-unknown", unknownText(target));
  const unusable = unusableKey(target, log);
  if (unusable !== undefined) return problem("key-unusable", unusable);
  if (says(/Permission denied|Too many authentication failures/)) {
    return problem("key-refused", refusedText(target, log));
  }
  if (says(/connect to (?:host|address) .*Connection refused/)) {
    return problem("refused", "connection refused; is the machine up, and does sshd listen on that port?");
  }
  if (says(/connect to (?:host|address) .*timed out|Timeout, server .* not responding before/)) {
    return problem("timeout", "no answer; is the machine up, and does a firewall let this port through?");
  }
  if (says(/Could not resolve hostname|No route to host|Network is unreachable/)) {
    return problem("unreachable", `${lastLine(log)}; check the address and this machine's network`);
  }
  if (
    says(
      /(?:banner exchange|kex_exchange_identification).*(?:timed out|closed|reset)|Connection timed out during/,
    )
  ) {
    return problem(
      "timeout",
      "the host closed the connection before the login: it is still booting, or blocks this machine for a while because of " +
        "failed logins from here (sshd's PerSourcePenalties); wait a minute and try again",
    );
  }
  if (
    says(/closed by remote host|not responding|Broken pipe|Connection reset|Connection closed|disconnect/i)
  ) {
    return problem(
      "lost",
      `the connection was lost midway (${lastLine(log)}); what was started may still run there: look before you repeat it`,
    );
  }
  return undefined;
}

/** A key that ssh left out for its file's sake. Those of the user's own configuration are named by ssh alone. */
function unusableKey({ privateKeyFile }: SshTarget, log: string): string | undefined {
  if (/UNPROTECTED PRIVATE KEY FILE/.test(log)) {
    const file =
      privateKeyFile ??
      /^Load key "(.*)": bad permissions/m.exec(log)?.[1] ??
      "that ssh's configuration names";
    return `others may read the key ${file}; run chmod 600 on it`;
  }
  const [, file, reason = "no reason given"] = /Load key "?(.*?)"?: (?!.*No such file)(.*)/.exec(log) ?? [];
  return file === undefined
    ? undefined
    : `the key ${privateKeyFile ?? file} cannot be used: ${reason.trim()}; put the right one there`;
}

function refusedText({ privateKeyFile, user }: SshTarget, log: string): string {
  const trusted = "add its public half to the user's authorized_keys there";
  if (privateKeyFile !== undefined) {
    return (
      `the host refuses the key ${privateKeyFile} for ${user}; ${trusted}, or name the key that the host trusts; ` +
      "one with a passphrase must be in the SSH agent (ssh-add)"
    );
  }
  const many = /Too many authentication failures/.test(log) ? " before its limit of attempts" : "";
  return (
    `the host accepts none of the keys that were offered for ${user}${many}. One is offered when it is in the SSH agent ` +
    "(ssh-add FILE), when ssh's own configuration names it for this address (IdentityFile in ~/.ssh/config), or when " +
    `KALEEM_SSH_KEY names its file, which is then the only one; if the host does not know the key, ${trusted}`
  );
}

function changedText(target: SshTarget, log: string, knownHosts: string): string {
  const presented = /fingerprint for the (\S+) key sent by the remote host is\s+(SHA256:\S+?)\.?\s/.exec(
    `${log}\n`,
  );
  const pinned = pinnedFingerprints(knownHosts, knownHostsPattern(target));
  return (
    `host key changed: the host presents ${presented === null ? "another key" : `${String(presented[1])} ${String(presented[2])}`}, ` +
    `${target.knownHostsFile} pins ${pinned.length === 0 ? "a different one" : pinned.join(", ")}. ` +
    "Either the machine was replaced or someone intercepts the connection: compare with the fingerprint on the machine's own " +
    `console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). Only if they agree, pin the new key: ${pinText(target)}`
  );
}

function unknownText(target: SshTarget): string {
  return (
    `host key unknown: ${target.knownHostsFile} has no key for ${knownHostsPattern(target)}. ` +
    `Take the key from the machine's own console (/etc/ssh/ssh_host_ed25519_key.pub) and pin it: ${pinText(target)}`
  );
}

function pinText(target: SshTarget): string {
  const pattern = knownHostsPattern(target);
  const file = quote(target.knownHostsFile);
  return `ssh-keygen -R ${quote(pattern)} -f ${file}; echo ${quote(`${pattern} <key>`)} >> ${file}`;
}

function lastLine(log: string): string {
  return log.trim().split("\n").at(-1)?.trim() ?? "";
}
