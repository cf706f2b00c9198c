import { randomUUID } from "node:crypto";
import { AwsClient } from "aws4fetch";
import type { BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";

/** What an S3 server made of the conditional writes on which "only one machine is the head" rests. */
export interface ConditionalAnswers {
  /** HTTP status: a write on condition that nothing is there, where nothing is. */
  readonly firstWrite: number;
  /** The same again. */
  readonly secondWrite: number;
  /** A write over a version that never was. */
  readonly staleWrite: number;
  /** A write over the present version. */
  readonly currentWrite: number;
}

/**
 * Tries the conditional writes on a key of its own, which it removes.
 * @throws Error when the server does not answer, refuses the keys, or ignores a condition
 */
export async function probeS3(location: BucketLocation, keys: OffsiteCredentials): Promise<void> {
  const client = new AwsClient({ ...keys, service: "s3", region: location.region, retries: 0 });
  const where = `${location.endpoint}/${location.bucket}`;
  const url = [where, ...(location.prefix === "" ? [] : [location.prefix]), `probe/${randomUUID()}`].join(
    "/",
  );
  const send = async (method: "PUT" | "DELETE", headers: Record<string, string> = {}): Promise<Response> => {
    const body = method === "PUT" ? { body: "probe" } : {};
    const response = await client.fetch(url, { method, headers, ...body, signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return response;
  };
  try {
    const first = await send("PUT", { "if-none-match": "*" });
    const second = await send("PUT", { "if-none-match": "*" });
    const stale = await send("PUT", { "if-match": `"${"0".repeat(32)}"` });
    const current = await send("PUT", { "if-match": first.headers.get("etag") ?? '""' });
    const removed = await send("DELETE");
    const answers: ConditionalAnswers = {
      firstWrite: first.status,
      secondWrite: second.status,
      staleWrite: stale.status,
      currentWrite: current.status,
    };
    const problems = conditionalProblems(where, answers);
    if (removed.status >= 300)
      problems.push(`${where}: the key pair is not allowed to remove what it wrote (${removed.status})`);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
    throw new Error(`${where}: the S3 server does not answer`, { cause: error });
  }
}

/** What is wrong with the answers, a sentence each. Pure. */
export function conditionalProblems(where: string, answers: ConditionalAnswers): string[] {
  if (answers.firstWrite >= 300) {
    return [
      `${where}: refused a write with ${answers.firstWrite}; check that the bucket exists and the key pair may write to it`,
    ];
  }
  const problems: string[] = [];
  const unfit =
    "this server cannot keep two machines from both becoming the head; use one that honours conditional writes";
  if (answers.secondWrite !== 412) {
    problems.push(
      `${where}: If-None-Match: * over an existing object answered ${answers.secondWrite}, expected 412; ${unfit}`,
    );
  }
  if (answers.staleWrite !== 412) {
    problems.push(
      `${where}: If-Match with a stale version answered ${answers.staleWrite}, expected 412; ${unfit}`,
    );
  }
  if (answers.currentWrite >= 300) {
    problems.push(
      `${where}: If-Match with the present version answered ${answers.currentWrite}, expected 200; ${unfit}`,
    );
  }
  return problems;
}
