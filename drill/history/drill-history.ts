import { randomUUID } from "node:crypto";
import { bucketLayout } from "../../contract/layout.ts";
import { drillEntryName, type SignedEntry } from "../../contract/drill-history.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Bucket } from "../../recovery/lineage/bucket.ts";
import { drillRecordSchema, type DrillRecord } from "../record/drill-record.ts";
import { judgeHistory, nextEntry, type JudgedHistory, type StoredEntry } from "./judge-history.ts";
import { demandSigners, sign, signerOf } from "./signatures.ts";

/** Whose drills, where they are kept, and who may sign them. */
export interface HistoryPlace {
  readonly stack: string;
  readonly bucket: Bucket;
  /** A file of OpenSSH's, committed: which keys may sign. */
  readonly allowedSigners: string;
}

const folder = `${bucketLayout.drills}/`;
/** So many operators who append at once each get their turn. */
const tries = 5;

/** How drills of a stack ended, as signed entries in its off-site bucket: appended to, never changed. The bucket's lock holds them. */
export class DrillHistory {
  readonly #place: HistoryPlace;
  constructor(place: HistoryPlace) {
    this.#place = place;
  }

  /** Reads and judges all of it. @throws RecoveryError `config` without a file of allowed signers; and as the bucket's reads do */
  async judge(): Promise<JudgedHistory> {
    const { stack, allowedSigners } = this.#place;
    await demandSigners(allowedSigners);
    return judgeHistory(stack, await this.#read(), (signed) => signerOf(allowedSigners, signed));
  }

  /** The newest record of a scenario that is of a form which this version knows; null when there is none. What is not signed counts as none. */
  async newest(scenario: string): Promise<DrillRecord | null> {
    const { entries } = await this.judge();
    for (const { entry, signer } of [...entries].reverse()) {
      const record = drillRecordSchema.safeParse(entry.record);
      if (signer !== null && record.success && record.data.scenario === scenario) return record.data;
    }
    return null;
  }

  /**
   * Tries a key before it is needed: an hour's drill must not end without a record.
   * @throws RecoveryError `config` when it cannot sign, or may not
   */
  async tryKey(keyFile: string, now: Date): Promise<void> {
    await demandSigners(this.#place.allowedSigners);
    await this.#signed(keyFile, "a trial", now);
  }

  /**
   * Appends a record. To a history that is not sound, too: what is wrong with it stays to be seen, and the record is not lost for it.
   * @returns the object's key
   * @throws RecoveryError `config` when the key cannot sign or may not, `busy` when others append all the time
   */
  async append(record: DrillRecord, keyFile: string, now: () => Date): Promise<string> {
    const { stack, bucket, allowedSigners } = this.#place;
    await demandSigners(allowedSigners);
    for (let count = 1; count <= tries; count += 1) {
      const { sequence, previous } = nextEntry(await this.#read());
      const appendedAt = now();
      const at = appendedAt.toISOString();
      const entry = { version: 1, sequence, previous, stack, appendedAt: at, nonce: randomUUID(), record };
      const text = JSON.stringify(entry);
      const signature = await this.#signed(keyFile, text, appendedAt);
      const object: SignedEntry = { version: 1, entry: text, signature };
      const key = `${folder}${drillEntryName(sequence)}`;
      const body = `${JSON.stringify(object)}\n`;
      const outcome = await bucket.write(key, body, "application/json", { ifAbsent: true });
      if (outcome.written) return key;
    }
    throw new RecoveryError(
      exitCodes.busy,
      `${folder}: ${tries} times another drill was recorded at the same time: run ./kaleem drill --record FILE again.`,
    );
  }

  async #signed(keyFile: string, text: string, at: Date): Promise<string> {
    const { allowedSigners } = this.#place;
    const signature = await sign(keyFile, text);
    const signer = await signerOf(allowedSigners, { text, signature, at });
    if ("signer" in signer) return signature;
    throw new RecoveryError(
      exitCodes.config,
      `${keyFile}: what it signs counts for nothing: ${signer.why}. Add its public half to ${allowedSigners} and commit that (docs/drills.md).`,
    );
  }

  async #read(): Promise<StoredEntry[]> {
    const { bucket } = this.#place;
    const stored: StoredEntry[] = [];
    for (const { key } of await bucket.list(folder)) {
      const found = await bucket.get(key);
      if (found !== null) stored.push({ file: key.slice(folder.length), body: found.body });
    }
    return stored;
  }
}
