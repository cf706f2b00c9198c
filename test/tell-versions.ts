import { cpus, release, totalmem } from "node:os";
import type { Engine } from "../toolchain/engine/engine.ts";
import { imageRecord, recordLine } from "../local/images/image-record.ts";
import { recipes } from "../local/images/prepare-images.ts";
import { keepVersions } from "./run-tests.ts";

/**
 * Says what the tests run with, and keeps it with their results: of this machine, of the engine, and of each image the
 * packages that its making brought along. Images are not fixed by digest, so this is how two machines can be told apart.
 */
export async function tellVersions(found: {
  /** Of the daemon on this machine. */
  readonly dockerVersion: string | undefined;
  readonly engine: Pick<Engine, "version" | "source" | "providers">;
}): Promise<void> {
  const { dockerVersion, engine } = found;
  const images = (await Promise.all(recipes.map(imageRecord))).filter((record) => record !== undefined);
  const machine = {
    kernel: release(),
    processors: cpus().length,
    memoryGiB: Number((totalmem() / 1024 ** 3).toFixed(1)),
    node: process.version,
    docker: dockerVersion,
  };
  const { version, source, providers } = engine;
  keepVersions({ machine, engine: { version, source, providers }, images });
  const lines = [
    `machine: Linux ${machine.kernel}, ${machine.processors} processors, ${machine.memoryGiB} GiB; Node.js ${machine.node}, Docker ${dockerVersion ?? "none"}`,
    `engine: Pulumi ${version} (${source}); providers: docker ${providers.docker}, command ${providers.command}`,
    ...images.map((record) => `image ${recordLine(record)}`),
  ];
  console.log(`\n── made with\n\n${lines.join("\n")}\n`);
}
