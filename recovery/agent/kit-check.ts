import { z } from "zod";
import { type KitCheck, kitCheckSchema, kitKeysDigest } from "../../contract/kit-check.ts";
import { bucketLayout, layout } from "../../contract/layout.ts";
import { parseOffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { type Sample, writeMetrics } from "../metrics/metrics.ts";
import type { KitState } from "./answers/kit-state.ts";
import type { AgentContext } from "./context.ts";

const file = `${layout.agentState}/kit-check.json`;

type Asking = Pick<AgentContext, "config" | "host" | "log" | "bucket">;

/**
 * Takes the record of the last check from the bucket, where any workstation with the kit leaves it, and tells monitoring. A record that
 * cannot be understood counts as none, and is logged.
 */
export async function readKitCheck(context: Asking): Promise<KitState> {
  const { host, log } = context;
  const bucket = await context.bucket();
  const stored = await bucket.get(bucketLayout.kitCheck);
  const check = stored === null ? null : parse(stored.body);
  if (stored !== null && check === null)
    log.line(`${bucketLayout.kitCheck} in the bucket cannot be understood: it counts as no check`);
  if (check === null) await host.removeFile(file);
  else await host.writeFile(file, `${JSON.stringify(check)}\n`, 0o600);
  const state = await judge(context, check);
  await writeMetrics(host, layout.metrics, "kit", samples(state));
  return state;
}

/** As the last shipping found it, held against the keys of now. */
export async function kitState(context: Omit<Asking, "bucket">): Promise<KitState> {
  const text = await context.host.readFile(file);
  return judge(context, text === null ? null : parse(text));
}

async function judge({ config, host }: Omit<Asking, "bucket">, check: KitCheck | null): Promise<KitState> {
  const recipient = config.kit?.recipient ?? null;
  const sealed = recipient !== null;
  if (check === null) return { sealed, checkedAt: null, keysChanged: false };
  const path = layout.offsiteCredentials;
  const credentials = parseOffsiteCredentials((await host.readFile(path)) ?? "", path);
  const keys = kitKeysDigest({ ...config.offsite, ...credentials, recipient });
  return { sealed, checkedAt: check.at, keysChanged: check.keys !== keys };
}

function parse(text: string): KitCheck | null {
  try {
    return kitCheckSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

function samples({ checkedAt, keysChanged, sealed }: KitState): readonly Sample[] {
  const sample = (name: string, help: string, value: number | null): Sample => ({
    name: `kaleem_kit_${name}`,
    help,
    labels: {},
    value,
  });
  return [
    sample(
      "checked_timestamp_seconds",
      "When a recovery kit was last seen to open everything; absent when never.",
      checkedAt === null ? null : Date.parse(checkedAt) / 1000,
    ),
    sample(
      "keys_changed",
      "1 when the kit that was checked last is out of date: the bucket's keys or address, or the kit's recipient, are others.",
      Number(keysChanged),
    ),
    sample("sealed", "1 when the stack's file goes off-site sealed to a recovery kit.", Number(sealed)),
  ];
}
