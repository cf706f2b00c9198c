// Control characters of both halves, the percent sign, and what breaks or turns around a line of text.
const unsafeText = /[\u0000-\u001f%\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const unsafeBytes = /[\u0000-\u001f%\u007f-\u00ff]/g;

/**
 * A byte string (latin1) in words: as it is where it is text, else with percent signs. Control characters are written so too, which makes
 * it safe in a line of a log, and the percent sign itself, so that `nameFromText` gives the very bytes back.
 */
export function textOfName(name: string): string {
  return isText(name)
    ? Buffer.from(name, "latin1")
        .toString("utf8")
        .replace(unsafeText, (character) => percent(Buffer.from(character, "utf8")))
    : name.replace(unsafeBytes, (byte) => percent(Buffer.from(byte, "latin1")));
}

/** True for a byte string (latin1) that is UTF-8. */
export function isText(name: string): boolean {
  const bytes = Buffer.from(name, "latin1");
  return Buffer.from(bytes.toString("utf8"), "utf8").equals(bytes);
}

/** The bytes (latin1) of a name that `textOfName` wrote. */
export function nameFromText(text: string): string {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  return bytes.replace(/%([0-9A-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function percent(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
