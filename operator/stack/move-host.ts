import { isMap, parseDocument, type Document, type YAMLMap } from "yaml";
import type { ResticTarget } from "../../toolchain/restic/bring-restic.ts";

/** A machine that takes a lost one's place. */
export interface NewHost {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
}

/** What a stack file says of its machine; undefined takes a line away. */
export type HostLines = Partial<NewHost> & { readonly restic?: ResticTarget | undefined };

/** A stack file that names another machine, and the lines that differ. */
export interface MovedFile {
  readonly text: string;
  readonly diff: readonly string[];
}

/** The machine that a stack's file names, as far as it does. Pure. @throws Error when the text is no stack file with a host */
export function pinnedHost(text: string, file: string): Partial<NewHost> {
  const { host } = hostIn(text, file);
  const named = host.toJSON() as Readonly<Record<string, unknown>>;
  const { address, port = 22, user = "root", hostKey } = named;
  return {
    ...(typeof address === "string" ? { address } : {}),
    ...(typeof port === "number" ? { port } : {}),
    ...(typeof user === "string" ? { user } : {}),
    ...(typeof hostKey === "string" ? { hostKey } : {}),
  };
}

/**
 * A stack's committed file with other lines about its machine: these are edited, and nothing else, comments included. Pure.
 * @throws Error when the text is no stack file with a host
 */
export function moveHost(text: string, file: string, host: HostLines): MovedFile {
  const { document } = hostIn(text, file);
  const at = (key: string): readonly string[] => ["config", "kaleem:host", key];
  const diff = Object.entries(host).flatMap(([key, value]) => {
    const former: unknown = document.getIn(at(key));
    if (former === value) return [];
    if (value === undefined) document.deleteIn(at(key));
    else document.setIn(at(key), value);
    return [
      ...(former === undefined ? [] : [`- host.${key}: ${JSON.stringify(former)}`]),
      ...(value === undefined ? [] : [`+ host.${key}: ${JSON.stringify(value)}`]),
    ];
  });
  return { text: diff.length === 0 ? text : document.toString({ lineWidth: 0 }), diff };
}

function hostIn(text: string, file: string): { readonly document: Document; readonly host: YAMLMap } {
  const document = parseDocument(text);
  const host: unknown = document.errors.length > 0 ? undefined : document.getIn(["config", "kaleem:host"]);
  if (isMap(host)) return { document, host };
  throw new Error(`${file}: expected a stack file with kaleem:host, got something else; nothing was changed`);
}
