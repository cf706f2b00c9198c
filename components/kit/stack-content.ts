import { createHash } from "node:crypto";
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import { z } from "zod";

/** What is sealed to a recovery kit: a stack's file and its secrets in clear, apart from each other. */
export const stackContentSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string().regex(/^[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/),
  /** The stack's file, without its secrets and without what its secrets provider has written into it. */
  file: z.string(),
  /** By key without the namespace, in clear. */
  secrets: z.record(z.string(), z.string()),
});
export type StackContent = z.infer<typeof stackContentSchema>;

/** Pulumi's own keys, which mean something to the former secrets provider alone. */
const ofProvider: readonly string[] = ["encryptionsalt", "secretsprovider", "encryptedkey"];

/**
 * A stack's file without anything that is encrypted: what is left is the same however, and by whom, its secrets are encrypted.
 * Comments stay. Pure.
 * @param text A stack file that can be read.
 */
export function withoutSecrets(text: string): string {
  const document = parseDocument(text);
  const { contents } = document;
  if (!isMap(contents)) return text;
  remove(contents, ({ key }) => isScalar(key) && ofProvider.includes(String(key.value)));
  const config = contents.get("config");
  if (isMap(config)) remove(config, ({ value }) => isMap(value) && value.has("secure"));
  return document.toString({ lineWidth: 0 });
}

/** What stands as a comment before a key that goes stays, before the next one. */
function remove(map: YAMLMap, goes: (pair: Pair) => boolean): void {
  let carried = "";
  const kept = map.items.filter((pair) => {
    const { key } = pair;
    const own = isScalar(key) ? (key.commentBefore ?? "") : "";
    const comment = [carried, own].filter((each) => each !== "").join("\n");
    if (goes(pair)) {
      carried = comment;
      return false;
    }
    if (isScalar(key) && comment !== "") key.commentBefore = comment;
    carried = "";
    return true;
  });
  map.items.splice(0, map.items.length, ...kept);
  if (carried !== "") map.comment = [map.comment ?? "", carried].filter((each) => each !== "").join("\n");
}

/** The text that is sealed. The same stack gives the same text, whatever order its secrets come in. Pure. */
export function renderContent(content: StackContent): string {
  const secrets = Object.entries(content.secrets).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ ...content, secrets: Object.fromEntries(secrets) }, null, 2)}\n`;
}

/**
 * Names what is sealed, and to whom: 32 hexadecimal digits. What was sealed twice looks different each time; this does not. Nothing can be
 * told from it, since the secrets in the text are drawn at random.
 */
export function contentDigest(text: string, recipient: string): string {
  return createHash("sha256").update(`${recipient}\n${text}`).digest("hex").slice(0, 32);
}
