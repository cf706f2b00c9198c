import { generateX25519Identity } from "age-encryption";
import { offsite } from "../../components/config/schema.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { isSealedKit, recipientOf } from "./open-kit.ts";
import { type RecoveryKit, recoveryKitSchema } from "./recovery-kit.ts";

export interface KitRequest {
  readonly stack: string;
  /** The stack's configuration, secrets decrypted, by key without the namespace. */
  readonly values: ReadonlyMap<string, string>;
  /** The recipient that the stack's file names; null when none. */
  readonly recipient: string | null;
  /** A kit whose passphrase stays; null to draw one. */
  readonly from: RecoveryKit | null;
  /** Draws another passphrase although there is a kit. */
  readonly renew: boolean;
}

/**
 * A recovery kit of the present keys. Its passphrase, an age identity, is drawn once and is nowhere else than in kits; what seals to it
 * needs the recipient alone.
 * @throws RecoveryError `usage` when there is a kit already and neither it nor another passphrase was asked for
 */
export async function makeKit(request: KitRequest): Promise<{ kit: RecoveryKit; recipient: string }> {
  const { stack, from, recipient, renew } = request;
  if (from === null && recipient !== null && !renew)
    throw new RecoveryError(
      exitCodes.usage,
      `Stack ${stack} has a recovery kit already, and its passphrase is in that kit alone. To write it again with the bucket's present keys: ` +
        `--from FILE, with that kit. If it is lost or known to others, draw another passphrase: --renew; an earlier kit then opens only what was sealed before.`,
    );
  const passphrase = from === null ? await generateX25519Identity() : await passphraseOf(from, recipient);
  const kit = recoveryKitSchema.parse({ stack, ...locationAndKeys(request), passphrase });
  return { kit, recipient: (await recipientOf(kit)) ?? "" };
}

/** The kit of a stack whose file goes off-site encrypted by Pulumi's passphrase. */
export function passphraseKit(
  request: Pick<KitRequest, "stack" | "values">,
  passphrase: string,
): RecoveryKit {
  return recoveryKitSchema.parse({ stack: request.stack, ...locationAndKeys(request), passphrase });
}

async function passphraseOf(from: RecoveryKit, recipient: string | null): Promise<string> {
  if (!isSealedKit(from))
    throw new RecoveryError(
      exitCodes.usage,
      "--from: that kit holds Pulumi's passphrase, as earlier kits do; leave --from out, and a passphrase is drawn.",
    );
  const own = await recipientOf(from);
  if (recipient === null || own === recipient) return from.passphrase;
  throw new RecoveryError(
    exitCodes.usage,
    `--from: that kit's recipient is ${own ?? "none"}, and the stack's file names ${recipient}: take the present kit, or --renew.`,
  );
}

function locationAndKeys({
  stack,
  values,
}: Pick<KitRequest, "stack" | "values">): Omit<RecoveryKit, "passphrase"> {
  const missing = ["offsite", "offsite-access-key-id", "offsite-secret-access-key"].filter(
    (key) => (values.get(key) ?? "") === "",
  );
  if (missing.length > 0)
    throw new RecoveryError(
      exitCodes.config,
      `Stack ${stack}: kaleem:${missing.join(", kaleem:")}: not set, and a recovery kit is made of them; see docs/config.md.`,
    );
  return {
    ...offsite.parse(JSON.parse(values.get("offsite") ?? "{}")),
    accessKeyId: values.get("offsite-access-key-id") ?? "",
    secretAccessKey: values.get("offsite-secret-access-key") ?? "",
  };
}
