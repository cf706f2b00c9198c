import type { HostPort } from "../../../recovery/host/host-port.ts";

/** A host whose files are kept in a map; it runs nothing. */
export function memoryHost(): HostPort & { readonly files: Map<string, string> } {
  const files = new Map<string, string>();
  return {
    files,
    run: () => Promise.reject(new Error("this host runs nothing")),
    readFile: (path) => Promise.resolve(files.get(path) ?? null),
    writeFile: (path, content) => Promise.resolve(void files.set(path, content)),
    removeFile: (path) => Promise.resolve(void files.delete(path)),
    now: () => new Date("2026-11-21T12:00:00.000Z"),
  };
}
