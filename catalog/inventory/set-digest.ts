import { createHash } from "node:crypto";

const modulus = 2n ** 256n;

/** A digest of a set of items that does not depend on their order, in constant memory: the sum of their SHA-256 modulo 2^256. */
export class SetDigest {
  #sum = 0n;
  count = 0;
  bytes = 0;

  /** @param hash SHA-256 of the item, from `hashOf` @param bytes of content that it stands for */
  add(hash: Buffer, bytes: number): void {
    this.#sum = (this.#sum + BigInt(`0x${hash.toString("hex")}`)) % modulus;
    this.count += 1;
    this.bytes += bytes;
  }

  /** 64 hexadecimal digits. */
  get sum(): string {
    return hex(this.#sum);
  }
}

/** SHA-256 of the parts, each with its length before it, so that `ab`, `c` is another item than `a`, `bc`. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    const length = Buffer.alloc(6);
    length.writeUIntBE(bytes.length, 0, 6);
    hash.update(length).update(bytes);
  }
  return hash.digest();
}

/** The digest of two disjoint sets together. */
export function addSums(...sums: readonly string[]): string {
  return hex(sums.reduce((total, sum) => (total + BigInt(`0x${sum}`)) % modulus, 0n));
}

function hex(sum: bigint): string {
  return sum.toString(16).padStart(64, "0");
}
