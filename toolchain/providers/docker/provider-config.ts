import type { DiffResult, PropertyChange } from "../protocol/resource-type.ts";
import { isList, Secret, unknown } from "../protocol/value.ts";
import type { PropertyMap, Value } from "../protocol/value.ts";
import { parseDockerHost } from "./api/docker-host.ts";
import type { DockerHost } from "./api/docker-host.ts";
import { canonical } from "./plan/zero.ts";

/** The provider's own properties that the stand-in takes; `version` is the SDK's. */
const supported = ["host", "sshOpts", "version", "pluginDownloadURL"];

/** Reasons to refuse properties of the provider itself. */
export function checkProviderConfig(news: PropertyMap): string[] {
  return Object.keys(news)
    .filter((key) => !supported.includes(key) && key !== "__internal")
    .map(
      (key) =>
        `docker provider: ${key}: the stand-in takes only host and sshOpts; leave it out, or use the official docker plugin.`,
    );
}

/** The difference between two configurations: an update of what changed, never a replacement of resources. */
export function diffProviderConfig(olds: PropertyMap, news: PropertyMap): DiffResult | undefined {
  const entries = [...new Set([...Object.keys(olds), ...Object.keys(news)])].flatMap(
    (key): [string, PropertyChange][] => {
      if (key === "version" || canonical(olds[key]) === canonical(news[key])) return [];
      const kind = olds[key] === undefined ? "ADD" : news[key] === undefined ? "DELETE" : "UPDATE";
      return [[key, { kind, inputDiff: true }]];
    },
  );
  if (entries.length === 0) return undefined;
  return {
    changes: "some",
    diffs: entries.map(([key]) => key).sort(),
    detailedDiff: Object.fromEntries(entries),
  };
}

/** The Docker host that a configuration names. `sshOpts` comes as JSON text. Throws for an address that is none. */
export function dockerHostOf(config: PropertyMap): DockerHost {
  const host = plain(config["host"]);
  // Taken for absent, it would mean the Docker of this very machine.
  if (host === unknown) throw new Error("docker provider: host: is not known yet.");
  return parseDockerHost(typeof host === "string" ? host : undefined, sshOptionsOf(plain(config["sshOpts"])));
}

function plain(value: Value | undefined): Value | undefined {
  return value instanceof Secret ? value.value : value;
}

function sshOptionsOf(value: Value | undefined): string[] {
  if (value === undefined || value === null) return [];
  const options: unknown = typeof value === "string" ? JSON.parse(value) : isList(value) ? value : undefined;
  if (Array.isArray(options) && options.every((option) => typeof option === "string")) return options;
  throw new Error("docker provider: sshOpts: a list of texts is wanted.");
}
