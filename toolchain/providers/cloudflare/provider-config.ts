import type { DiffResult } from "../protocol/resource-type.ts";
import { reveal, unknown, type PropertyMap, type Value } from "../protocol/value.ts";
import type { ClientSettings } from "./api-client.ts";

/** The provider's own properties that the stand-in takes; the last three are the SDK's. */
const supported = ["apiToken", "baseUrl", "version", "pluginDownloadURL", "__internal"];

/** As the official plugin wants it: it refuses the newer tokens with dots. */
const tokenForm = /^[A-Za-z0-9_-]+$/;

const publicApi = "https://api.cloudflare.com/client/v4";

/** Reasons to refuse properties of the provider itself; no value is shown. */
export function checkProviderConfig(news: PropertyMap): string[] {
  const token = reveal(news["apiToken"] ?? null);
  return [
    ...Object.keys(news)
      .filter((key) => !supported.includes(key))
      .map(
        (key) =>
          `${key}: the stand-in cloudflare provider does not know this setting, only ${supported.slice(0, 2).join(" and ")}. Use the official cloudflare plugin for it.`,
      ),
    ...(typeof token === "string" && !tokenForm.test(token)
      ? ["apiToken: expected a token of letters, digits, _ and -, got another (not shown)."]
      : []),
  ];
}

/** A changed token or address is an update: resources are taken to be where they were. */
export function diffProviderConfig(olds: PropertyMap, news: PropertyMap): DiffResult | undefined {
  const plain = (value: Value | undefined): Value => reveal(value ?? null);
  const changed = ["apiToken", "baseUrl"].filter((key) => plain(olds[key]) !== plain(news[key]));
  if (changed.length === 0) return undefined;
  const entries = changed.map((key) => [key, { kind: "UPDATE", inputDiff: true }] as const);
  return { changes: "some", diffs: changed, detailedDiff: Object.fromEntries(entries) };
}

/** Where and as whom the API is asked: from the configuration, else from the variables that the official plugin reads. */
export function clientSettings(config: PropertyMap, environment: NodeJS.ProcessEnv): ClientSettings {
  const said = (key: string, variable: string): string | undefined => {
    const value = reveal(config[key] ?? null);
    return typeof value === "string" && value !== "" ? value : environment[variable];
  };
  // In a preview the token may be the output of something that does not exist yet; then nothing can be asked.
  const token = config["apiToken"] === unknown ? undefined : said("apiToken", "CLOUDFLARE_API_TOKEN");
  return { baseUrl: (said("baseUrl", "CLOUDFLARE_BASE_URL") ?? publicApi).replace(/\/$/, ""), token };
}
