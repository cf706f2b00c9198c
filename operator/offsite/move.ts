import { readFile, writeFile } from "node:fs/promises";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { offsite } from "../../components/config/schema.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { size } from "../../recovery/host/log.ts";
import { identityOf, nameOf } from "../../recovery/lineage/bucket-identity.ts";
import type { Bucket, BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { Progress } from "../../workstation/progress.ts";
import { askAgent } from "../agent/agent.ts";
import { bringUp } from "../deploy/bring-up.ts";
import { openSecretsStack } from "../secrets/secrets-stack.ts";
import { SshHost } from "../ssh/ssh.ts";
import { readKeys } from "../stack/look-offsite.ts";
import { moveOffsite } from "../stack/move-offsite.ts";
import type { Stack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";
import { copyOrder, isWorthCopying } from "../../recovery/lineage/copied-object.ts";

/** What `offsite move` is asked for. */
export interface MoveRequest {
  readonly toBucket?: string;
  readonly toEndpoint?: string;
  readonly toPrefix?: string;
  readonly toRegion?: string;
  /** Holds the new bucket's key pair. */
  readonly keyFile?: string;
  /** The key pair comes on stdin. */
  readonly given?: true;
}

/** A week: what bounds a move is the link, and the agent ends one that stands still. */
const copyLimitMs = 7 * 24 * 3_600_000;
const copied = z.object({
  objects: z.number(),
  bytes: z.number(),
  copied: z.number(),
  bytesCopied: z.number(),
});

/** The bucket to move to, judged as the stack's file is. @throws RecoveryError `usage` naming each option that is wrong */
export function wantedBucket(request: MoveRequest): BucketLocation {
  const { toBucket, toEndpoint, toPrefix = "", toRegion = "auto" } = request;
  const parsed = offsite.safeParse({
    bucket: toBucket,
    endpoint: toEndpoint,
    prefix: toPrefix,
    region: toRegion,
  });
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `--to-${path.join(".")}: ${message}`);
  throw new RecoveryError(exitCodes.usage, wrong.join("\n"));
}

/**
 * Moves a stack to another bucket: the host copies everything there, then the stack's file and secrets name it, and the host goes on
 * there. Run again after an interruption, it goes on.
 */
export async function moveStack(
  stack: Stack,
  request: MoveRequest,
  mayGoOn: (plan: string) => Promise<void>,
  progress: Progress,
): Promise<string> {
  refuseLocal(stack);
  const to = wantedBucket(request);
  const secrets = openSecretsStack(stack, progress);
  const keys = await newKeys(request, secrets);
  const target = await readTarget(stack);
  const former = nameOf(identityOf(target.offsite));
  const name = nameOf(identityOf(to));
  const text = await readFile(stack.stackFile, "utf8");
  const moved = moveOffsite(text, stack.committedFile, to);
  await mayGoOn(
    [
      `${stack.name}: everything off-site is copied to ${name}, by the host; shipping goes on meanwhile.`,
      ...(moved.diff.length === 0
        ? []
        : [`Then ${stack.committedFile} changes, and the platform is brought up with it:`]),
      ...moved.diff.map((line) => `  ${line}`),
      "The former bucket stays as it is, but for its head, which says where everything went.",
    ].join("\n"),
  );
  const host = new SshHost(target.ssh);
  if (moved.diff.length > 0) {
    await progress.step(`copy to ${name}`, async (tell) => {
      const done = await askAgent(host, {
        argv: ["move-offsite"],
        schema: copied,
        timeoutMs: copyLimitMs,
        stdin: JSON.stringify({ ...to, ...keys }),
        onLog: tell,
      });
      tell(`${done.objects} objects, ${size(done.bytes)}; ${size(done.bytesCopied)} came now`);
    });
    await writeFile(stack.stackFile, moved.text);
  }
  await secrets.set(
    new Map([
      ["offsite-access-key-id", keys.accessKeyId],
      ["offsite-secret-access-key", keys.secretAccessKey],
    ]),
  );
  await bringUp({ stack, progress, agreement: { yes: true, replaceData: [], ask: null } });
  await progress.step("first shipping there", async () => {
    await askAgent(host, { argv: ["ship"], schema: z.unknown(), timeoutMs: copyLimitMs });
  });
  return [
    `${stack.name} ships to ${name} now.`,
    `Commit ${stack.committedFile}, and write a new recovery kit: ./kaleem kit --stack ${stack.name} --out FILE.`,
    ...(moved.diff.length === 0
      ? []
      : [`The former bucket (${former}) can still be read with the earlier kit.`]),
    `When you do not need it any more: ./kaleem offsite move --finish --stack ${stack.name} --kit KIT-OF-BEFORE.`,
  ].join("\n");
}

/** Gives a move up that has not come to its end: the host goes on with the bucket that it has. */
export async function cancelMove(stack: Stack): Promise<string> {
  refuseLocal(stack);
  const host = new SshHost((await readTarget(stack)).ssh);
  const { cancelled } = await askAgent(host, {
    argv: ["move-offsite", "--cancel"],
    schema: z.object({ cancelled: z.boolean() }),
    timeoutMs: 900_000,
  });
  return cancelled
    ? `${stack.name} goes on with the bucket that it had. What was copied to the other one stays there.`
    : `${stack.name}: no move was under way.`;
}

/**
 * Whether the former bucket holds nothing that the present one lacks; says then what may be removed, and removes nothing.
 * @throws RecoveryError `failed` naming what is missing
 */
export async function finishMove(former: Bucket, present: Bucket): Promise<string> {
  const name = nameOf(identityOf(former.location));
  if (nameOf(identityOf(present.location)) === name)
    throw new RecoveryError(
      exitCodes.usage,
      `offsite move --finish: ${name} is the bucket that is used now: give the earlier kit.`,
    );
  const there = new Set((await present.list("")).map(({ key }) => key));
  // Indexes are replaced by each prune, and records by each run.
  const lasting = (await former.list("")).filter(
    ({ key }) =>
      isWorthCopying(key) && (key.startsWith("kit/versions/") || [0, 2, 4].includes(copyOrder(key))),
  );
  const missing = lasting.filter(({ key }) => !there.has(key));
  if (missing.length === 0)
    return `${nameOf(identityOf(present.location))} has all ${lasting.length} packs, points and stack files of ${name}. Its owner may remove that one now: nothing here does, and no key pair of this platform is needed for it any more.`;
  const points = missing.filter(({ key }) => copyOrder(key) === 4).length;
  throw new RecoveryError(
    exitCodes.failed,
    `offsite move --finish: ${name} holds ${missing.length} objects that the present bucket has not, ${points} of them points. ` +
      "Points that were forgotten since, and their packs, are among them: keep it until nobody wants those.",
  );
}

function refuseLocal({ kind, name }: Stack): void {
  if (kind === "remote") return;
  throw new RecoveryError(
    exitCodes.usage,
    `stack ${name}: the bucket of an emulated machine is emulated too, and does not move; see ./kaleem offsite move --help`,
  );
}

async function newKeys(
  { keyFile, given }: MoveRequest,
  secrets: ReturnType<typeof openSecretsStack>,
): Promise<OffsiteCredentials> {
  if (keyFile !== undefined) return readKeys(keyFile);
  const values = given === true ? await fromStdin() : Object.fromEntries(await secrets.values());
  const accessKeyId = values["offsite-access-key-id"] ?? "";
  const secretAccessKey = values["offsite-secret-access-key"] ?? "";
  if (accessKeyId !== "" && secretAccessKey !== "") return { accessKeyId, secretAccessKey };
  throw new RecoveryError(
    exitCodes.usage,
    'offsite move: expected {"offsite-access-key-id": "…", "offsite-secret-access-key": "…"} on stdin, got something else; redirect a file that only you can read',
  );
}

async function fromStdin(): Promise<Readonly<Record<string, string>>> {
  if (process.stdin.isTTY) return {};
  try {
    return z.record(z.string(), z.string()).parse(await json(process.stdin));
  } catch {
    // The parser's own words would quote what it read.
    return {};
  }
}
