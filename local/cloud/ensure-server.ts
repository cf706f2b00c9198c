import { containerStatus, docker, inspect } from "../images/docker.ts";
import { type ArchivedFile, fileArchive } from "../images/file-archive.ts";
import { localImage } from "../images/local-image.ts";
import type { ImageRecipe } from "../images/recipe.ts";
import type { CloudInstance, CloudServer } from "../instance.ts";
import type { Progress } from "../../workstation/progress.ts";
import { refuseTakenPorts } from "../machine/port-clash.ts";
import { labelArguments } from "./network.ts";

/** A server of the cloud, as it is to be made when it is missing. */
export interface WantedServer {
  readonly server: CloudServer;
  /** What its port is for, such as `the image registry`. */
  readonly purpose: string;
  readonly recipe: ImageRecipe;
  readonly arguments: (image: string) => readonly string[];
  /** Copied in before the first start. */
  readonly files?: { readonly directory: string; readonly list: readonly ArchivedFile[] };
}

/** What was done to a server. */
export type ServerChange = "created" | "started" | "unchanged";

/**
 * Makes sure that a server of the cloud runs. Its data is in a named volume: a container that is gone is made again over it.
 * @throws Error when its port is taken
 */
export async function ensureServer(
  cloud: CloudInstance,
  wanted: WantedServer,
  progress: Progress,
): Promise<ServerChange> {
  const { server } = wanted;
  const status = await containerStatus(server.container);
  if (status === "running") return "unchanged";
  if (status === "absent") await make(cloud, wanted, progress);
  await docker([status === "paused" ? "unpause" : "start", server.container]);
  return status === "absent" ? "created" : "started";
}

async function make(cloud: CloudInstance, wanted: WantedServer, progress: Progress): Promise<void> {
  const { server, files } = wanted;
  await refuseTakenPorts(`cloud "${cloud.name}"`, [{ port: server.port, purpose: wanted.purpose }]);
  const image = await localImage(wanted.recipe, progress);
  if ((await inspect("volume", server.volume)) === undefined) {
    await docker(["volume", "create", ...labelArguments(cloud.labels), server.volume]);
  }
  await docker(["create", ...wanted.arguments(image.reference)]);
  if (files === undefined) return;
  try {
    await docker(["cp", "-", `${server.container}:${files.directory}`], { input: fileArchive(files.list) });
  } catch (error) {
    // Started without its files it would run with the keys that everybody knows.
    await docker(["rm", "--force", server.container]);
    throw error;
  }
}
