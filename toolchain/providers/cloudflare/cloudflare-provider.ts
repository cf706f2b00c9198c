import type { ProviderPlugin } from "../protocol/provider-plugin.ts";
import { Secret } from "../protocol/value.ts";
import { ApiClient } from "./api-client.ts";
import { describedType } from "../protocol/described-type.ts";
import { checkProviderConfig, clientSettings, diffProviderConfig } from "./provider-config.ts";
import { accountToken } from "./types/account-token.ts";
import { dnsRecord } from "./types/dns-record.ts";
import { r2BucketLifecycle } from "./types/r2-bucket-lifecycle.ts";
import { r2BucketLock } from "./types/r2-bucket-lock.ts";
import { r2Bucket } from "./types/r2-bucket.ts";

/** The version of `@pulumi/cloudflare` that this stands in for. */
const sdkVersion = "6.22.1";

/** The resource types that it knows. */
export const descriptions = [r2Bucket, r2BucketLock, r2BucketLifecycle, accountToken, dnsRecord] as const;

/** The stand-in for the official cloudflare plugin: buckets of R2 with lock and lifecycle, tokens of an account, DNS records; nothing else. */
export function cloudflareProvider(environment: NodeJS.ProcessEnv = process.env): ProviderPlugin {
  let client: ApiClient | undefined;
  const api = (): ApiClient => {
    if (client === undefined) throw new Error("cloudflare provider: it was used before it was configured.");
    return client;
  };
  return {
    name: "cloudflare",
    version: sdkVersion,
    flags: { acceptResources: true, supportsAutonamingConfiguration: true },
    types: descriptions.map((description) => describedType(description, api)),
    checkConfig: (news) => ({
      inputs:
        typeof news["apiToken"] === "string" ? { ...news, apiToken: new Secret(news["apiToken"]) } : news,
      failures: checkProviderConfig(news).map((reason) => ({ reason })),
    }),
    diffConfig: diffProviderConfig,
    // Nothing is asked here: a wrong token shows at the first resource, as with the official plugin.
    configure: (config) => {
      client = new ApiClient(clientSettings(config, environment));
    },
  };
}
