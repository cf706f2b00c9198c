import { isMap, isScalar, parseDocument } from "yaml";

/** The backend that the project's file names; null when it names none. */
export function projectBackend(text: string): string | null {
  const url: unknown = parseDocument(text).getIn(["backend", "url"]);
  return typeof url === "string" && url !== "" ? url : null;
}

/**
 * The project's file with this backend: every command of the engine in this checkout, and in each that has the file, uses it.
 * All else stays as it is written. Pure.
 * @throws Error when the file has something else where the backend stands
 */
export function withProjectBackend(text: string, url: string): string {
  const document = parseDocument(text);
  const quoted = JSON.stringify(url);
  const backend = document.get("backend", true);
  if (backend === undefined) return `${text.trimEnd()}\nbackend:\n  url: ${quoted}\n`;
  const present = isMap(backend) ? backend.get("url", true) : undefined;
  if (!isScalar(present) || present.range === undefined || present.range === null)
    throw new Error("Pulumi.yaml: backend: expected nothing, or a mapping with the key url");
  const [begin, end] = present.range;
  return `${text.slice(0, begin)}${quoted}${text.slice(end)}`;
}
