import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { agentStatusSchema } from "../../recovery/agent/answers/agent-status.ts";
import { HeadStore } from "../../recovery/lineage/head-store.ts";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { runPulumi } from "../../toolchain/engine/pulumi.ts";
import { decryptConfig } from "../../toolchain/engine/stack.ts";
import type { Progress } from "../../workstation/progress.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import { askAgent } from "../agent/agent.ts";
import { askEdge } from "../deploy/await-edge.ts";
import { planChanges } from "../deploy/plan-changes.ts";
import { openOffsite } from "../offsite/offsite-access.ts";
import { SshHost } from "../ssh/ssh.ts";
import type { AccountStack } from "../stack/account-stack.ts";
import { edgeTarget } from "../stack/edge-target.ts";
import { openPlace } from "../stack/open-place.ts";
import { stackContext } from "../stack/stack-context.ts";
import type { Stack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";
import type { NewHostView } from "./judge-new-host.ts";
import type { CutoverPorts } from "./cut-over.ts";
import { Zone } from "./zone.ts";

/** The account's stack in the engine. */
export async function accountPorts(
  { stack, settings, text }: AccountStack,
  progress: Progress,
): Promise<Pick<CutoverPorts, "account" | "zone">> {
  const { zone: zoneId } = settings.account;
  if (zoneId === undefined)
    throw new RecoveryError(
      exitCodes.config,
      `${stack.committedFile}: account.zone: missing; expected the id of the zone that the records are in`,
    );
  const engine = await findOrBuildEngine(progress);
  const context = stackContext(stack, engine);
  const values = await progress.step(`secrets of stack ${stack.name}`, () => decryptConfig(context));
  const token = values.get("kaleem:cloudflare-api-token");
  if (token === undefined)
    throw new RecoveryError(
      exitCodes.config,
      `${stack.committedFile}: cloudflare-api-token: missing secret; set it with: pulumi config set --secret cloudflare-api-token`,
    );
  return {
    zone: new Zone(zoneId, token, stack.committedFile),
    account: {
      stack: stack.name,
      file: stack.committedFile,
      settings,
      text,
      planned: (moved) => plannedWith(stack, engine, moved),
      write: (moved) => writeWholeFile(stack.stackFile, moved),
      up: async () => {
        await runPulumi(context, "up");
      },
    },
  };
}

/** The engine is given a copy of the stack's file, so that nothing is written before somebody agreed. */
async function plannedWith(stack: Stack, engine: Engine, text: string) {
  const folder = await mkdtemp(join(tmpdir(), "kaleem-cutover-"));
  try {
    const stackFile = join(folder, basename(stack.stackFile));
    await writeFile(stackFile, text, { mode: 0o600 });
    return await planChanges(stackContext({ ...stack, stackFile }, engine));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Looks at a stack's host by itself, by its bucket, and by what its edge answers at the address that customers would be sent to. */
export function lookAtHost(stack: Stack) {
  return async (address: string, name: string): Promise<NewHostView> => {
    const { ssh } = await readTarget(stack);
    const host = new SshHost(ssh);
    const status = await askAgent(host, { argv: ["status"], schema: agentStatusSchema, timeoutMs: 60_000 });
    const place = await openPlace(stack);
    const edge = await edgeTarget(place, host);
    const { port } = await place.edgeAddress();
    const url = `https://${isIPv6(address) ? `[${address}]` : address}:${port}`;
    const [answer, offsite] = await Promise.all([
      askEdge({ ...edge, url }),
      openOffsite(() => stack, undefined),
    ]);
    return {
      status,
      head: (await new HeadStore(offsite.bucket).read())?.head ?? null,
      edge: answer,
      certificateFits: new X509Certificate(edge.ca ?? "").checkHost(name) !== undefined,
    };
  };
}
