import { layout } from "../../../contract/layout.ts";
import { unpauseLeftOvers } from "../../point/pause.ts";
import { Docker } from "../../docker/docker.ts";
import { LocalHost } from "../../host/local-host.ts";

/** `kaleem-agent unpause`, the unit's ExecStopPost: thaws what a killed run left paused. Needs no configuration, so that nothing can keep it from it. */
export async function unpauseCommand(): Promise<{ unpaused: readonly string[] }> {
  return { unpaused: await unpauseLeftOvers(new Docker(), { host: new LocalHost(), path: layout.paused }) };
}
