import { parseDocument } from "yaml";

/** A stack's committed file that names another recipient, and the lines that differ. */
export interface EditedFile {
  readonly text: string;
  readonly diff: readonly string[];
}

/** Writes to whom the stack's file is sealed into that file, and changes nothing else in it, comments included. Pure. */
export function writeRecipient(text: string, recipient: string): EditedFile {
  const document = parseDocument(text);
  const path = ["config", "kaleem:kit", "recipient"];
  const former: unknown = document.getIn(path);
  if (former === recipient) return { text, diff: [] };
  if (document.getIn(["config", "kaleem:kit"]) === undefined)
    document.setIn(["config", "kaleem:kit"], document.createNode({ recipient }));
  else document.setIn(path, recipient);
  return {
    text: document.toString({ lineWidth: 0 }),
    diff: [
      ...(former === undefined ? [] : [`- kit.recipient: ${JSON.stringify(former)}`]),
      `+ kit.recipient: ${JSON.stringify(recipient)}`,
    ],
  };
}

/** To whom a stack's file says that it is sealed; null when to nobody. */
export function recipientIn(text: string): string | null {
  const recipient: unknown = parseDocument(text).getIn(["config", "kaleem:kit", "recipient"]);
  return typeof recipient === "string" ? recipient : null;
}
