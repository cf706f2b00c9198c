import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { committedImageLock, readImageLock, type LockedImages } from "../../catalog/image-lock.ts";
import { generatedSecrets } from "../secrets/generated-secrets.ts";
import { catalogOf } from "../stack/stack-catalog.ts";
import { parseStackFile } from "../stack/stack-file.ts";
import { issuedFor } from "./trial-certificate.ts";

/** The stacks whose settings are committed. */
export const committedStacks = ["local", "staging", "prod"] as const;
export type CommittedStack = (typeof committedStacks)[number];

/** What a preview of a stack needs that is only looked at. */
export interface TrialSettings {
  readonly stack: string;
  /** Key without namespace → setting. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Freshly drawn; they open nothing. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A stack that is only looked at: the committed settings, with stand-ins for what is given elsewhere or still to be filled in. */
export interface TrialStack extends TrialSettings {
  readonly stack: CommittedStack;
  /** The lock as committed, before its gaps were filled for the trial; null for `local`, whose lock is made by `up`. */
  readonly images: LockedImages | null;
}

/** Composes it, and writes into `folder` the files that its settings name. Nothing in it reaches any machine. */
export function trialStack(repository: string, stack: CommittedStack, folder: string): TrialStack {
  const name = `Pulumi.${stack}.yaml`;
  const committed = parseStackFile(readFileSync(join(repository, name), "utf8"), name);
  const settings = Object.fromEntries(
    Object.entries(committed.config ?? {}).map(([key, value]) => [key.replace(/^kaleem:/, ""), value]),
  );
  const catalog = catalogOf(committed, name);
  const lock = readImageLock(repository, committedImageLock);
  const isLocal = stack === "local";
  const serverName = `${stack}.example.com`;
  const given = isLocal ? null : issuedFor(serverName);
  const imageLock = join(folder, "images.lock.json");
  writeFileSync(imageLock, JSON.stringify(filled(lock)));
  return {
    stack,
    settings: {
      dataVolume: { kind: "device", device: "/dev/disk/by-id/trial" },
      offsite: {
        endpoint: isLocal ? "http://10.200.0.3:9000" : "https://account.r2.cloudflarestorage.com",
        bucket: `kaleem-${stack}-backup`,
      },
      ...(given === null ? {} : { edge: edge(serverName, given.certificate) }),
      closed: false,
      ...settings,
      host: { ...host(folder), ...(isLocal ? { insecureRegistries: ["10.200.0.4:5000"] } : {}) },
      imageLock,
    },
    secrets: {
      ...Object.fromEntries(Object.entries(generatedSecrets(catalog)).map(([key, make]) => [key, make()])),
      ...Object.fromEntries(
        givenToApplications(catalog).map((key) => [key, `trial-${randomBytes(8).toString("hex")}`]),
      ),
      "offsite-access-key-id": randomBytes(16).toString("hex"),
      "offsite-secret-access-key": randomBytes(32).toString("hex"),
      ...(given === null ? {} : { "edge-tls-key": given.key }),
    },
    images: isLocal ? null : lock,
  };
}

/** What somebody else issues for an application. */
function givenToApplications(catalog: readonly ServiceDefinition[]): readonly string[] {
  return [...new Set(catalog.flatMap(({ secretForms = {} }) => Object.keys(secretForms)))];
}

/** With a digest for each image, so that the rest of the program can be looked at; no registry has them. */
function filled(lock: LockedImages): LockedImages {
  return Object.fromEntries(
    Object.entries(lock).map(([key, { ref, source }]) => {
      const digest = createHash("sha256").update(ref).digest("hex");
      const pinned = ref.includes("@sha256:") ? ref : `${ref}@sha256:${digest}`;
      return [key, { ref: pinned, version: "trial", source }];
    }),
  );
}

function edge(serverName: string, certificate: string): Record<string, unknown> {
  return { serverName, tls: { kind: "cloudflare-origin", certificate } };
}

function host(folder: string): Record<string, unknown> {
  const hostKey = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from("ssh-ed25519"), Buffer.from([0, 0, 0, 32]), randomBytes(32)]).toString("base64")}`;
  const [privateKeyFile, knownHostsFile] = [join(folder, "id_ed25519"), join(folder, "known_hosts")];
  writeFileSync(
    privateKeyFile,
    `-----BEGIN PRIVATE KEY----- on trial, opens nothing: ${randomBytes(16).toString("hex")}\n`,
    {
      mode: 0o600,
    },
  );
  writeFileSync(knownHostsFile, `host.example.com ${hostKey}\n`);
  return { kind: "ssh", address: "host.example.com", hostKey, privateKeyFile, knownHostsFile };
}
