import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { chmod, rename } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cached } from "../../workstation/cache/cached.ts";
import { contentKey } from "../../workstation/cache/content-key.ts";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { recall, remember } from "../../workstation/cache/memo.ts";
import { runCommand } from "../../workstation/run-command.ts";
import { causeSentenceOf } from "../../contract/sentence-of.ts";
import { download } from "../download.ts";
import { findGo } from "../engine/go.ts";

/** The release that is brought along to machines whose distribution has none that is new enough. */
export const resticVersion = "0.18.1";

/** What it runs on, in the words that restic's releases and Go have for it. */
export type ResticTarget = "linux-amd64" | "linux-arm64";

/** A restic for a machine, on this computer. */
export interface ResticProgram {
  readonly file: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly source: "official" | "built";
}

/** Who is told what, and where things come from; everything is optional. */
export interface ResticOptions {
  readonly report?: (detail: string) => void;
  /** Hears what did not work and was not needed. */
  readonly note?: (text: string) => void;
  readonly environment?: NodeJS.ProcessEnv;
  /** Where Go is where it is not on PATH. */
  readonly usualGo?: string;
  /** Where releases are. */
  readonly from?: string;
  /** SHA-256 of each release's archive. */
  readonly published?: Readonly<Record<ResticTarget, string>>;
}

/** As the release's own SHA256SUMS has them. */
const publishedSums: Readonly<Record<ResticTarget, string>> = {
  "linux-amd64": "680838f19d67151adba227e1570cdd8af12c19cf1735783ed1ba928bc41f363d",
  "linux-arm64": "87f53fddde38764095e9c058a3b31834052c37e5826d2acf34e18923c006bd45",
};
const releases = `https://github.com/restic/restic/releases/download/v${resticVersion}`;
const memo = "restic-release-unreachable";
const retryAfterSeconds = 24 * 3600;

const kind = "restic";
const module = join(import.meta.dirname, "module");
const command = "github.com/restic/restic/cmd/restic";
const buildFlags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
const purpose = {
  who: "restic",
  what: `restic ${resticVersion}`,
  instead: "run this where github.com can be reached",
};
/** For the progress line only. */
const packages = 850;

/**
 * A restic for machines of that kind: the official release, checked against its pinned SHA-256, else the same version
 * built from its Go modules, which go.sum pins (two minutes the first time). What was had once is kept, so that the same
 * bytes go to every host; `KALEEM_OFFLINE=1` forbids the download alone.
 * @throws Error when it can be neither downloaded nor built, with what to do
 */
export async function bringRestic(target: ResticTarget, options: ResticOptions = {}): Promise<ResticProgram> {
  const official = `official-${resticVersion}-${target}`;
  const built = builtKey(target);
  for (const [source, key] of [
    ["official", official],
    ["built", built],
  ] as const)
    if (existsSync(join(cacheDirectory(), kind, key))) return programIn(key, source);
  if (await downloaded(official, target, options)) return programIn(official, "official");
  await cached(kind, built, (folder) => build(target, join(folder, "restic"), options), {
    onWait: () => options.report?.("another run is building it"),
  });
  return programIn(built, "built");
}

async function programIn(key: string, source: ResticProgram["source"]): Promise<ResticProgram> {
  const file = join(cacheDirectory(), kind, key, "restic");
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return { file, sha256: hash.digest("hex"), source };
}

/** The compiler's version is no part of it: a newer Go is no reason for another restic on every host. */
function builtKey(target: ResticTarget): string {
  return contentKey([
    { file: join(module, "go.mod") },
    { file: join(module, "go.sum") },
    ...buildFlags,
    target,
  ]);
}

async function downloaded(key: string, target: ResticTarget, options: ResticOptions): Promise<boolean> {
  const {
    environment = process.env,
    from = releases,
    published = publishedSums,
    report = () => undefined,
    note = () => undefined,
  } = options;
  if (environment["KALEEM_OFFLINE"] === "1" || recall(memo, retryAfterSeconds) !== undefined) return false;
  const name = `restic_${resticVersion}_${target.replace("-", "_")}`;
  try {
    await cached(kind, key, async (folder) => {
      report(`looking for ${name}.bz2`);
      await download(`${from}/${name}.bz2`, join(folder, `${name}.bz2`), published[target], report);
      const unpacked = await runCommand(["bzip2", "-d", join(folder, `${name}.bz2`)]);
      if (unpacked.code !== 0)
        throw new Error(`${name}.bz2 could not be unpacked: ${unpacked.stderr.trim()}`);
      await rename(join(folder, name), join(folder, "restic"));
      await chmod(join(folder, "restic"), 0o755);
    });
    return true;
  } catch (error) {
    const reason = causeSentenceOf(error);
    remember(memo, reason);
    note(
      `the official restic ${resticVersion} cannot be downloaded (${reason}); not tried again for a day, and built instead`,
    );
    return false;
  }
}

async function build(
  target: ResticTarget,
  output: string,
  { environment = process.env, usualGo, report = () => undefined, note = () => undefined }: ResticOptions,
): Promise<void> {
  const go = await findGo(environment, usualGo, purpose);
  note(`restic ${resticVersion} for ${target} is built from its Go modules, once: some two minutes`);
  const [system, architecture] = target.split("-");
  let modules = 0;
  let compiled = 0;
  const ended = await runCommand([go, "build", "-v", ...buildFlags, "-o", output, command], {
    cwd: module,
    environment: {
      ...environment,
      ...{ CGO_ENABLED: "0", GOOS: system, GOARCH: architecture },
      ...{ GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" },
    },
    onLine: (line) => {
      if (line.startsWith("go: downloading ")) modules += 1;
      else compiled += 1;
      report(
        compiled === 0
          ? `${String(modules)} Go modules downloaded`
          : `${String(compiled)} of about ${String(packages)} packages compiled`,
      );
    },
  });
  if (ended.code === 0) return;
  const words = ended.stderr
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("go: downloading "));
  throw new Error(
    `restic: ${resticVersion} could not be built from ${command}:\n${words.slice(-8).join("\n")}\n` +
      "Run this where github.com or a Go module proxy can be reached.",
  );
}
