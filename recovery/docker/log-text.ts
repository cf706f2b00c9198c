const headerBytes = 8;

/**
 * The text of a container's log as the API sends it: frames of a header (stream, three empty bytes, length) and what was written.
 * A frame that was cut off is taken as far as it goes. Pure.
 */
export function logText(answer: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + headerBytes <= answer.length;) {
    const end = at + headerBytes + answer.readUInt32BE(at + 4);
    parts.push(answer.subarray(at + headerBytes, end));
    at = end;
  }
  return Buffer.concat(parts).toString("utf8");
}
