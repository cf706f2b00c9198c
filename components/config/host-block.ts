import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { oldestRestic } from "../../contract/restic.ts";
import * as field from "./fields.ts";
import { judgedText as text } from "./judged-text.ts";

const login = {
  privateKeyFile: field.path
    .optional()
    .describe(
      "The key to log in with; it stays on this computer. Left out, as in a file that several people share, " +
        "each logs in with a key of their own: of the SSH agent, of ssh's configuration, or of the file that `KALEEM_SSH_KEY` names.",
    ),
};

const baseline = {
  restic: field.resticSource
    .default("distribution")
    .describe(
      `Which restic the machine runs; ${oldestRestic} or later. Where the distribution's is older, as on Debian 12, name the machine's ` +
        "architecture: a release is brought along for it. `up` says when that is needed.",
    ),
  insecureRegistries: z
    .array(field.registry, { error: "expected a list of addresses" })
    .default([])
    .describe(
      "Registries that Docker on the machine may speak plain HTTP to, beside those of its own configuration.",
    ),
};

/** Where customers are answered. */
const edgePorts: readonly number[] = [80, 443];

/** A machine that somebody else made and keeps. */
export const sshHost = z.strictObject({
  kind: z.literal("ssh").describe("A Debian 12 or 13 with systemd that is reached over SSH."),
  address: field.hostname.describe("Where the machine answers."),
  port: field.port
    .refine((port) => !edgePorts.includes(port), {
      error: "expected another port than those of the edge, 80 and 443: let sshd listen on another one",
    })
    .default(22)
    .describe("Port of sshd; not 80 or 443, which are the edge's."),
  user: field.userName
    .default("root")
    .describe(
      "Who to log in as: root, or a user with sudo that asks for no password (NOPASSWD:ALL). The latter joins the group docker.",
    ),
  hostKey: field.hostKey.describe(
    "The machine's public key, pinned: another key at this address is refused, and counts as another machine. " +
      "A new machine has a new key: give it a fresh stack, then restore.",
  ),
  ...login,
  knownHostsFile: field.path
    .optional()
    .describe(
      "Holds the same host key, for the ssh client under the Docker provider. Left out, hostKey is pinned without a file.",
    ),
  ...baseline,
});

const region = text<string>(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region of AWS such as eu-central-1", (value) =>
  /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(value)
    ? "that is a zone of a region; write it without its letter"
    : undefined,
);
const zone = text<string>(
  /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
  "an availability zone such as eu-central-1a",
  (value) =>
    /^[a-z]{2}(-[a-z]+)+-\d$/.test(value)
      ? "that is a region; add the letter of one of its zones"
      : undefined,
);
const id = (of: string, prefix: string) =>
  text<string>(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `${of}'s id such as ${prefix}-0123456789abcdef0`);

const range = text<string>(
  /^[0-9a-f.:]+\/\d{1,3}$/,
  "a range of addresses such as 203.0.113.7/32",
  (value) => {
    const [address = "", bits = ""] = value.split("/");
    const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : null;
    if (most === null) return "write an address, a slash and how many of its bits count";
    if (bits === "") return `add how many bits count: ${value}/${String(most)} for that address alone`;
    if (Number(bits) > most) return `of an address ${String(most)} bits count at most`;
    return Number(bits) === 0 ? "that is everybody; name those who administer the machine" : undefined;
  },
);

const publicKey = text<string>(
  /^ssh-(ed25519|rsa) [A-Za-z0-9+/]{40,}={0,2}( [^\r\n]*)?$/,
  'a public key such as "ssh-ed25519 AAAA…" (the file that ends with .pub)',
  (value) =>
    value.includes("PRIVATE KEY") ? "that is a private key, which does not belong here" : undefined,
);

