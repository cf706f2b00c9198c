import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout, layout } from "../../contract/layout.ts";
import type { Bucket } from "../lineage/bucket.ts";
import { identityOf, nameOf } from "../lineage/bucket-identity.ts";
import type { ListedObject } from "../lineage/bucket-listing.ts";
import { checkHead } from "../lineage/check-head.ts";
import { readClaim } from "../lineage/claim.ts";
import { copyOrder, isAsNamed, isWorthCopying, isWrittenOnce } from "../lineage/copied-object.ts";
import { HeadStore, type StoredHead } from "../lineage/head-store.ts";
import type { Lineage } from "../lineage/head.ts";
import { readIdentity } from "../lineage/identity.ts";
import { probeConditionalWrites } from "../lineage/probe-conditional-writes.ts";
import type { AgentContext } from "./context.ts";

/** What a move brought to the other bucket. */
export interface MoveResult {
  readonly objects: number;
  readonly bytes: number;
  /** Of them, in this run. */
  readonly copied: number;
  readonly bytesCopied: number;
}

/** A shipping that is under way ends within minutes, as a rule; a first copy does not, and a move can be repeated. */
const waitMs = 600_000;
/** Requests at once: a pack is held in memory while it is checked. */
const atOnce = 3;
const index = `${bucketLayout.repository}/index/`;

/**
 * Copies everything of the off-site bucket to another one, each object checked by its name, while shipping goes on; then, with nobody
 * writing, what came meanwhile, and the head. From then on the former bucket's head says where everything went, and this host writes
 * there no more: it goes on in the other bucket once its configuration names that. Run again, it goes on where it was.
 * @throws RecoveryError `alreadyFounded` when the other bucket holds another lineage or repository; nothing was written there then
 */
export async function moveBucket(context: AgentContext, to: Bucket): Promise<MoveResult> {
  const { host, locks, log, machineId } = context;
  const from = await context.bucket();
  if (nameOf(identityOf(from.location)) === nameOf(identityOf(to.location)))
    throw new RecoveryError(
      exitCodes.usage,
      `move-offsite: ${nameOf(identityOf(to.location))} is the bucket that this host ships to already.`,
    );
  const { founded } = await readIdentity(host, layout.lineage, machineId);
  if (founded === null)
    throw new RecoveryError(
      exitCodes.usage,
      "move-offsite: this data root has no lineage, so nothing in the bucket is its own to move.",
    );
  await readOwnHead(context, from, to, founded);
  await refuseTaken(from, to, founded);
  const { left } = await probeConditionalWrites(to);
  for (const key of left) log.line(`${key} stays in ${to.location.bucket}: the key pair may not remove it`);
  const copy = new Copy(from, to, (text) => log.line(text));
  await log.phase("copy, while shipping goes on", () => copy.pass(false));
  const lock = await locks.acquire("offsite", waitMs);
  try {
    const { head } = await readOwnHead(context, from, to, founded);
    const result = await log.phase("copy what came meanwhile", () => copy.pass(true));
    await putHead(to, { ...head, movedTo: undefined });
    await putHead(from, { ...head, movedTo: identityOf(to.location) });
    return result;
  } finally {
    await lock.release();
  }
}

/**
 * Takes the note off the bucket that everything was moved away; this host goes on with it. What is in the other bucket stays there.
 * @returns whether there was any
 */
export async function cancelMove(context: AgentContext): Promise<boolean> {
  const lock = await context.locks.acquire("offsite", waitMs);
  try {
    const from = await context.bucket();
    const stored = await new HeadStore(from).read();
    if (stored?.head.movedTo === undefined) return false;
    await putHead(from, { ...stored.head, movedTo: undefined });
    return true;
  } finally {
    await lock.release();
  }
}

/** This host may move what is its own; a move that was begun to the same bucket goes on. */
async function readOwnHead(
  { host }: AgentContext,
  from: Bucket,
  to: Bucket,
  own: Lineage,
): Promise<StoredHead> {
  const stored = await new HeadStore(from).read();
  const movedTo = stored?.head.movedTo;
  const goesOn = movedTo !== undefined && nameOf(movedTo) === nameOf(identityOf(to.location));
  const head = stored === null ? null : goesOn ? { ...stored.head, movedTo: undefined } : stored.head;
  checkHead(head, own, { claim: await readClaim(host, own), location: from.location });
  if (stored === null) throw new Error("a head that is not there was taken for ours");
  return stored;
}

