import { readFileSync } from "node:fs";
import { SshHost } from "../../../../operator/ssh/ssh.ts";
import type { SshTarget } from "../../../../operator/ssh/ssh-target.ts";

/**
 * Copies the shell and what it needs out of the host's own file system into an image, so that nothing is downloaded:
 * `$1` is the image, `$2` its version.
 */
const makeImage = `set -eu
dash=$(command -v dash)
sleep=$(command -v sleep)
libraries=$(ldd "$dash" "$sleep" | grep -o '/[^ :)]*' | sort -u)
tar -C / -chf - --transform "s,^.*/dash$,bin/sh," --transform "s,^.*/sleep$,bin/sleep," \
  $(printf '%s\\n' "$dash" "$sleep" $libraries | sort -u | sed s,^/,,) |
  docker import --change "LABEL version=$2" - "$1:$2"`;

/** A Docker host with Swarm that tests may use, over ssh. */
export class SwarmTarget {
  readonly target: Required<SshTarget>;
  /** The registry part refuses connections at once, so that Swarm takes the local image without waiting. */
  readonly image = "127.0.0.1:1/kaleem-provider-test";
  readonly #host: SshHost;

  constructor(target: Required<SshTarget>) {
    this.target = target;
    this.#host = new SshHost(target);
  }

  /** Runs docker on the host and answers what it printed. */
  async docker(...argv: readonly string[]): Promise<string> {
    return (await this.#host.run(["docker", ...argv])).stdout.trim();
  }

  /** Makes the images `<image>:<version>`. */
  async makeImages(...versions: readonly string[]): Promise<void> {
    for (const version of versions) await this.#host.run(["sh", "-c", makeImage, "sh", this.image, version]);
  }

  async removeImages(...versions: readonly string[]): Promise<void> {
    await this.docker("image", "rm", "--force", ...versions.map((version) => `${this.image}:${version}`));
  }

  /** The docker provider's arguments for this host. */
  providerArgs(): { host: string; sshOpts: string[] } {
    const { address, port, user, privateKeyFile, knownHostsFile } = this.target;
    const options = { IdentitiesOnly: "yes", BatchMode: "yes", UserKnownHostsFile: knownHostsFile };
    const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    return { host: `ssh://${user}@${address}:${String(port)}`, sshOpts: ["-i", privateKeyFile, ...flags] };
  }
}

/**
 * The host that `KALEEM_LIVE_TARGET` names: JSON, or the path of a JSON file, with address, port, user, privateKeyFile and
 * knownHostsFile. Throws a sentence when it is not set: a live test that quietly does nothing proves nothing.
 */
export function swarmTarget(): SwarmTarget {
  const given = process.env["KALEEM_LIVE_TARGET"] ?? "";
  if (given === "") {
    throw new Error(
      "KALEEM_LIVE_TARGET: is not set; give the path of a JSON file that names a Docker host with Swarm " +
        "({address, port, user, privateKeyFile, knownHostsFile}), or run the whole of npm test, which makes one",
    );
  }
  return new SwarmTarget(
    JSON.parse(given.startsWith("{") ? given : readFileSync(given, "utf8")) as Required<SshTarget>,
  );
}
