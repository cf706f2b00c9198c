import { waitUntil } from "../../contract/wait-until.ts";
import { docker } from "../images/docker.ts";
import type { CloudInstance } from "../instance.ts";

/** Takes the cloud's S3 server away, as an outage would: it stays away until `startS3`, or the next `ensureCloud`. */
export async function stopS3(cloud: CloudInstance): Promise<void> {
  await docker(["stop", "--time", "5", cloud.s3.container]);
}

/**
 * Brings the S3 server back and waits until it answers.
 * @throws Error when it does not within 60 s
 */
export async function startS3(cloud: CloudInstance): Promise<void> {
  await docker(["start", cloud.s3.container]);
  await waitUntil(() => isReady(cloud.s3.endpoint), {
    limitMs: 60_000,
    everyMs: 200,
    late: () => `${cloud.s3.container}: started, but not ready within 60 s`,
  });
}

async function isReady(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/minio/health/ready`, { signal: AbortSignal.timeout(2000) });
    return response.ok;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
