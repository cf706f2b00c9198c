import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { HostPort } from "../host/host-port.ts";
import { lineageSchema, type Lineage } from "./head.ts";

/** Under which name a host's points go. */
export interface Identity {
  readonly lineage: string;
  /** 0 while the data root has no lineage. */
  readonly generation: number;
  readonly founded: Lineage | null;
}

/**
 * Reads what a data root says of itself. One without a lineage gets a name of its own host, so that its points can never be taken for the
 * lineage's; they are not shipped either. A file that cannot be understood is an error, never "no lineage".
 */
export async function readIdentity(
  host: Pick<HostPort, "readFile">,
  path: string,
  machineId: string,
): Promise<Identity> {
  const text = await host.readFile(path);
  if (text === null) return { lineage: `host-${machineId.slice(0, 8)}`, generation: 0, founded: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = lineageSchema.safeParse(value);
  if (!parsed.success) {
    throw new RecoveryError(
      exitCodes.failed,
      `${path} cannot be understood: it names the lineage of this data root. Compare it with the bucket's head before you mend it.`,
    );
  }
  return { lineage: parsed.data.lineage, generation: parsed.data.generation, founded: parsed.data };
}
