import { describedType } from "../protocol/described-type.ts";
import type { ProviderPlugin } from "../protocol/provider-plugin.ts";
import { reveal, type PropertyMap } from "../protocol/value.ts";
import { Ec2Client, ec2Settings } from "./ec2-client.ts";
import { eipAssociation } from "./types/eip-association.ts";
import { eip } from "./types/eip.ts";
import { instance } from "./types/instance.ts";
import { keyPair } from "./types/key-pair.ts";
import { securityGroup } from "./types/security-group.ts";
import { securityGroupEgressRule, securityGroupIngressRule } from "./types/security-group-rule.ts";
import { volumeAttachment } from "./types/volume-attachment.ts";
import { volume } from "./types/volume.ts";

/** The version of `@pulumi/aws` that this stands in for. */
const sdkVersion = "7.48.0";

/** The resource types that it knows. */
export const descriptions = [
  instance,
  volume,
  volumeAttachment,
  eip,
  eipAssociation,
  securityGroup,
  securityGroupIngressRule,
  securityGroupEgressRule,
  keyPair,
] as const;

/** The provider's own properties that the stand-in takes; the others are the SDK's. */
const supported = ["region", "version", "pluginDownloadURL", "__internal"];

/** The stand-in for the official aws plugin: one machine with its disk, address and firewall; nothing else. */
export function awsProvider(environment: NodeJS.ProcessEnv = process.env): ProviderPlugin {
  let client: Ec2Client | undefined;
  const api = (): Ec2Client => {
    if (client === undefined) throw new Error("aws provider: it was used before it was configured.");
    return client;
  };
  return {
    name: "aws",
    version: sdkVersion,
    flags: { acceptResources: true, acceptSecrets: true, supportsAutonamingConfiguration: true },
    types: descriptions.map((description) => describedType(description, api)),
    checkConfig: (news) => ({ inputs: news, failures: failuresOf(news) }),
    diffConfig: (olds, news) =>
      regionOf(olds, {}) === regionOf(news, {})
        ? undefined
        : { changes: "some", diffs: ["region"], replaces: ["region"] },
    // Nothing is asked here: wrong keys show at the first resource, as with the official plugin.
    configure: (config) => {
      client = new Ec2Client(ec2Settings(regionOf(config, environment), environment));
    },
  };
}

function regionOf(config: PropertyMap, environment: NodeJS.ProcessEnv): string {
  const region = reveal(config["region"] ?? null);
  return typeof region === "string" ? region : (environment["AWS_REGION"] ?? "");
}

function failuresOf(news: PropertyMap): { readonly reason: string }[] {
  return Object.keys(news)
    .filter((key) => !supported.includes(key) && !key.startsWith("skip"))
    .map((key) => ({
      reason: `${key}: the stand-in aws provider does not know this setting, only region. Use the official aws plugin for it.`,
    }));
}
