import { readFile } from "node:fs/promises";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Progress } from "../../workstation/progress.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import type { LostStack } from "../kit/lost-stack.ts";
import { isYes, type Agreement } from "../deploy/agree.ts";
import { refuseOwner } from "../preflight/judge-machine.ts";
import { lookAtMachine } from "../preflight/look-at-machine.ts";
import type { MachineView } from "../preflight/machine-view.ts";
import { resticWanted } from "../preflight/restic-wanted.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";
import { moveHost, namesHost, pinnedHost, type NewHost } from "../stack/move-host.ts";
import type { Stack } from "../stack/stack.ts";

/** What an operator says of the machine that takes a lost one's place. */
export interface GivenHost {
  /** `user@address`. */
  readonly host: string;
  readonly port: string;
  /** Its public key; left out, the machine is asked for it, and somebody has to agree. */
  readonly hostKey?: string | undefined;
}

export interface NewHostRequest {
  readonly stack: Pick<Stack, "stackFile" | "committedFile">;
  /** What a recovery kit gives, where that was given: a committed file may then be missing. */
  readonly lost?: Pick<LostStack, "fileFor"> | null;
  readonly given: GivenHost;
  readonly progress: Progress;
  /** `--yes`: no question about what changes in the file. */
  readonly yes: boolean;
  readonly ask: Agreement["ask"];
  /** Asks a machine for its key. */
  readonly scan: (
    address: string,
    port: number,
  ) => Promise<{ readonly key: string; readonly fingerprint: string }>;
}

/**
 * Shows what changes in the committed file, and writes it once somebody agreed. A second run finds it changed, says nothing, and asks for
 * no key again that the file pins for this very machine.
 * @throws RecoveryError `usage` for what is no machine; Error when nobody agreed: the file is as it was then
 */
export async function writeNewHost(request: NewHostRequest): Promise<void> {
  const { stack, given, progress, yes } = request;
  const ask = yes ? null : request.ask;
  const { user, address, port } = readHost(given);
  const lost = request.lost ?? null;
  const text = lost === null ? await readFile(stack.stackFile, "utf8") : await readIfThere(stack.stackFile);
  const hostKey = given.hostKey ?? (await foundKey(request, text, { user, address, port }));
  const host = { address, port, user, hostKey };
  const moved = lost === null ? moveHost(text ?? "", stack.committedFile, host) : await lost.fileFor(host);
  if (moved.diff.length === 0) return;
  progress.note([`${stack.committedFile}:`, ...moved.diff.map((line) => `  ${line}`)].join("\n"));
  if (!yes && !isYes(await ask?.("Write this? [y/N] ")))
    throw new Error(`recover: not agreed to; ${stack.committedFile} is as it was. Add --yes.`);
  await writeWholeFile(stack.stackFile, moved.text);
}

/**
 * Looks at the new machine. One on which another stack runs is none: said before the state of the lost one is set aside.
 * @throws Error in a sentence; nothing but the host in the stack's file was changed
 */
export async function lookAtNewHost(
  { name, committedFile }: Pick<Stack, "name" | "committedFile">,
  host: RemoteHost,
): Promise<MachineView> {
  const view = await lookAtMachine(host, name);
  // Whichever state managed it: a lost stack's own may be away for good.
  const refusals = refuseOwner(view, { stack: name, manager: null });
  if (refusals.length === 0) return view;
  throw new Error(
    [...refusals.map((one) => `${committedFile}: ${one}`), "Run recover again with another --host."].join(
      "\n",
    ),
  );
}

/** The new machine may have a restic that will do where the lost one had none, or the other way round; what it cannot tell stays. */
export async function writeRestic(
  { stackFile, committedFile }: Pick<Stack, "stackFile" | "committedFile">,
  view: MachineView,
  progress: Progress,
): Promise<void> {
  const wanted = resticWanted(view);
  if (wanted === undefined) return;
  const restic = wanted === "distribution" ? undefined : wanted;
  const { text, diff } = moveHost(await readFile(stackFile, "utf8"), committedFile, { restic });
  if (diff.length === 0) return;
  progress.note(
    [`${committedFile}, as the new machine needs it:`, ...diff.map((line) => `  ${line}`)].join("\n"),
  );
  await writeWholeFile(stackFile, text);
}

function readHost({ host, port }: GivenHost): Omit<NewHost, "hostKey"> {
  const [, user, address] = /^([^@\s]+)@([^@\s]+)$/.exec(host) ?? [];
  const number = Number(port);
  if (
    user !== undefined &&
    address !== undefined &&
    Number.isInteger(number) &&
    number >= 1 &&
    number <= 65_535
  )
    return { user, address, port: number };
  throw new RecoveryError(
    exitCodes.usage,
    `--host: expected user@address and a port from 1 to 65535, got "${host}" and "${port}"`,
  );
}

/** A key that nobody looked at is no pin: unattended it has to be given, unless an earlier run has pinned it. */
async function foundKey(
  { stack, yes, ask, scan }: NewHostRequest,
  text: string | null,
  { user, address, port }: Omit<NewHost, "hostKey">,
): Promise<string> {
  const shown = await scan(address, port);
  const pinned = text === null || !namesHost(text) ? {} : pinnedHost(text, stack.committedFile);
  if (
    pinned.address === address &&
    pinned.port === port &&
    pinned.user === user &&
    sameKey(pinned.hostKey, shown.key)
  )
    return pinned.hostKey ?? shown.key;
  const answer = yes
    ? undefined
    : await ask?.(`The machine shows ${shown.fingerprint}. Is that its key? [y/N] `);
  if (isYes(answer)) return shown.key;
  throw new Error(
    `recover: the host key ${shown.fingerprint} was not agreed to; nothing was changed. ` +
      `Look at it on the machine's console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and give it: --host-key "${shown.key}"`,
  );
}

/** Whatever comment stands behind it. */
function sameKey(pinned: string | undefined, shown: string): boolean {
  const bare = (key: string): string => key.split(" ").slice(0, 2).join(" ");
  return pinned !== undefined && bare(pinned) === bare(shown);
}
