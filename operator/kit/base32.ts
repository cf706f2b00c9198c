/** Crockford's base 32: no letter that a hand or an eye takes for another, capitals or not. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Bytes as letters and digits, five bits each; the last one is filled up with zeros. */
export function toBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = bits.match(/.{1,5}/g) ?? [];
  return letters.map((five) => alphabet[parseInt(five.padEnd(5, "0"), 2)] ?? "").join("");
}

/** The bytes; null when something else than its letters is in the text, or what fills up the last one is not zeros. */
export function fromBase32(text: string): Uint8Array | null {
  const values = Array.from(asBase32(text), (letter) => alphabet.indexOf(letter));
  if (values.includes(-1)) return null;
  const bits = values.map((value) => value.toString(2).padStart(5, "0")).join("");
  const whole = bits.length - (bits.length % 8);
  if (bits.length - whole >= 5 || /1/.test(bits.slice(whole))) return null;
  return Uint8Array.from(bits.slice(0, whole).match(/.{8}/g) ?? [], (eight) => parseInt(eight, 2));
}

/** What was meant by letters that only look alike. */
export function asBase32(text: string): string {
  return text.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
}
