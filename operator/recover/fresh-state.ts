import { readFile } from "node:fs/promises";
import { bucketLayout } from "../../contract/layout.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { backendUrl, decryptConfig } from "../../toolchain/engine/stack.ts";
import { lookAtMachine } from "../preflight/look-at-machine.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { pinnedHost } from "../stack/move-host.ts";
import { engineBackend, setStateAside } from "../stack/set-state-aside.ts";
import { stackContext } from "../stack/stack-context.ts";
import type { Stack } from "../stack/stack.ts";
import { hasPlatform } from "../stack/state-owner.ts";

/**
 * Looks at the machine, and sees to it that the stack's state is one of it, or an empty one.
 * @returns the name under which a lost machine's state is kept; null when there was none
 */
export async function freshState(
  stack: Stack,
  engine: Engine,
  host: SshHost,
  offsite: BucketLocation,
): Promise<string | null> {
  const context = stackContext(stack, engine);
  const view = await lookAtMachine(host, stack.name);
  const { hostKey = "" } = pinnedHost(await readFile(stack.stackFile, "utf8"), stack.committedFile);
  const manager = `${await backendUrl(context)} ${stack.name}`;
  const machine = {
    address: host.target.address,
    hostKey,
    hasPlatform: hasPlatform(view, stack.name, manager),
  };
  const keep = async (name: string, text: string): Promise<void> => {
    const values = await decryptConfig(context);
    const bucket = new Bucket(offsite, {
      accessKeyId: values.get("kaleem:offsite-access-key-id") ?? "",
      secretAccessKey: values.get("kaleem:offsite-secret-access-key") ?? "",
    });
    await bucket.put(`${bucketLayout.lostStates}/${name}.json`, text, "application/json", { ifAbsent: true });
  };
  return setStateAside(stack, engineBackend(context), machine, { now: new Date(), keep });
}
