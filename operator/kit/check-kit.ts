import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { reachedHost } from "../../components/config/host-block.ts";
import { readStackYaml } from "../../components/config/stack-yaml.ts";
import type { StackContent } from "../../components/kit/stack-content.ts";
import { type ExitCode, exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { kitKeysDigest, type KitCheck } from "../../contract/kit-check.ts";
import { bucketLayout, layout } from "../../contract/layout.ts";
import { kitStateSchema } from "../../recovery/agent/answers/kit-state.ts";
import { CommandError } from "../../recovery/host/host-port.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { Bucket } from "../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../recovery/lineage/head-store.ts";
import { askAgent } from "../agent/agent.ts";
import { givenKeyFile } from "../ssh/given-key.ts";
import { pinHostKey } from "../ssh/known-hosts.ts";
import { knownHostsPattern } from "../ssh/ssh-target.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";
import { SshError } from "../ssh/ssh-error.ts";
import { SshHost } from "../ssh/ssh.ts";
import { bucketOf, openKit, recipientOf } from "./open-kit.ts";
import type { RecoveryKit } from "./recovery-kit.ts";
import { openResticKey, openResticText } from "./restic-key.ts";

/** One thing that was looked at; `ok` is null when it was not. */
export interface KitFinding {
  readonly what: "bucket" | "stack file" | "off-site" | "local" | "present" | "record";
  readonly ok: boolean | null;
  readonly sentence: string;
}

/** What a check came to. */
export interface KitCheckReport {
  readonly findings: readonly KitFinding[];
  readonly exitCode: ExitCode;
}

export interface KitCheckRequest {
  readonly kit: RecoveryKit;
  /** Whose kit it should be. */
  readonly stack: string | undefined;
  readonly now: Date;
  /** Opens the host that the stack's file names. */
  readonly openHost: (content: StackContent) => Promise<RemoteHost>;
}

/**
 * Opens everything with a recovery kit alone, as a recovery would, and leaves a record of it in the bucket, from which the host learns of
 * it. Nothing else is changed. What stands behind a thing that does not open is not looked at, and said not to be.
 */
export async function checkKit(request: KitCheckRequest): Promise<KitCheckReport> {
  const { kit } = request;
  const findings: KitFinding[] = [];
  let exitCode: ExitCode = exitCodes.ok;
  const look = async <T>(what: KitFinding["what"], work: () => Promise<[T, string]>): Promise<T | null> => {
    try {
      const [found, sentence] = await work();
      findings.push({ what, ok: true, sentence });
      return found;
    } catch (error) {
      if (exitCode === exitCodes.ok)
        exitCode = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
      findings.push({ what, ok: false, sentence: sentenceOf(error) });
      return null;
    }
  };
  const notLooked = (...whats: KitFinding["what"][]): void => {
    for (const what of whats) findings.push({ what, ok: null, sentence: "not looked at" });
  };
  const bucket = bucketOf(kit);
  if ((await look("bucket", () => lookAtBucket(bucket))) === null) {
    notLooked("stack file", "off-site", "local", "present", "record");
    return { findings, exitCode };
  }
  const content = await look("stack file", async () => {
    const opened = await openKit(kit, request.stack);
    const secrets = Object.keys(opened.content.secrets).length;
    const how = opened.form === "sealed" ? "sealed to this kit" : "encrypted by Pulumi's passphrase";
    const remark = opened.remark === null ? "" : ` ${opened.remark}`;
    return [
      opened.content,
      `that of stack ${opened.content.stack}, ${how}, with ${secrets} secrets.${remark}`,
    ];
  });
  if (content === null) {
    notLooked("off-site", "local", "present", "record");
    return { findings, exitCode };
  }
  const password = content.secrets["restic-password"] ?? "";
  await look("off-site", () => lookAtOffsite(bucket, password));
  const host = await openedHost(request, content);
  if (host instanceof Error)
    findings.push({
      what: "local",
      ok: null,
      sentence: `not looked at (${sentenceOf(host)}); by the stack's file its password is the one of the off-site repository`,
    });
  else await look("local", () => lookAtLocal(host, password));
  if (findings.some(({ ok }) => ok === false)) {
    notLooked("present", "record");
    return { findings, exitCode };
  }
  const recorded = await look("record", async () => {
    const check: KitCheck = {
      version: 1,
      at: request.now.toISOString(),
      keys: kitKeysDigest({ ...kit, recipient: await recipientOf(kit) }),
    };
    await bucket.put(bucketLayout.kitCheck, `${JSON.stringify(check)}\n`, "application/json", {
      always: true,
    });
    return [check, `noted in the bucket that it opens everything (${bucketLayout.kitCheck})`];
  });
  if (recorded !== null && !(host instanceof Error)) await look("present", () => lookAtPresent(host));
  return { findings, exitCode };
}

/** One line a thing. */
export function renderKitCheck({ findings }: KitCheckReport): string {
  const mark = (ok: boolean | null): string => (ok === null ? "-" : ok ? "✓" : "✗");
  return findings.map(({ what, ok, sentence }) => `${mark(ok)} ${what.padEnd(11)} ${sentence}`).join("\n");
}

async function lookAtBucket(bucket: Bucket): Promise<[true, string]> {
  const keys = await bucket.list("kit/");
  const stored = await new HeadStore(bucket).read();
  const { endpoint, bucket: name } = bucket.location;
  const head =
    stored === null
      ? "it has no head record yet"
      : `its head is lineage ${stored.head.lineage}, generation ${stored.head.generation}`;
  return [true, `${name} at ${endpoint} is read and listed: ${keys.length} objects below kit/; ${head}`];
}

/** Reads the repository as restic does: a key by the password, and the repository's own record by that key. */
async function lookAtOffsite(bucket: Bucket, password: string): Promise<[true, string]> {
  const folder = bucketLayout.repository;
  const names = await bucket.list(`${folder}/keys/`);
  if (names.length === 0)
    throw new RecoveryError(
      exitCodes.noRepository,
      `There is no restic repository below ${folder}/ in the bucket: nothing was ever shipped there, or the prefix is another one.`,
    );
  for (const { key: name } of names) {
    const stored = await bucket.get(name);
    const key = stored === null ? null : openResticKey(stored.body, password);
    if (key === null) continue;
    const config = await bucket.read(`${folder}/config`);
    const opened = config === null ? null : openResticText(key, config);
    if (opened === null)
      throw new RecoveryError(
        exitCodes.repositoryDamaged,
        `The off-site repository's password opens its key, and ${folder}/config does not open with that: it is missing or damaged.`,
      );
    const { id } = z.object({ id: z.string() }).parse(JSON.parse(opened.toString("utf8")));
    const snapshots = await bucket.list(`${folder}/snapshots/`);
    return [
      true,
      `repository ${id.slice(0, 8)} opens with the password in the stack's file; it has ${snapshots.length} snapshots`,
    ];
  }
  throw new RecoveryError(
    exitCodes.wrongPassword,
    `The restic-password in the stack's file opens none of the ${names.length} keys of the off-site repository: the file in the bucket is older than the last change of that password, or of another platform.`,
  );
}

async function openedHost({ openHost }: KitCheckRequest, content: StackContent): Promise<RemoteHost | Error> {
  try {
    const host = await openHost(content);
    const { stdout } = await host.run([layout.agentCommand, "--help"], { timeoutMs: 20_000 });
    if (/^ {2}restic-key try /m.test(stdout)) return host;
    return new Error("the host's agent is older than these tools: run ./kaleem up");
  } catch (error) {
    if (error instanceof SshError || error instanceof RecoveryError || error instanceof CommandError)
      return error;
    throw error;
  }
}

async function lookAtLocal(host: RemoteHost, password: string): Promise<[true, string]> {
  const { local } = await askAgent(host, {
    argv: ["restic-key", "try"],
    stdin: password,
    schema: z.object({ local: z.boolean().nullable() }),
    timeoutMs: 120_000,
  });
  if (local === true)
    return [true, "the host's own repository opens with the same password, tried on the host"];
  throw new RecoveryError(
    local === null ? exitCodes.noRepository : exitCodes.wrongPassword,
    local === null
      ? "The host has no repository of its own: it takes its first point soon, or its system disk was replaced."
      : "The host's own repository does not open with the password in the stack's file: run ./kaleem up, and see ./kaleem status.",
  );
}

/** The host holds the kit's keys against its own. */
async function lookAtPresent(host: RemoteHost): Promise<[true, string]> {
  const state = await askAgent(host, { argv: ["kit-check"], schema: kitStateSchema, timeoutMs: 60_000 });
  if (!state.keysChanged) return [true, "the host has the same bucket, keys and recipient"];
  throw new RecoveryError(
    exitCodes.failed,
    "The host has other keys than this kit, whose own still open the bucket: write it again, ./kaleem kit --out NEW --from THIS.",
  );
}

/**
 * The host that a stack's file names, its key pinned in a folder that goes with `close`. The key to log in with is one of this computer.
 */
export async function hostOfKit(
  content: StackContent,
  repository: string,
): Promise<{ readonly host: RemoteHost; readonly close: () => Promise<void> }> {
  const settings = readStackYaml(content.file, "the stack's file").config?.["kaleem:host"];
  const parsed = reachedHost(settings).safeParse(settings);
  if (!parsed.success)
    throw new RecoveryError(exitCodes.config, "The stack's file names no host that can be reached.");
  const { address, port, user, hostKey, privateKeyFile } = parsed.data;
  const folder = await mkdtemp(join(tmpdir(), "kaleem-kit-"));
  const knownHostsFile = join(folder, "known_hosts");
  await pinHostKey(
    knownHostsFile,
    knownHostsPattern({ address, port }),
    hostKey.split(" ").slice(0, 2).join(" "),
  );
  const named =
    privateKeyFile === undefined || isAbsolute(privateKeyFile)
      ? privateKeyFile
      : join(repository, privateKeyFile);
  const key = named !== undefined && existsSync(named) ? named : givenKeyFile();
  const host = new SshHost({
    address,
    port,
    user,
    knownHostsFile,
    ...(key === undefined ? {} : { privateKeyFile: key }),
  });
  return { host, close: () => rm(folder, { recursive: true, force: true }) };
}
