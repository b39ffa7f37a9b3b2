// A peer's bytes, looked through before msgpackr reads them: what would build anything but data is found while nothing is built yet.
import { limits } from "../limits.ts";
import { wireLimits } from "./limits.ts";

/** Thrown to whoever asked for the values, and never further. No Error: nobody reads its stack, and a stack is dear. */
export class Refusal {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** First bytes from which others are counted on, by MessagePack's names. */
const format = {
  bytes8: 0xc4,
  bytes32: 0xc6,
  extension8: 0xc7,
  extension16: 0xc8,
  extensionOf1: 0xd4,
  extensionOf16: 0xd8,
  string8: 0xd9,
  string32: 0xdb,
  array16: 0xdc,
  map16: 0xde,
} as const;
/** Types of extension that msgpackr writes for data. */
const extension = { undefined: 0, bigint: 0x42 } as const;
/** Bytes behind the first one, from 0xc0 (null) on to 0xd3 (int 64), where the type says it. */
const bytesBehind: readonly (number | undefined)[] = [
  ...[0, undefined, 0, 0],
  ...[undefined, undefined, undefined, undefined, undefined, undefined],
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8],
];
/** An object with this for a key is none of ours: msgpackr would rename the key. */
const forbiddenKey = Buffer.from("__proto__");

/**
 * How many values `bytes` hold, one after the other. What msgpackr would build that is no data is refused: errors and patterns,
 * dates, sets and typed arrays; definitions of records, which it compiles; bundles of strings, with which a hundred kilobytes
 * become gigabytes; keys that are no strings. So is what is cut off, nested too deeply, or promises too much.
 * @throws {Refusal}
 */
export function screen(bytes: Uint8Array, depth: number): number {
  return new Screen(bytes).values(depth);
}

class Screen {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = 0;
  #containers = 0;
  #elements = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  values(depth: number): number {
    let count = 0;
    for (; this.#at < this.#end; count += 1) this.#value(depth);
    return count;
  }

  #value(depth: number): void {
    const first = this.#byte();
    if (first < 0x80 || first >= 0xe0) return;
    if (first < 0x90) this.#map(first & 0x0f, depth);
    else if (first < 0xa0) this.#array(first & 0x0f, depth);
    else if (first < 0xc0) this.#skip(first & 0x1f);
    else this.#long(first, depth);
  }

  /** What has its size in its type, or its length behind the first byte. */
  #long(first: number, depth: number): void {
    const bytes = bytesBehind[first - 0xc0];
    if (bytes !== undefined) this.#skip(bytes);
    else if (first >= format.map16) this.#map(this.#number(2 << (first - format.map16)), depth);
    else if (first >= format.array16) this.#array(this.#number(2 << (first - format.array16)), depth);
    else if (first >= format.string8) this.#skip(this.#number(1 << (first - format.string8)));
    else if (first >= format.bytes8 && first <= format.bytes32) {
      this.#count(0);
      this.#skip(this.#number(1 << (first - format.bytes8)));
    } else this.#extension(first);
  }

  /** Undefined and large bigints, in the forms that msgpackr writes. */
  #extension(first: number): void {
    const length = this.#extensionBytes(first);
    const type = length === undefined ? undefined : this.#byte();
    if (length === undefined || type === undefined) throw noData(first);
    if (length === 1) {
      if (type !== extension.undefined || this.#byte() !== 0) throw noData(first);
    } else if (type === extension.bigint && length > 8 && length <= wireLimits.bigintBytesMax)
      this.#skip(length);
    else throw noData(first);
  }

  #extensionBytes(first: number): number | undefined {
    if (first === format.extensionOf1) return 1;
    if (first === format.extensionOf16) return 16;
    if (first === format.extension8) return this.#byte();
    return first === format.extension16 ? this.#number(2) : undefined;
  }

  #array(length: number, depth: number): void {
    this.#contain(length, length, depth);
    for (let index = 0; index < length; index += 1) this.#value(depth + 1);
  }

  #map(length: number, depth: number): void {
    this.#contain(length, length * 2, depth);
    for (let index = 0; index < length; index += 1) {
      this.#key();
      this.#value(depth + 1);
    }
  }

  /** Every part takes a byte at least: a length that the bytes have no room for is a lie, and known before the first part. */
  #contain(elements: number, bytesMin: number, depth: number): void {
    if (bytesMin > this.#end - this.#at) throw new Refusal("a length beyond the end");
    if (depth > limits.messageDepthMax)
      throw new Refusal(`data nested deeper than ${limits.messageDepthMax}`);
    this.#count(elements);
  }

  #count(elements: number): void {
    const { messageContainersMax, messageElementsMax } = wireLimits;
    this.#containers += 1;
    this.#elements += elements;
    if (this.#containers > messageContainersMax)
      throw new Refusal(`more than ${messageContainersMax} arrays and objects`);
    if (this.#elements > messageElementsMax)
      throw new Refusal(`more than ${messageElementsMax} elements and fields`);
  }

  #key(): void {
    const first = this.#byte();
    const isShort = first >= 0xa0 && first < 0xc0;
    if (!isShort && (first < format.string8 || first > format.string32))
      throw new Refusal("a key that is no string");
    const length = isShort ? first & 0x1f : this.#number(1 << (first - format.string8));
    this.#skip(length);
    if (
      length === forbiddenKey.length &&
      forbiddenKey.equals(this.#bytes.subarray(this.#at - length, this.#at))
    )
      throw new Refusal('the key "__proto__"');
  }

  #byte(): number {
    this.#skip(1);
    return this.#bytes[this.#at - 1] ?? 0;
  }

  /** Of 1, 2 or 4 bytes, the highest first. */
  #number(bytes: number): number {
    this.#skip(bytes);
    let value = 0;
    for (let at = this.#at - bytes; at < this.#at; at += 1) value = value * 0x100 + (this.#bytes[at] ?? 0);
    return value;
  }

  #skip(bytes: number): void {
    if (bytes > this.#end - this.#at) throw new Refusal("an end in the middle of a value");
    this.#at += bytes;
  }
}

function noData(first: number): Refusal {
  return new Refusal(`what begins with the byte 0x${first.toString(16)}, and is no data`);
}
