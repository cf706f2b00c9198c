import { readFile } from "node:fs/promises";
import path from "node:path";
import { madeAt } from "../../workstation/cache/cached.ts";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { cacheKind, imageKey } from "./local-image.ts";
import type { ImageRecipe } from "./recipe.ts";

/** What the making of a cached image brought along: two machines with the same recipe may still have other packages. */
export interface ImageRecord {
  readonly name: string;
  readonly key: string;
  /** The main package's version. */
  readonly version: string;
  readonly made: Date;
  /** Debian package → version; undefined for an image that was made before they were recorded. */
  readonly packages: Readonly<Record<string, string>> | undefined;
}

/** Packages that decide how a machine or a store behaves. */
const telling = [
  ...[
    "systemd",
    "docker.io",
    "containerd",
    "runc",
    "restic",
    "openssh-server",
    "nftables",
    "xfsprogs",
    "nodejs",
  ],
  ...[
    "redis-server",
    "rabbitmq-server",
    "erlang-base",
    "minio-client",
    "nginx",
    "openssl",
    "docker-registry",
  ],
  ...["prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "prometheus-blackbox-exporter"],
  ...["prometheus-redis-exporter", "prometheus-nginx-exporter", "syslog-ng-core", "busybox-static"],
];

/** The record of an image in the cache; undefined when it is not there. */
export async function imageRecord(recipe: ImageRecipe): Promise<ImageRecord | undefined> {
  const key = imageKey(recipe);
  const made = madeAt(cacheKind(recipe), key);
  if (made === undefined) return undefined;
  const folder = path.join(cacheDirectory(), cacheKind(recipe), key);
  const version = (await readFile(path.join(folder, "version"), "utf8")).trim();
  return { name: recipe.name, key, version, made, packages: await packagesIn(path.join(folder, "packages")) };
}

/** One line about an image, such as `redis 8.0.2, made 2026-11-02: redis-server 8.0.2`. Pure. */
export function recordLine({ name, version, made, packages }: ImageRecord): string {
  const told =
    packages === undefined
      ? "its packages were not recorded yet"
      : telling.flatMap((one) => (packages[one] === undefined ? [] : [`${one} ${packages[one]}`])).join(", ");
  return `${name} ${version}, made ${made.toISOString().slice(0, 10)}${told === "" ? "" : `: ${told}`}`;
}

async function packagesIn(file: string): Promise<Record<string, string> | undefined> {
  const text = await readIfThere(file);
  if (text === null) return undefined;
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => line.split(" ") as [string, string]));
}
