import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { layout } from "../../contract/layout.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";
import { type MachineView, readMachineView } from "./machine-view.ts";

const script = readFileSync(new URL("look-at-machine.sh", import.meta.url), "utf8");

/** Asks a machine what it is. Reads only. @throws SshError when it cannot be reached */
export async function lookAtMachine(host: RemoteHost, stack: string): Promise<MachineView> {
  const { dataRoot, loopFile, restic, live } = layout;
  const argv = ["bash", "-s", "--", stack, dataRoot, dirname(loopFile), restic, live];
  const { stdout } = await host.run(argv, { stdin: script, timeoutMs: 180_000 });
  return readMachineView(stdout);
}
