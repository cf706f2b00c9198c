import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { cached } from "../../workstation/cache/cached.ts";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { recall, remember } from "../../workstation/cache/memo.ts";
import { findOnPath } from "../../workstation/find-on-path.ts";
import { runCommand } from "../../workstation/run-command.ts";
import { causeSentenceOf } from "../../contract/sentence-of.ts";
import { download, open } from "../download.ts";
import { oldestVersion, pinnedVersion } from "./engine.ts";
import { findVersion, isAtLeast } from "./version.ts";

/** An official `pulumi` and its version. */
export interface OfficialEngine {
  readonly pulumi: string;
  readonly version: string;
}

const releases = "https://get.pulumi.com/releases/sdk";
const memo = "official-engine-unreachable";
const retryAfterSeconds = 24 * 3600;

/** The official `pulumi` on PATH; undefined without one, and, with a note, when it is too old. */
export async function findOfficialEngine(
  note: (text: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<OfficialEngine | undefined> {
  const pulumi = findOnPath("pulumi", environment);
  if (pulumi === undefined) return undefined;
  const asked = await runCommand([pulumi, "version"], {
    environment: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const version = findVersion(asked.stdout);
  if (version !== undefined && isAtLeast(version, oldestVersion)) return { pulumi, version };
  note(
    `${pulumi} is ${version ?? "of no known version"}; ${oldestVersion} or later is needed, so it is not used`,
  );
  return undefined;
}

/**
 * Downloads the pinned official release once, checked against its published checksums. Undefined when it cannot
 * be had: that is noted and remembered for a day, so that later runs do not wait for the network again.
 * `KALEEM_OFFLINE=1` in the environment forbids the attempt, not the use of an earlier download.
 */
export async function downloadOfficialEngine(
  report: (detail: string) => void,
  note: (text: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
  from: string = releases,
): Promise<OfficialEngine | undefined> {
  const architecture = process.arch === "x64" ? "x64" : "arm64";
  const key = `official-${pinnedVersion}-${architecture}`;
  const had = existsSync(join(cacheDirectory(), "engine", key));
  if (!had && (environment["KALEEM_OFFLINE"] === "1" || recall(memo, retryAfterSeconds) !== undefined))
    return undefined;
  const archive = `pulumi-v${pinnedVersion}-linux-${architecture}.tar.gz`;
  try {
    const directory = await cached("engine", key, async (temporary) => {
      report(`looking for ${archive}`);
      const sums = await (await open(`${from}/pulumi-${pinnedVersion}-checksums.txt`)).text();
      const wanted = sums
        .split("\n")
        .find((line) => line.trimEnd().endsWith(archive))
        ?.split(/\s+/)[0];
      if (wanted === undefined) throw new Error(`no checksum is published for ${archive}`);
      await download(`${from}/${archive}`, join(temporary, archive), wanted, report);
      await unpack(join(temporary, archive), temporary);
    });
    return { pulumi: join(directory, "pulumi"), version: pinnedVersion };
  } catch (error) {
    const reason = causeSentenceOf(error);
    remember(memo, reason);
    note(`the official pulumi ${pinnedVersion} cannot be downloaded (${reason}); not tried again for a day`);
    return undefined;
  }
}

async function unpack(archive: string, directory: string): Promise<void> {
  const unpacked = await runCommand(["tar", "-xzf", archive, "-C", directory, "--strip-components=1"]);
  if (unpacked.code !== 0) throw new Error(`${archive} could not be unpacked: ${unpacked.stderr.trim()}`);
  await rm(archive);
}
