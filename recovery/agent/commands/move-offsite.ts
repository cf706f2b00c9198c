import { text } from "node:stream/consumers";
import { z } from "zod";
import { agentConfigSchema } from "../../../contract/agent-config.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { Bucket } from "../../lineage/bucket.ts";
import type { AgentContext } from "../context.ts";
import { cancelMove, moveBucket, type MoveResult } from "../move-bucket.ts";

const requestSchema = z.strictObject({
  ...agentConfigSchema.shape.offsite.shape,
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
});

/**
 * `kaleem-agent move-offsite`: copies the off-site bucket to the one that stdin names, with a key pair, as JSON; `--cancel` gives a
 * move up. Answers what was copied, or whether there was anything to give up.
 */
export async function moveOffsiteCommand(
  context: AgentContext,
  args: readonly string[],
): Promise<MoveResult | { readonly cancelled: boolean }> {
  const [option, ...rest] = args;
  if (option === "--cancel" && rest.length === 0) return { cancelled: await cancelMove(context) };
  if (option !== undefined)
    throw new RecoveryError(
      exitCodes.usage,
      `move-offsite: expected --cancel or nothing, got "${args.join(" ")}".`,
    );
  const { accessKeyId, secretAccessKey, ...location } = request(await text(process.stdin));
  return moveBucket(context, new Bucket(location, { accessKeyId, secretAccessKey }, 30_000));
}

/** The parser's own words would quote the text, and so the key. */
function request(given: string): z.infer<typeof requestSchema> {
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    value = undefined;
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join(".") || "(all)").join(", ");
  throw new RecoveryError(
    exitCodes.usage,
    `move-offsite: expected a bucket and its key pair as JSON on stdin, got something else: ${fields}.`,
  );
}
