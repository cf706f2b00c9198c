import { deploymentListSchema } from "../../recovery/agent/answers/deployment-list.ts";
import type { Progress } from "../../workstation/progress.ts";
import { agreeService } from "../agent/agree-service.ts";
import { askAgent } from "../agent/agent.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { agreedImport } from "./agreed-import.ts";
import { chooseDumpAt, type DumpAsked } from "./choose-dump-at.ts";
import { givenDumps, listDumps } from "./run-import.ts";

/** Which parts of a store come back, from which of its dumps. */
export interface PartAsked extends DumpAsked {
  /** As the store's dump calls them, such as `database.collection`. */
  readonly only: readonly string[];
  readonly stack: string;
  readonly planOnly: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

const listLimitMs = 900_000;

/**
 * Brings parts of one store back from its portable dump, and leaves all else of it as it is. The platform is closed meanwhile; a point is
 * taken before, and one after it was held against the dump.
 * @returns the exit code: 0 when the parts are what the dump says, 30 when they are not
 * @throws RecoveryError `noPoint`, `noData` or `usage` when nothing was changed; see docs/exit-codes.md
 */
export async function restorePart(host: SshHost, asked: PartAsked, progress: Progress): Promise<number> {
  const { store, at, from, only, stack, planOnly, json } = asked;
  const list = await listDumps(host, from !== "local");
  const { deployments } = at.startsWith("before ")
    ? await askAgent(host, { argv: ["deployments"], schema: deploymentListSchema, timeoutMs: listLimitMs })
    : { deployments: [] };
  const dump = chooseDumpAt(list, { store, at, from }, deployments);
  const taking = { rename: {}, withoutUsers: true, only };
  const given = { ...(await givenDumps(host, [dump], taking, progress)), name: `the dump ${dump.id}` };
  return agreedImport({
    ...{ host, operation: "restore", given, planOnly, json, progress },
    agree: () =>
      agreeService({
        what: `${only.join(", ")} of ${store}`,
        name: store,
        yes: asked.yes,
        ask: json ? null : terminalQuestion(),
      }),
    afterwards: (before) =>
      `To take it back: ./kaleem restore --stack ${stack} --service ${store} --at ${before}`,
  });
}
