import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { openBytes, sealBytes } from "./sealed-bytes.ts";

const sealedSchema = z.object({
  version: z.literal(1),
  salt: z.string(),
  nonce: z.string(),
  tag: z.string(),
  text: z.string(),
});

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);
/** As hard to guess as restic makes its own. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };

/** Seals a text with a password (scrypt, AES-256-GCM): who has not the password reads nothing of it, and cannot change it unseen. */
export async function sealText(text: string, password: string): Promise<string> {
  const salt = randomBytes(16);
  const packed = await promisify(gzip)(text);
  const sealed = sealBytes(packed, await derive(password, salt, 32, cost));
  const [b64salt, nonce, tag, body] = [salt, sealed.nonce, sealed.tag, sealed.body].map((part) =>
    part.toString("base64"),
  );
  return `${JSON.stringify({ version: 1, salt: b64salt, nonce, tag, text: body })}\n`;
}

/** Null for what was sealed with another password, was changed, or is no sealed text. */
export async function openText(sealed: string, password: string): Promise<string | null> {
  const parts = parse(sealed);
  if (parts === null) return null;
  const [salt, nonce, tag, text] = [parts.salt, parts.nonce, parts.tag, parts.text].map((part) =>
    Buffer.from(part, "base64"),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const key = await derive(password, salt, 32, cost);
  const packed = openBytes({ nonce, tag, body: text }, key);
  return packed === null ? null : (await promisify(gunzip)(packed)).toString();
}

function parse(sealed: string): z.infer<typeof sealedSchema> | null {
  try {
    return sealedSchema.safeParse(JSON.parse(sealed)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
