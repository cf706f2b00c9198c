import { armor, Decrypter, identityToRecipient } from "age-encryption";
import { readStackYaml } from "../../components/config/stack-yaml.ts";
import { namespace } from "../../components/config/stack-file-schema.ts";
import { type StackContent, stackContentSchema, withoutSecrets } from "../../components/kit/stack-content.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout } from "../../contract/layout.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import { newestStackFile } from "../../recovery/lineage/newest-stack-file.ts";
import { newestSealedFile } from "../../recovery/lineage/newest-sealed-file.ts";
import { openWithPassphrase } from "./passphrase-crypter.ts";
import type { RecoveryKit } from "./recovery-kit.ts";

/** Where a lost platform's bucket is, and a key pair that may read it. */
export type KitLocation = BucketLocation & OffsiteCredentials;

/** A lost platform's stack file, as its kit opened it. */
export interface OpenedKit {
  /** `sealed`: to this kit. `encrypted`: by Pulumi's passphrase, as before there were sealed ones. */
  readonly form: "sealed" | "encrypted";
  readonly content: StackContent;
  /** What whoever uses it should know of it; null when there is nothing. */
  readonly remark: string | null;
}

/** Whether a kit opens what is sealed, not what Pulumi's passphrase encrypts. */
export function isSealedKit({ passphrase }: Pick<RecoveryKit, "passphrase">): boolean {
  return /^AGE-SECRET-KEY-/i.test(passphrase);
}

/** The public half of a kit's passphrase; null of a kit of before, whose passphrase has none. @throws RecoveryError when it is mistyped */
export async function recipientOf({ passphrase }: Pick<RecoveryKit, "passphrase">): Promise<string | null> {
  if (!isSealedKit({ passphrase })) return null;
  try {
    return await identityToRecipient(passphrase);
  } catch {
    // The library's words may quote it.
    throw new RecoveryError(
      exitCodes.usage,
      "The recovery kit's passphrase is mistyped or cut off: its checksum does not fit. Compare it with the original.",
    );
  }
}

/** The bucket that a kit names. */
export function bucketOf({
  accessKeyId,
  secretAccessKey,
  endpoint,
  bucket,
  prefix,
  region,
}: KitLocation): Bucket {
  return new Bucket({ endpoint, bucket, prefix, region }, { accessKeyId, secretAccessKey });
}

/**
 * The lost platform's stack file, its secrets encrypted with the passphrase: with the repository and the passphrase all
 * that a fresh machine needs.
 * @throws RecoveryError saying which of endpoint, bucket, keys or prefix is wrong; never with a key in it.
 */
export async function recoverStackFile(location: KitLocation): Promise<string> {
  const stored = await newestStackFile(bucketOf(location));
  if (stored !== null) return stored;
  throw nothingThere(location);
}

/**
 * Takes a stack's file from the bucket and opens it with the kit alone: no state, no secrets provider, no committed file.
 * @param stack Whose file it should be; a kit of before does not say.
 * @throws RecoveryError in a sentence for a bucket that does not answer, refuses or is empty, a passphrase that does not open the file,
 * and a file of another stack
 */
export async function openKit(kit: RecoveryKit, stack?: string): Promise<OpenedKit> {
  if (stack !== undefined && kit.stack !== undefined && stack !== kit.stack)
    throw new RecoveryError(
      exitCodes.usage,
      `The recovery kit is of stack ${kit.stack}, not ${stack}: take the kit of ${stack}, or leave --stack out.`,
    );
  const opened = await (isSealedKit(kit) ? openSealed(kit) : openEncrypted(kit, kit.stack ?? stack));
  const wanted = kit.stack ?? stack;
  if (wanted !== undefined && opened.content.stack !== wanted)
    throw new RecoveryError(
      exitCodes.usage,
      `The file in ${placeOf(kit, "")} is that of stack ${opened.content.stack}, not ${wanted}: bucket or prefix are those of another stack.`,
    );
  return opened;
}

