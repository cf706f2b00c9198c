import { sentenceOf } from "../../contract/sentence-of.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import type { BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { LocalCommandError } from "../images/command.ts";
import { docker } from "../images/docker.ts";
import { prepareImages } from "../images/prepare-images.ts";
import { registryImage } from "../images/registry/image.ts";
import { s3Image } from "../images/s3/image.ts";
import type { CloudInstance, StackInstance } from "../instance.ts";
import type { Progress } from "../../workstation/progress.ts";
import { cloudKeys, type CloudKeys } from "./cloud-keys.ts";
import { ensureNetwork } from "./network.ts";
import { ensureServer, type ServerChange, type WantedServer } from "./ensure-server.ts";
import { probeS3 } from "./probe-s3.ts";
import { registryArguments, rootKeyFiles, s3Arguments } from "./server-arguments.ts";

/** What survives the machine, ready for use. */
export interface Cloud {
  readonly offsite: BucketLocation;
  /** May use the backup bucket and nothing else. */
  readonly keys: OffsiteCredentials;
  readonly change: ServerChange;
}

/** MinIO is ready within 2 s; a busy machine may take longer. */
const readyLimitSeconds = 60;

/**
 * Makes sure that the cloud of a stack answers: its network, its image registry, its S3 server with the backup bucket and
 * that bucket's user, and that the server honours conditional writes. Stopped servers are started, data is kept.
 * @throws Error when a port is taken, or the S3 server does not become ready or is unfit
 */
export async function ensureCloud(instance: StackInstance, progress: Progress): Promise<Cloud> {
  const { cloud } = instance;
  await prepareImages(progress);
  await ensureNetwork(cloud);
  const keys = await cloudKeys(cloud);
  const registry = await ensureServer(cloud, wantedRegistry(cloud), progress);
  const s3 = await ensureServer(cloud, wantedS3(cloud, keys), progress);
  const offsite: BucketLocation = {
    endpoint: cloud.s3.endpoint,
    bucket: cloud.s3.bucket,
    prefix: "",
    region: "us-east-1",
  };
  if (s3 !== "unchanged" || !(await answers(offsite, keys.backup))) {
    await progress.step(`S3 server ${cloud.s3.container}`, async (report) => {
      await provision(cloud, keys.backup);
      await probeS3(offsite, keys.backup);
      report(`${s3}, bucket ${cloud.s3.bucket}`);
    });
  }
  const change = registry === "unchanged" ? s3 : registry;
  return { offsite, keys: keys.backup, change };
}

function wantedRegistry(cloud: CloudInstance): WantedServer {
  return {
    server: cloud.registry,
    purpose: "the image registry",
    recipe: registryImage,
    arguments: (image) => registryArguments(cloud, image),
  };
}

function wantedS3(cloud: CloudInstance, keys: CloudKeys): WantedServer {
  const file = (path: string, content: string) => ({
    // Below /run, which the image has; the folder comes with the file.
    name: path.replace(/^\/run\//, ""),
    content,
    mode: 0o400,
    owner: 1000,
  });
  return {
    server: cloud.s3,
    purpose: "S3",
    recipe: s3Image,
    arguments: (image) => s3Arguments(cloud, image),
    files: {
      directory: "/run",
      list: [
        file(rootKeyFiles.user, keys.root.accessKeyId),
        file(rootKeyFiles.password, keys.root.secretAccessKey),
      ],
    },
  };
}

/** Any failure here is cured, or told better, by provisioning and the probe after it. */
async function answers(offsite: BucketLocation, keys: OffsiteCredentials): Promise<boolean> {
  try {
    await probeS3(offsite, keys);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Runs inside the server's own container: the root keys never leave it, and the user's travel over standard input. */
async function provision(cloud: CloudInstance, user: OffsiteCredentials): Promise<void> {
  const { container } = cloud.s3;
  const input = JSON.stringify({ bucket: cloud.s3.bucket, ...user });
  await waitUntil(() => docker(["exec", "--interactive", container, "s3-provision"], { input }), {
    limitMs: readyLimitSeconds * 1000,
    everyMs: 200,
    // A busy server may be live, and say so, before it can make a bucket.
    notYet: (error) =>
      error instanceof LocalCommandError &&
      (error.exitCode === 3 || /Server not initialized yet/.test(error.stderr)),
    late: (error) =>
      `${container}: not ready within ${readyLimitSeconds} s; look at \`docker logs ${container}\`. ${sentenceOf(error)}`,
  });
}