async function refuseTaken(from: Bucket, to: Bucket, own: Lineage): Promise<void> {
  const taken = (by: string): RecoveryError =>
    new RecoveryError(
      exitCodes.alreadyFounded,
      `move-offsite: ${nameOf(identityOf(to.location))} holds ${by} already; nothing was written there. Choose an empty bucket or another prefix.`,
    );
  const head = (await new HeadStore(to).read())?.head ?? null;
  if (head !== null && (head.lineage !== own.lineage || head.host !== own.host))
    throw taken(`lineage ${head.lineage} of host ${head.host.slice(0, 8)}`);
  const config = `${bucketLayout.repository}/config`;
  const [ours, theirs] = [await from.read(config), await to.read(config)];
  if (theirs !== null && (ours === null || !theirs.equals(ours))) throw taken("another repository");
}

/** By the condition that nothing else was written meanwhile, so that of two hosts one wins. */
async function putHead(bucket: Bucket, head: StoredHead["head"]): Promise<void> {
  const store = new HeadStore(bucket);
  const present = await store.read();
  const { movedTo, ...rest } = head;
  const wanted = movedTo === undefined ? rest : { ...rest, movedTo };
  if (present !== null && JSON.stringify(present.head) === JSON.stringify(wanted)) return;
  const done = present === null ? await store.create(wanted) : await store.replace(wanted, present.etag);
  if (!done)
    throw new RecoveryError(
      exitCodes.busy,
      `The head in ${nameOf(identityOf(bucket.location))} was changed at the same time: run it again.`,
    );
}

class Copy {
  readonly #from: Bucket;
  readonly #to: Bucket;
  readonly #say: (text: string) => void;
  #copied = 0;
  #bytesCopied = 0;
  constructor(from: Bucket, to: Bucket, say: (text: string) => void) {
    this.#from = from;
    this.#to = to;
    this.#say = say;
  }

  /** @param last With nobody writing: nothing may be missing, and what the index does not say any more is taken away. */
  async pass(last: boolean): Promise<MoveResult> {
    const listed = (await this.#from.list(""))
      .filter(
        ({ key }) => isWorthCopying(key) && key !== bucketLayout.head && !key.startsWith("lineage/probe-"),
      )
      .sort((a, b) => copyOrder(a.key) - copyOrder(b.key));
    const there = new Map((await this.#to.list("")).map((object) => [object.key, object]));
    const missing = listed.filter((object) => !isSame(object, there.get(object.key)));
    this.#say(`${missing.length} of ${listed.length} objects to copy`);
    for (let at = 0; at < missing.length;) {
      const kind = copyOrder(missing[at]?.key ?? "");
      const alike = missing.slice(at).filter(({ key }) => copyOrder(key) === kind);
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let one = alike[next++]; one !== undefined; one = alike[next++]) await this.#copy(one, last);
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      at += alike.length;
    }
    if (last) {
      // An index that a prune has replaced since the first pass names packs that are gone.
      const kept = new Set(listed.map(({ key }) => key));
      for (const key of there.keys()) if (key.startsWith(index) && !kept.has(key)) await this.#to.delete(key);
    }
    const bytes = listed.reduce((sum, one) => sum + one.bytes, 0);
    return { objects: listed.length, bytes, copied: this.#copied, bytesCopied: this.#bytesCopied };
  }

  async #copy({ key }: ListedObject, last: boolean): Promise<void> {
    const content = await this.#from.read(key);
    if (content === null && !last) return;
    if (content === null || !isAsNamed(key, content))
      throw new RecoveryError(
        exitCodes.repositoryDamaged,
        `move-offsite: ${key} in ${nameOf(identityOf(this.#from.location))} is ${content === null ? "gone" : "not what its name says"}: check the repository first. What was copied stays.`,
      );
    await this.#to.store(key, content);
    this.#copied += 1;
    this.#bytesCopied += content.length;
  }
}

/** Names hold the content of most objects fast; the rest is small, and has the same tag where it has the same content. */
function isSame(here: ListedObject, there: ListedObject | undefined): boolean {
  if (there === undefined || there.bytes !== here.bytes) return false;
  return isWrittenOnce(here.key) || there.etag === here.etag;
}
