import type { SshHost } from "../ssh/ssh.ts";
import { CommandError } from "../../recovery/host/host-port.ts";
import { layout } from "../../contract/layout.ts";
import { lineageSchema, type Lineage } from "../../recovery/lineage/head.ts";

/**
 * The lineage that a host's data root names; null when it is without a lineage, or when there is no data root yet.
 * A file that cannot be understood is an error: taking it for "without a lineage" would close a platform that serves.
 */
export async function readLineage(host: SshHost): Promise<Lineage | null> {
  try {
    const { stdout } = await host.run(["cat", layout.lineage], { timeoutMs: 30_000 });
    return lineageSchema.parse(JSON.parse(stdout));
  } catch (error) {
    if (error instanceof CommandError && /No such file or directory/.test(error.stderr)) return null;
    if (error instanceof CommandError) throw error;
    if (error instanceof SyntaxError || (error instanceof Error && error.name === "ZodError")) {
      throw new Error(
        `${layout.lineage} on the host: expected {lineage, generation, host}, got something else. ` +
          "Do not remove it: compare with `npm run points`, then put it right.",
        { cause: error },
      );
    }
    throw error;
  }
}
