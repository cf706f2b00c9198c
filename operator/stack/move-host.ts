import { parseDocument } from "yaml";

/** A machine that takes a lost one's place. */
export interface NewHost {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
}

/** A stack file that names another machine, and the lines that differ. */
export interface MovedFile {
  readonly text: string;
  readonly diff: readonly string[];
}

/**
 * A stack's committed file with another machine in it: address, port, user and host key are edited, and nothing else, comments
 * included. Pure.
 * @throws Error when the text is no stack file with a host
 */
export function moveHost(text: string, file: string, host: NewHost): MovedFile {
  const document = parseDocument(text);
  const at = (key: string): readonly string[] => ["config", "kaleem:host", key];
  if (document.errors.length > 0 || document.getIn(["config", "kaleem:host"]) === undefined)
    throw new Error(
      `${file}: expected a stack file with kaleem:host, got something else; nothing was changed`,
    );
  const diff = Object.entries(host).flatMap(([key, value]) => {
    const former: unknown = document.getIn(at(key));
    if (former === value) return [];
    document.setIn(at(key), value);
    return [
      ...(former === undefined ? [] : [`- host.${key}: ${JSON.stringify(former)}`]),
      `+ host.${key}: ${JSON.stringify(value)}`,
    ];
  });
  return { text: diff.length === 0 ? text : document.toString({ lineWidth: 0 }), diff };
}
