import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStackFile } from "../stack/stack-file.ts";
import type { TrialSettings } from "./trial-stack.ts";

/** The account's stack, whose settings are committed. */
export const accountStack = "account";

/**
 * The account's stack, only to be looked at: the committed settings, an account and a zone that do not exist, and a record with a target, so that every
 * kind of thing that an account has is judged. Nothing in it reaches Cloudflare: a preview of what is not there yet asks nothing.
 */
export function trialAccount(repository: string): TrialSettings {
  const name = `Pulumi.${accountStack}.yaml`;
  const { config = {} } = parseStackFile(readFileSync(join(repository, name), "utf8"), name);
  const committed = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^kaleem:/, ""), value]),
  );
  const account = {
    id: randomBytes(16).toString("hex"),
    zone: randomBytes(16).toString("hex"),
    records: { trial: { name: "kaleem.example.com" } },
    ...(committed["account"] as object),
  };
  return {
    stack: accountStack,
    settings: {
      targets: { trial: { address: "203.0.113.7", at: "20270131T120000Z" } },
      ...committed,
      account,
    },
    secrets: { "cloudflare-api-token": randomBytes(20).toString("hex") },
  };
}
