import { parsePosition, type Position } from "../../catalog/oplog/position.ts";

/**
 * Where a replay ends, as a person says it: a time, before whose second it ends, such as `2026-12-01T04:00:00Z`; or the position of an
 * entry, before which it ends, such as `1764562509:3`. Null for what is neither. Pure.
 */
export function parseCut(text: string): Position | null {
  const position = parsePosition(text);
  if (position !== null) return position;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  const ms = Date.parse(text);
  // The oplog counts within a second, and says nothing of its parts.
  return Number.isNaN(ms) ? null : { t: Math.floor(ms / 1000), i: 0 };
}
