import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { layout } from "../../contract/layout.ts";
import type { HostPort } from "../host/host-port.ts";

/** The password of both repositories. @throws RecoveryError `config` when the host has none */
export async function repositoryPassword(host: Pick<HostPort, "readFile">): Promise<string> {
  const password = (await host.readFile(layout.resticPassword))?.trim() ?? "";
  if (password === "")
    throw new RecoveryError(exitCodes.config, `${layout.resticPassword} is empty: run \`pulumi up\`.`);
  return password;
}