async function openSealed(kit: RecoveryKit): Promise<OpenedKit> {
  const recipient = (await recipientOf(kit)) ?? "";
  const bucket = bucketOf(kit);
  const stored = await newestSealedFile(bucket);
  if (stored === null) {
    if ((await newestStackFile(bucket)) === null) throw nothingThere(kit);
    throw new RecoveryError(
      exitCodes.noRepository,
      `There is no sealed stack file in ${placeOf(kit, "")} yet: the stack's file went off-site before this kit was made. An older kit opens it; ` +
        "to seal it to this one, run ./kaleem up with the kit's recipient in the stack's file.",
    );
  }
  const place = placeOf(kit, stored.key);
  const text = await unseal(stored.body, kit.passphrase, place, recipient);
  return { form: "sealed", content: parseContent(text, place), remark: null };
}

async function unseal(sealed: string, identity: string, place: string, recipient: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  let bytes: Uint8Array;
  try {
    bytes = armor.decode(sealed);
  } catch (error) {
    throw damaged(place, error);
  }
  try {
    return await decrypter.decrypt(bytes, "text");
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes("no identity matched"))
      throw damaged(place, error);
    throw new RecoveryError(
      exitCodes.wrongPassword,
      `The recovery kit's passphrase does not open ${place}: the file is sealed to another kit than this one, whose recipient is ${recipient}. ` +
        `Use the kit whose recipient is in the stack's file (kaleem:kit), or look for one made later.`,
    );
  }
}

function parseContent(text: string, place: string): StackContent {
  try {
    const parsed = stackContentSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RecoveryError(
    exitCodes.failed,
    `${place} was opened and cannot be understood: it was written by another version of this program. Check out the version that ran.`,
  );
}

async function openEncrypted(kit: RecoveryKit, stack: string | undefined): Promise<OpenedKit> {
  if (stack === undefined)
    throw new RecoveryError(exitCodes.usage, "The recovery kit does not say whose it is: add --stack NAME.");
  const bucket = bucketOf(kit);
  const place = placeOf(kit, bucketLayout.stackFile);
  const sealed = await newestSealedFile(bucket);
  const stored = await newestStackFile(bucket);
  if (stored === null && sealed === null) throw nothingThere(kit);
  if (stored === null)
    throw new RecoveryError(
      exitCodes.wrongPassword,
      `The stack's file in the bucket is sealed to a recovery kit made later than this one: find that kit.`,
    );
  const { encryptionsalt: salt, config = {} } = readStackYaml(stored, place);
  if (salt === undefined)
    throw new RecoveryError(
      exitCodes.wrongPassword,
      `${place} is encrypted by another secrets provider than a passphrase, so no recovery kit opens it: take the committed file, and run ./kaleem recover without --kit.`,
    );
  const open = openWithPassphrase(kit.passphrase, salt);
  if (open === null)
    throw new RecoveryError(
      exitCodes.wrongPassword,
      `The recovery kit's passphrase does not open ${place}: it is mistyped, or that of another stack.`,
    );
  const secrets = Object.entries(config).flatMap(([key, value]): [string, string][] => {
    if (typeof value !== "object" || value === null || !("secure" in value)) return [];
    const clear = open(String(value.secure));
    if (clear === null) throw damaged(place, new Error(key));
    return [[key.slice(namespace.length), clear]];
  });
  return {
    form: "encrypted",
    content: { version: 1, stack, file: withoutSecrets(stored), secrets: Object.fromEntries(secrets) },
    remark:
      sealed === null
        ? null
        : "The stack's file has been sealed to a newer recovery kit since: what was changed after that is not in what this kit opens.",
  };
}

function damaged(place: string, cause: unknown): RecoveryError {
  return new RecoveryError(
    exitCodes.repositoryDamaged,
    `${place} is damaged or was altered, and opens with no kit: each former one is kept below ${bucketLayout.stackFileVersions}/.`,
    { cause },
  );
}

function nothingThere(location: BucketLocation): RecoveryError {
  return new RecoveryError(
    exitCodes.noRepository,
    `There is no stack file in ${placeOf(location, "kit/")}: check bucket and prefix; a platform ships it with its first points.`,
  );
}

function placeOf({ bucket, prefix }: Pick<BucketLocation, "bucket" | "prefix">, key: string): string {
  return `s3://${[bucket, ...(prefix === "" ? [] : [prefix]), key].join("/")}`;
}
