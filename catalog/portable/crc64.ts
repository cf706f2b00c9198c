/** A 64-bit checksum, its bits in reversed order as usual; in two halves, since a BigInt a byte would be slow. */
export interface Crc64Kind {
  /** The polynomial, reversed. */
  readonly polynomial: bigint;
  /** Whether it begins with all bits set and is inverted at the end. */
  readonly inverted: boolean;
}

/** Of a collection in mongodump's archive (ECMA-182, as Go's `crc64.ECMA`). */
export const mongoArchiveCrc: Crc64Kind = { polynomial: 0xc96c5795d7870f42n, inverted: true };
/** Of an RDB file and of what `DUMP` gives (Jones). */
export const redisCrc: Crc64Kind = { polynomial: 0x95ac9329ac4bc9b5n, inverted: false };

const half = 0xffffffffn;

/** Takes bytes as they stream by. */
export class Crc64 {
  readonly #kind: Crc64Kind;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  #state: readonly [number, number];

  constructor(kind: Crc64Kind) {
    this.#kind = kind;
    [this.#high, this.#low] = tableOf(kind.polynomial);
    this.#state = kind.inverted ? [0xffffffff, 0xffffffff] : [0, 0];
  }

  update(bytes: Uint8Array): this {
    let [high, low] = this.#state;
    const [tableHigh, tableLow] = [this.#high, this.#low];
    for (const byte of bytes) {
      const at = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (tableLow[at] ?? 0);
      high = (high >>> 8) ^ (tableHigh[at] ?? 0);
    }
    this.#state = [high, low];
    return this;
  }

  /** Unsigned. */
  get value(): bigint {
    const [high, low] = this.#state;
    const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    return this.#kind.inverted ? value ^ ((half << 32n) | half) : value;
  }
}

const tables = new Map<bigint, readonly [Uint32Array, Uint32Array]>();

function tableOf(polynomial: bigint): readonly [Uint32Array, Uint32Array] {
  const known = tables.get(polynomial);
  if (known !== undefined) return known;
  const [high, low] = [new Uint32Array(256), new Uint32Array(256)];
  for (let index = 0; index < 256; index += 1) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    high[index] = Number(value >> 32n);
    low[index] = Number(value & half);
  }
  tables.set(polynomial, [high, low]);
  return [high, low];
}
