import { readFileSync } from "node:fs";
import { nginx } from "../../components/edge/nginx.ts";
import { layout } from "../../contract/layout.ts";
import { SshHost } from "../ssh/ssh.ts";
import { stackCatalog } from "../stack/stack-catalog.ts";
import { openPlace } from "../stack/open-place.ts";
import type { Stack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";
import { type HostView, readHostView } from "./host-view.ts";
import { type Finding, judgeHost } from "./judge-host.ts";
import { openPorts } from "./open-ports.ts";
import type { PortScan } from "./port-scan.ts";

const script = readFileSync(new URL("look-at-host.sh", import.meta.url), "utf8");
const everyPort = Array.from({ length: 65_535 }, (_, index) => index + 1);
/** Where services are by custom; those above are RabbitMQ's and MongoDB's. */
const customaryPorts = [...everyPort.slice(0, 10_000), 15_672, 15_692, 27_017];

/** What an audit looked at and what it found. */
export interface Audit {
  readonly findings: readonly Finding[];
  readonly view: HostView;
  readonly scan: PortScan;
}

/**
 * Looks at a stack's machine from outside (the customary TCP ports) and from inside. A full audit tries each port
 * there is, and asks lynis and ssh-audit, which are installed for it and removed again: a minute or two.
 */
export async function auditHost(stack: Stack, options: { readonly full: boolean }): Promise<Audit> {
  const place = await openPlace(stack);
  const host = new SshHost((await readTarget(stack)).ssh);
  const address = await place.scanAddress();
  const { stdout } = await host.run(["bash", "-s", "--", options.full ? "full" : "fast", layout.restic], {
    stdin: script,
    timeoutMs: 900_000,
  });
  const view = readHostView(stdout);
  // sshd may listen where services are not by custom.
  const tried = options.full ? everyPort : [...new Set([...customaryPorts, ...view.sshPorts])];
  const open = await openPorts(address, tried);
  const catalog = await stackCatalog(stack);
  return { view, scan: { address, tried, open }, findings: judgeHost(open, view, [...catalog, nginx]) };
}
