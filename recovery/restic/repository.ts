import type { AgentConfig } from "../../contract/agent-config.ts";
import { bucketLayout, layout } from "../../contract/layout.ts";

/** A repository: restic's name for it, and where its password lies. */
export interface Repository {
  /** A path, or `s3:…`; never with a secret in it. */
  readonly url: string;
  readonly passwordFile: string;
  /** AWS shared-credentials file; only for `s3:`. */
  readonly credentialsFile?: string;
  readonly region?: string;
}

/** The repository on this host's system disk. */
export const localRepository: Repository = { url: layout.repository, passwordFile: layout.resticPassword };

/** The repository in the off-site bucket. */
export function offsiteRepository(offsite: AgentConfig["offsite"]): Repository {
  const key = [
    offsite.bucket,
    ...(offsite.prefix === "" ? [] : [offsite.prefix]),
    bucketLayout.repository,
  ].join("/");
  return {
    url: `s3:${offsite.endpoint.replace(/\/+$/, "")}/${key}`,
    passwordFile: layout.resticPassword,
    credentialsFile: layout.offsiteCredentials,
    region: offsite.region,
  };
}