/** A machine that the stack declares, at AWS. */
export const awsHost = z.strictObject({
  kind: z
    .literal("aws")
    .describe("An EC2 instance with Debian, an address and a data volume of its own, all declared."),
  region: region.describe("Where it is. Not where the bucket is, if both are AWS's."),
  zone: zone.describe("The availability zone of machine and data volume, which have to share one."),
  network: z
    .strictObject({
      vpc: id("a VPC", "vpc").describe("The network."),
      subnet: id("a subnet", "subnet").describe("Of that network, public, in the zone."),
    })
    .optional()
    .describe("Left out, the region's default network."),
  instanceType: text<string>(
    /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
    "a type of instance such as m7i.xlarge",
  ).describe(
    "CPUs and memory; of the Nitro generation, as all since 2018. A change stops the machine and starts it again.",
  ),
  architecture: z
    .enum(["amd64", "arm64"], { error: "expected amd64, arm64" })
    .meta({ title: "amd64, arm64" })
    .default("amd64")
    .describe("The processor's. It must be that of instanceType, and of every image."),
  systemDiskGiB: field.sizeGiB
    .default(30)
    .describe("System disk: Debian, Docker's images, the local repository of points."),
  dataDiskGiB: field.sizeGiB.describe(
    "Data volume, encrypted, of its own: it stays when the machine is replaced. It may grow, never shrink.",
  ),
  sshFrom: z
    .array(range, { error: "expected a list of ranges" })
    .min(1, { error: "expected one range or more: nobody could set the machine up" })
    .describe("Who may reach sshd. The ports 80 and 443 are open to everybody."),
  loginKey: publicKey.describe("The public key that may log in, as admin."),
  ...login,
  generation: z
    .int({ error: "expected a whole number from 1 to 999" })
    .min(1, { error: "expected a whole number from 1 to 999" })
    .max(999, { error: "expected a whole number from 1 to 999" })
    .meta({ title: "a whole number from 1 to 999" })
    .default(1)
    .describe(
      "The next number makes a new machine, with a new host key and the Debian image of the lock, in place of the present one; address and data volume stay. " +
        "It counts as another machine: ./kaleem recover brings the data back.",
    ),
  replaceable: field.flag
    .default(false)
    .describe("Whether AWS lets the machine be terminated; true for as long as its replacement takes."),
  protect: field.flag
    .default(true)
    .describe(
      "Protects address and data volume from removal. Only a drill's stack, whose end has to cost nothing, says false.",
    ),
  address: field.hostname
    .optional()
    .describe(
      "The machine's address, once there is one: written by `./kaleem up`, for commands that ask no state.",
    ),
  hostKey: field.hostKey
    .optional()
    .describe(
      "Its public host key, which was made before it: written by `./kaleem up`, for commands that ask no state.",
    ),
  ...baseline,
});

/** The machine and how to reach it. */
export const host = z
  .discriminatedUnion("kind", [sshHost, awsHost], { error: "expected {kind: ssh, …} or {kind: aws, …}" })
  .describe("The machine that everything runs on.");

export type SshHostSettings = z.infer<typeof sshHost>;
export type AwsHostSettings = z.infer<typeof awsHost>;

/** Who may log in to Debian's images at AWS, and become root without a password. */
export const awsLogin = "admin";

const { address, port, user, hostKey, privateKeyFile, knownHostsFile } = sshHost.shape;
const reached = z.object({ address, port, user, hostKey, privateKeyFile, knownHostsFile });
const reachedAtAws = reached.extend({ user: field.userName.default(awsLogin) });

/**
 * What of a host's block says how it is reached, for those who have the stack's file alone. Of a machine at AWS that is known once it was
 * made, and stands in the file from then on.
 */
export function reachedHost(block: unknown): typeof reached {
  const isAws = typeof block === "object" && block !== null && "kind" in block && block.kind === "aws";
  return isAws ? reachedAtAws : reached;
}

/** By this path the data volume of a machine at AWS is known on it, whatever the kernel calls it. */
export const awsDataDevice = "/dev/disk/by-id/kaleem-data";
