/**
 * `./kaleem images refresh [KEY…]`: looks up the digests that the tags in catalog/images.lock.json stand for now,
 * and writes them there. `./kaleem images aws REGION`: the same of Debian's images at AWS, in catalog/aws-images.lock.json. Commit the change as any other: it is what staging and prod will run.
 * Exit codes: 0 every one is pinned, 1 some could not be looked up (those stay as they were), 2 wrong arguments.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { committedImageLock } from "../../catalog/image-lock.ts";
import { awsImageLock, parseAwsImages, renderAwsImages } from "../../components/machine/aws-image.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { Ec2Client, ec2Settings } from "../../toolchain/providers/aws/ec2-client.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import { lookUpAwsImages, withRegion } from "../images/aws-images.ts";
import { parseImageReference } from "../images/image-reference.ts";
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
  program
    .command("aws")
    .description("Looks up Debian's newest image in a region of AWS and writes its id into the lock file.")
    .argument("<region>", "such as eu-central-1")
    .option("--debian <release>", "12 or 13", "13")
    .exitOverride()
    .action(async (region: string, { debian }: { debian: string }) => {
      exitCode = await lookUpAws(region, debian);
    });
  await program.parseAsync();
  return exitCode;
});

/** With AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which need ec2:DescribeImages and nothing else. */
async function lookUpAws(region: string, debian: string): Promise<number> {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region) || !/^1[23]$/.test(debian))
    throw new RecoveryError(
      exitCodes.usage,
      `images aws: expected a region such as eu-central-1 and the Debian release 12 or 13, got ${JSON.stringify(region)} and ${JSON.stringify(debian)}`,
    );
  const file = join(repositoryRoot, awsImageLock);
  const lock = parseAwsImages(await readFile(file, "utf8"));
  const client = new Ec2Client(ec2Settings(region, process.env));
  const found = await lookUpAwsImages(client, debian, AbortSignal.timeout(60_000));
  const { lock: refreshed, lines } = withRegion(lock, region, found);
  process.stdout.write(`${lines.join("\n")}\n`);
  if (Object.keys(found).length === 0) return exitCodes.failed;
  await writeWholeFile(file, renderAwsImages(refreshed));
  return exitCodes.ok;
}

async function refresh(keys: readonly string[]): Promise<number> {
  const file = join(repositoryRoot, committedImageLock);
  const lock = parseUpstreamLock(committedImageLock, await readFile(file, "utf8"));
  const refreshed = await refreshLock(lock, keys, async (reference) => {
    const image = parseImageReference(reference);
    return upstreamDigest(image, { credentials: await registryCredentials(image.host) });
  });
  await writeWholeFile(file, renderUpstreamLock(refreshed.lock));
  process.stdout.write(`${refreshed.lines.join("\n")}\n`);
  return refreshed.failed === 0 ? 0 : 1;
}
