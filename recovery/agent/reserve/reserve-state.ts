import { z } from "zod";
import { layout } from "../../../contract/layout.ts";
import type { HostPort } from "../../host/host-port.ts";

/** What is held back while the data volume is at its reserve; the file is there for as long. */
export const reserveStateSchema = z.object({
  /** Since when. */
  since: z.iso.datetime(),
  /** Free bytes then. */
  freeBytes: z.number(),
  reserveBytes: z.number(),
  /** Stores that were asked to refuse: each is asked to let write again, whatever it answered then. */
  asked: z.array(z.string()),
  /** Those that do → what is needed to let them write as before; null where nothing is. */
  refusing: z.record(z.string(), z.string().nullable()),
});
export type ReserveState = z.infer<typeof reserveStateSchema>;

/** Where it is kept: on the system disk, which has room when the data volume has none. */
export const reserveStatePath = `${layout.agentState}/writes-blocked.json`;

/** Null while nothing is held back. A file that cannot be understood still says that something is. */
export async function readReserveState(host: Pick<HostPort, "readFile">): Promise<ReserveState | null> {
  const text = await host.readFile(reserveStatePath);
  if (text === null) return null;
  try {
    const parsed = reserveStateSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // As below.
  }
  return { since: new Date(0).toISOString(), freeBytes: 0, reserveBytes: 0, asked: [], refusing: {} };
}
