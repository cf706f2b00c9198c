import { statfs } from "node:fs/promises";
import { layout } from "../../../contract/layout.ts";
import { setEdgeReadOnly } from "../../host/close-platform.ts";
import { openStore } from "../../stores/store.ts";
import type { AgentContext } from "../context.ts";
import { keepReserve, type ReserveResult } from "../reserve/keep-reserve.ts";

/** `kaleem-agent reserve`: holds writers back while the data volume is at its reserve. Run by a timer twice a minute. */
export async function reserveCommand(context: AgentContext): Promise<ReserveResult> {
  return keepReserve({
    ...context,
    space: async () => {
      const { bavail, blocks, bsize } = await statfs(layout.dataRoot);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
    open: (store) => openStore(store, context.opening),
    setEdgeReadOnly: (readOnly) => setEdgeReadOnly(context, readOnly),
  });
}
