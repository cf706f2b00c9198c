import { archiveSignature, assetSignature, isPropertyMap, signatureKey, unknown } from "../protocol/value.ts";
import type { PropertyMap, Value } from "../protocol/value.ts";

/** What is copied: a local file, a local directory or archive file, or a text. */
export type CopySource =
  { readonly kind: "path"; readonly path: string } | { readonly kind: "text"; readonly text: string };

/**
 * The source as the official plugin answers it: absent members become empty ones. Throws the reason to refuse anything
 * but a file, a text, or a directory on this machine.
 */
export function normalizeSource(value: Value): Value {
  if (value === unknown)
    throw new Error("is not known in this preview, which the official plugin 1.2.1 refuses too.");
  const content = isPropertyMap(value) ? value : {};
  const signature = content[signatureKey];
  const hasPath = typeof content["path"] === "string" && content["path"] !== "";
  if (signature === assetSignature) {
    if (hasPath || typeof content["text"] === "string") return { path: "", text: "", uri: "", ...content };
    throw new Error("expected a FileAsset or a StringAsset, got an asset of another kind.");
  }
  if (signature === archiveSignature) {
    if (hasPath) return { assets: {}, uri: "", ...content };
    throw new Error("expected a FileArchive of a directory, got an archive of another kind.");
  }
  throw new Error("expected a FileAsset, a StringAsset or a FileArchive.");
}

/** As `normalizeSource` for a stored source, whose content the engine has left out: nothing is refused. */
export function normalizeStored(properties: PropertyMap): PropertyMap {
  const source = properties["source"];
  if (!isPropertyMap(source) || source[signatureKey] !== archiveSignature) return properties;
  return { ...properties, source: { assets: {}, ...source } };
}

/** Reads a checked source. */
export function readSource(value: Value | undefined): CopySource {
  const content = isPropertyMap(value) ? value : {};
  const { path, text } = content;
  if (typeof path === "string" && path !== "") return { kind: "path", path };
  if (typeof text === "string") return { kind: "text", text };
  throw new Error("source: the engine sent no content for it.");
}

/** What tells one content from another. */
export function hashOf(properties: PropertyMap): Value | undefined {
  const source = properties["source"];
  return isPropertyMap(source) ? source["hash"] : undefined;
}
