import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import type { Stack } from "../stack/stack.ts";
import type { RotationStep } from "./plan-rotation.ts";

const schema = z.strictObject({
  /** As it was asked for. */
  name: z.string(),
  startedAt: z.iso.datetime(),
  done: z.array(z.string()),
});

type Folder = Pick<Stack, "folder">;

/** How far a rotation is; no value in it. */
export type RotationJournal = z.infer<typeof schema>;

/** Where it is kept: beside the stack's other working files, until the rotation has ended. */
export function rotationJournalFile({ folder }: Folder): string {
  return join(folder, "rotation.json");
}

/** The rotation that has not ended; null when there is none. */
export async function readRotationJournal(stack: Folder): Promise<RotationJournal | null> {
  const text = await readIfThere(rotationJournalFile(stack));
  return text === null ? null : schema.parse(JSON.parse(text));
}

/**
 * Notes a step as done. Kept from the moment on that the configuration has the new value: what an interrupted run did
 * before that is done again, with another value.
 */
export async function noteStep(
  stack: Folder,
  journal: RotationJournal,
  step: RotationStep,
): Promise<RotationJournal> {
  const next = { ...journal, done: [...journal.done, step] };
  if (!next.done.includes("write into the configuration")) return next;
  const file = rotationJournalFile(stack);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeWholeFile(file, `${JSON.stringify(next)}\n`, 0o600);
  return next;
}

/** The rotation has ended. */
export async function endRotation(stack: Folder): Promise<void> {
  await rm(rotationJournalFile(stack), { force: true });
}

/** @throws Error when another secret's rotation has not ended: a second one on top could lock somebody out. */
export function refuseOther(journal: RotationJournal | null, name: string, stack: string): void {
  if (journal === null || journal.name === name) return;
  throw new Error(
    `secrets: the rotation of ${journal.name}, started ${journal.startedAt}, has not finished. ` +
      `First run: ./kaleem secrets rotate ${journal.name} --stack ${stack}`,
  );
}
