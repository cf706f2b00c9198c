import { randomUUID } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { exitCodes, RecoveryError, type ExitCode } from "../../contract/exit-codes.ts";
import { errorCode } from "../../recovery/lineage/bucket-refusal.ts";
import type { StateBucket } from "./s3-backend.ts";

/** What opens the bucket: the variables that the engine reads too. */
export interface StateKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * The keys of the environment.
 * @throws RecoveryError `usage` naming the variables that are not set
 */
export function stateKeys(environment: NodeJS.ProcessEnv): StateKeys {
  const {
    AWS_ACCESS_KEY_ID: id = "",
    AWS_SECRET_ACCESS_KEY: secret = "",
    AWS_SESSION_TOKEN: token = "",
  } = environment;
  const missing = [
    ...(id === "" ? ["AWS_ACCESS_KEY_ID"] : []),
    ...(secret === "" ? ["AWS_SECRET_ACCESS_KEY"] : []),
  ];
  if (missing.length > 0) {
    throw new RecoveryError(
      exitCodes.usage,
      `state: ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not set in the environment; the engine reads the bucket's keys from there, at each command`,
    );
  }
  return { accessKeyId: id, secretAccessKey: secret, ...(token === "" ? {} : { sessionToken: token }) };
}

/**
 * Writes, reads and deletes a small object beside the state, as the engine will.
 * @throws RecoveryError saying what the bucket refused, or that it does not answer; never a key
 */
export async function probeBucket(where: StateBucket, keys: StateKeys, timeoutMs = 10_000): Promise<void> {
  const client = new AwsClient({ ...keys, service: "s3", region: where.region, retries: 0 });
  const url = objectUrl(where, `.kaleem-probe-${randomUUID()}`);
  const mark = randomUUID();
  const send = async (method: "PUT" | "GET" | "DELETE"): Promise<string> => {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await client.fetch(url, {
        method,
        ...(method === "PUT" ? { body: mark } : {}),
        signal,
      });
      const body = await response.text();
      if (!response.ok) throw refusal(where, method, response.status, body);
      return body;
    } catch (error) {
      if (error instanceof RecoveryError) throw error;
      throw silence(where, error);
    }
  };
  await send("PUT");
  const read = await send("GET");
  await send("DELETE");
  if (read !== mark)
    throw failed(exitCodes.offsiteRefused, where, "gives back something else than was written to it");
}

/** Amazon's own buckets are asked for by path as well. */
function objectUrl({ endpoint, region, bucket, prefix }: StateBucket, name: string): string {
  const origin = endpoint ?? `https://s3.${region}.amazonaws.com`;
  return [origin, bucket, ...(prefix === "" ? [] : [prefix]), name].join("/");
}

const verbs = { PUT: "write", GET: "read", DELETE: "delete" } as const;

function refusal(
  where: StateBucket,
  method: keyof typeof verbs,
  status: number,
  body: string,
): RecoveryError {
  const code = errorCode(body);
  if (code === "NoSuchBucket")
    return failed(exitCodes.noBucket, where, "does not exist: create it, or correct --s3");
  const told = `refuses to ${verbs[method]} an object (${[status, code].filter(Boolean).join(" ")})`;
  if (code === "RequestTimeTooSkewed")
    return failed(
      exitCodes.clockSkewed,
      where,
      `${told}: set the clock of this machine; see \`timedatectl\``,
    );
  if (status >= 500 || status === 429)
    return failed(exitCodes.offsiteUnreachable, where, `${told}: try again later`);
  return failed(
    exitCodes.offsiteRefused,
    where,
    `${told}: check the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, their rights, and --region`,
  );
}

function silence(where: StateBucket, error: unknown): RecoveryError {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  const code = cause?.code ?? (error instanceof Error ? error.name : "");
  if (code === "ENOTFOUND")
    return failed(
      exitCodes.nameUnknown,
      where,
      "cannot be found by its name: check --endpoint, and this machine's DNS",
    );
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return failed(exitCodes.untrusted, where, `has a certificate that is not trusted here (${code})`);
  return failed(
    exitCodes.offsiteUnreachable,
    where,
    `does not answer (${code}): check --endpoint and the network`,
  );
}

function failed(exitCode: ExitCode, { bucket, endpoint }: StateBucket, what: string): RecoveryError {
  return new RecoveryError(exitCode, `state: the bucket ${bucket} at ${endpoint ?? "Amazon S3"} ${what}.`);
}
