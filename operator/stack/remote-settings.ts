import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { ResticSource } from "../../contract/restic.ts";
import { sshHost } from "../../components/config/host-block.ts";
import { stateful } from "../../components/config/services-block.ts";
import { parseStackFile } from "./stack-file.ts";
import type { Stack } from "./stack.ts";

const schema = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      memory: stateful.shape.memory.optional(),
      enabled: z.boolean().optional(),
    }),
  ),
  dataVolume: z.discriminatedUnion("kind", [
    z.looseObject({ kind: z.literal("loop"), sizeGiB: z.number() }),
    z.looseObject({ kind: z.literal("device") }),
  ]),
  imageLock: z.string(),
  host: z.looseObject({ privateKeyFile: z.string().optional(), restic: sshHost.shape.restic }),
  firstInstall: z.boolean().default(false),
});

/** What the preflight needs of a remote stack's settings. What else is wrong with them, the program says, path first. */
export interface RemoteSettings {
  readonly services: z.infer<typeof schema>["services"];
  /** Size of the data file in bytes; null when the data have a volume of their own. */
  readonly loopBytes: number | null;
  readonly imageLock: string;
  /** Whether the file names the key to log in with. */
  readonly namesKey: boolean;
  readonly restic: ResticSource;
  /** Whether it says that the platform is new. */
  readonly firstInstall: boolean;
}

/** @throws Error naming every one of them that is missing or wrong */
export async function readRemoteSettings(stack: Stack): Promise<RemoteSettings> {
  const { config = {} } = parseStackFile(await readFile(stack.stackFile, "utf8"), stack.committedFile);
  const parsed = schema.safeParse({
    services: config["kaleem:services"],
    dataVolume: config["kaleem:dataVolume"],
    imageLock: config["kaleem:imageLock"],
    host: config["kaleem:host"],
    firstInstall: config["kaleem:firstInstall"],
  });
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues
        .map(
          ({ path, message }) =>
            `${stack.committedFile}: kaleem:${path.join(".")}: ${message}; see docs/config.md`,
        )
        .join("\n"),
    );
  }
  const { services, dataVolume, imageLock, host, firstInstall } = parsed.data;
  return {
    services,
    imageLock,
    restic: host.restic,
    firstInstall,
    namesKey: host.privateKeyFile !== undefined,
    loopBytes: dataVolume.kind === "loop" ? dataVolume.sizeGiB * 1024 ** 3 : null,
  };
}
