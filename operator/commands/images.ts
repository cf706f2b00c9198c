/**
 * `./kaleem images refresh [KEY…]`: looks up the digests that the tags in catalog/images.lock.json stand for now,
 * and writes them there, with user, entry point, command, architectures and ports of each image. Commit the change as any other: it is what staging and prod will run.
 * Exit codes: 0 every one is pinned, 1 some could not be looked up (those stay as they were), 2 wrong arguments.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { committedImageLock } from "../../catalog/image-lock.ts";
import { Registry } from "../../recovery/images/registry.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import { parseImageReference } from "../images/image-reference.ts";
import { readImage } from "../images/read-image.ts";
import { parseUpstreamLock, refreshLock, renderUpstreamLock } from "../images/refresh-lock.ts";
import { registryCredentials } from "../images/registry-credentials.ts";
import { upstreamDigest } from "../images/upstream-digest.ts";
import { runOperatorCommand } from "../command-line.ts";
import { OperatorCommand } from "../operator-command.ts";

await runOperatorCommand(async () => {
  let exitCode = 0;
  const program = new OperatorCommand("images")
    .description("The lock file that pins every image to a digest.")
    .exitOverride();
  program
    .command("refresh")
    .description("Looks up the current digest of each tag and writes it into the lock file.")
    .argument("[keys...]", "only these images (default: all)")
    .exitOverride()
    .action(async (keys: string[]) => {
      exitCode = await refresh(keys);
    });
  await program.parseAsync();
  return exitCode;
});

async function refresh(keys: readonly string[]): Promise<number> {
  const file = join(repositoryRoot, committedImageLock);
  const lock = parseUpstreamLock(committedImageLock, await readFile(file, "utf8"));
  const refreshed = await refreshLock(lock, keys, async (reference) => {
    const image = parseImageReference(reference);
    const credentials = await registryCredentials(image.host);
    const digest = await upstreamDigest(image, { credentials });
    const registry = new Registry(image.host, { scheme: "https", credentials });
    return { digest, image: await readImage(registry, image.repository, digest) };
  });
  await writeWholeFile(file, renderUpstreamLock(refreshed.lock));
  process.stdout.write(`${refreshed.lines.join("\n")}\n`);
  return refreshed.failed === 0 ? 0 : 1;
}
