import { parseDocument } from "yaml";
import type { TargetSettings } from "../../components/config/account-schema.ts";
import type { MovedFile } from "../stack/move-host.ts";

/**
 * The account's stack file with another target for one record; nothing else is edited, comments included. Pure.
 * @throws Error when the text is no stack file with an account
 */
export function moveTarget(text: string, file: string, record: string, target: TargetSettings): MovedFile {
  const document = parseDocument(text);
  if (document.errors.length > 0 || document.getIn(["config", "kaleem:account"]) === undefined)
    throw new Error(
      `${file}: expected a stack file with kaleem:account, got something else; nothing was changed`,
    );
  const block = ["config", "kaleem:targets", record];
  const diff = (["address", "at", "before"] as const).flatMap((key) => {
    const former: unknown = document.getIn([...block, key]);
    const value = target[key];
    if (former === value) return [];
    if (value === undefined) document.deleteIn([...block, key]);
    else document.setIn([...block, key], value);
    return [
      ...(former === undefined ? [] : [`- targets.${record}.${key}: ${JSON.stringify(former)}`]),
      ...(value === undefined ? [] : [`+ targets.${record}.${key}: ${JSON.stringify(value)}`]),
    ];
  });
  return { text: diff.length === 0 ? text : document.toString({ lineWidth: 0 }), diff };
}
