import { layout } from "../../contract/layout.ts";
import { hostFiles, ofType } from "../declared.ts";
import { isRecord, property, shown, text } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import type { DeclaredResource, StackView } from "../stack-view.ts";

/** The types of a machine that is declared. */
export const machineTypes = {
  instance: "aws:ec2/instance:Instance",
  volume: "aws:ebs/volume:Volume",
  address: "aws:ec2/eip:Eip",
  group: "aws:ec2/securityGroup:SecurityGroup",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
} as const;

/** Ports that anybody may reach: the edge's. */
const openPorts: readonly unknown[] = [80, 443];
const sshPort = 22;
/** A range that holds more addresses than any office or network of ours. */
const widest = { v4: 16, v6: 32 } as const;

/** One way in for customers, one for those who administer. */
export const firewallNarrow: Rule = {
  name: "firewall-narrow",
  description: "A machine's firewall lets in SSH from narrow ranges, HTTP and HTTPS, and nothing else.",
  check: (view) => [
    ...ofType(view, machineTypes.ingress).flatMap((rule) => judgeIngress(rule)),
    // Rules within a group are told by no resource of their own, and would be missed above.
    ...ofType(view, machineTypes.group)
      .filter(({ inputs }) => property(inputs, "ingress") !== undefined)
      .map(({ name }) => ({
        resource: name,
        sentence:
          "ingress: expected rules that are resources of their own, got some within the group; declare each by itself",
      })),
  ],
};

function judgeIngress({ name, inputs }: DeclaredResource): readonly Finding[] {
  const [from, to, protocol] = ["fromPort", "toPort", "ipProtocol"].map((key) => inputs[key]);
  const found = (sentence: string): readonly Finding[] => [{ resource: name, sentence }];
  if (protocol !== "tcp" || from !== to || !(from === sshPort || openPorts.includes(from)))
    return found(
      `ports: expected tcp 22, 80 or 443 alone, got ${shown(protocol)} ${shown(from)} to ${shown(to)}; reach all else over SSH`,
    );
  if (from !== sshPort) return [];
  const range = text(inputs, "cidrIpv4") || text(inputs, "cidrIpv6");
  const bits = Number(range.split("/")[1] ?? Number.NaN);
  const least = range.includes(":") ? widest.v6 : widest.v4;
  return bits >= least
    ? []
    : found(
        `range: expected SSH from at most a /${String(least)}, got ${shown(range === "" ? undefined : range)}; name those who administer the machine`,
      );
}

/** A disk that is thrown away, or a snapshot that is copied, tells nothing. */
export const disksEncrypted: Rule = {
  name: "disks-encrypted",
  description: "Every disk of a declared machine is encrypted, the system's too.",
  check: (view) => [
    ...ofType(view, machineTypes.volume).flatMap(({ name, inputs }) =>
      encrypted(name, "encrypted", inputs["encrypted"]),
    ),
    ...ofType(view, machineTypes.instance).flatMap(({ name, inputs }) =>
      encrypted(name, "rootBlockDevice.encrypted", property(inputs, "rootBlockDevice.encrypted")),
    ),
  ],
};

function encrypted(resource: string, key: string, value: unknown): readonly Finding[] {
  return value === true
    ? []
    : [{ resource, sentence: `${key}: expected true, got ${shown(value)}; encrypt it` }];
}

/** "The newest" is another machine each week, and replaces the one that serves. */
export const machineImagePinned: Rule = {
  name: "machine-image-pinned",
  description: "A declared machine starts from an image that is named by its id.",
  check: (view) =>
    ofType(view, machineTypes.instance)
      .filter(({ inputs }) => !/^ami-[0-9a-f]{8,17}$/.test(text(inputs, "ami")))
      .map(({ name, inputs }) => ({
        resource: name,
        sentence: `ami: expected an image's id of catalog/aws-images.lock.json, got ${shown(inputs["ami"])}; look it up with ./kaleem images aws REGION`,
      })),
};

const metadata = { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 } as const;

/** The metadata service tells the user data, with the host key in it, to whoever asks from the machine. */
export const metadataGuarded: Rule = {
  name: "metadata-guarded",
  description: "A declared machine's metadata service wants a token, and answers no container.",
  check: (view) =>
    ofType(view, machineTypes.instance).flatMap(({ name, inputs }) => {
      const options = property(inputs, "metadataOptions");
      return Object.entries(metadata)
        .filter(([key, value]) => !isRecord(options) || options[key] !== value)
        .map(([key, value]) => ({
          resource: name,
          sentence: `metadataOptions.${key}: expected ${shown(value)}, got ${shown(property(options, key))}; a request that is forged or comes from a container would be answered`,
        }));
    }),
};

/** Stacks whose end is part of what they are for. */
const expendable = /^(drill|local)(-|$)/;

/** The data volume is held by `data-protected`. */
export const machineKept: Rule = {
  name: "machine-kept",
  description:
    "A declared machine's address is protected, and nobody terminates it by mistake; a drill's may go.",
  check: (view) =>
    expendable.test(view.stack)
      ? []
      : [
          ...ofType(view, machineTypes.address)
            .filter(({ protect }) => !protect)
            .map(({ name }) => ({
              resource: name,
              sentence: "protect: expected true, got false; names point to this address",
            })),
          ...ofType(view, machineTypes.instance)
            .filter(({ inputs }) => inputs["disableApiTermination"] !== true)
            .map(({ name, inputs }) => ({
              resource: name,
              sentence: `disableApiTermination: expected true, got ${shown(inputs["disableApiTermination"])}; take replaceable out of the settings when the machine was replaced`,
            })),
        ],
};

/** Whom an endpoint of S3 belongs to. */
const owners: readonly (readonly [RegExp, provider: string, types: RegExp])[] = [
  [/\.amazonaws\.com$/, "AWS", /^aws:/],
];

/** A provider that closes an account closes all of it. */
export const providersApart: Rule = {
  name: "providers-apart",
  description: "In prod, machine and off-site bucket are not with one provider.",
  check: (view) => (view.stack === "prod" ? apart(view) : []),
};

function apart(view: StackView): readonly Finding[] {
  return hostFiles(view)
    .filter(({ path }) => path === layout.config)
    .flatMap(({ resource, content }) => {
      const endpoint = text(JSON.parse(content) as unknown, "offsite.endpoint");
      const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : "";
      const shared = owners.find(
        ([name, , types]) => name.test(host) && view.resources.some(({ type }) => types.test(type)),
      );
      if (shared === undefined) return [];
      return [
        {
          resource: resource.name,
          sentence: `offsite.endpoint: expected a bucket of another provider than the machine's, ${shared[1]}, got ${host}; an account that is closed would take both. Move it: ./kaleem offsite move`,
        },
      ];
    });
}
