// The format of Git's packs and of their indexes: where an object stands, and what stands there. Any bytes may be given.

const hashBytes = 20;
const fanoutAt = 8;
const hashesAt = fanoutAt + 256 * 4;
/** A hash, a checksum and an offset. */
const rowBytes = hashBytes + 4 + 4;
/** The checksums of the pack and of the index. */
const trailerBytes = 2 * hashBytes;

/** How many objects an index of version 2 has; undefined for what is none. */
export function packIndexCount(index: Buffer): number | undefined {
  if (index.length < hashesAt + trailerBytes) return undefined;
  if (index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2) return undefined;
  const count = index.readUInt32BE(fanoutAt + 255 * 4);
  return hashesAt + count * rowBytes + trailerBytes <= index.length ? count : undefined;
}

/** Where the object of this hash begins in the pack; undefined where it is not there. `count` as `packIndexCount` says. */
export function indexedAt(index: Buffer, count: number, hash: Buffer): number | undefined {
  const first = hash[0];
  if (first === undefined || hash.length !== hashBytes) return undefined;
  let from = first === 0 ? 0 : index.readUInt32BE(fanoutAt + (first - 1) * 4);
  let to = Math.min(count, index.readUInt32BE(fanoutAt + first * 4));
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const at = hashesAt + middle * hashBytes;
    const order = index.compare(hash, 0, hashBytes, at, at + hashBytes);
    if (order === 0) {
      const offset = index.readUInt32BE(hashesAt + count * (hashBytes + 4) + middle * 4);
      // Those with the highest bit say where a longer one stands: beyond what is read of any pack.
      return offset < 0x80000000 ? offset : undefined;
    }
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return undefined;
}

/** `offset` and `hash` are differences from another object of the same pack: the one that begins there, or has that hash. */
export type PackEntry = {
  /** Of what is unpacked. */
  readonly size: number;
  /** Where its stream of zlib begins. */
  readonly dataAt: number;
} & (
  | { readonly kind: "commit" | "tree" }
  | { readonly kind: "offset"; readonly base: number }
  | { readonly kind: "hash"; readonly base: Buffer }
);

/** Undefined for what is no object, or one that no history needs. */
export function packEntryAt(pack: Buffer, start: number): PackEntry | undefined {
  const first = pack[start];
  if (first === undefined) return undefined;
  let at = start + 1;
  let size = first & 0x0f;
  let scale = 16;
  for (let byte = first; byte >= 0x80; scale *= 128) {
    const next = pack[at];
    if (next === undefined || scale > 2 ** 40) return undefined;
    size += (next & 0x7f) * scale;
    byte = next;
    at += 1;
  }
  const type = (first >> 4) & 7;
  if (type === 1 || type === 2) return { kind: type === 1 ? "commit" : "tree", size, dataAt: at };
  if (type === 6) return offsetEntry(pack, start, at, size);
  if (type !== 7 || at + hashBytes > pack.length) return undefined;
  return { kind: "hash", size, base: pack.subarray(at, at + hashBytes), dataAt: at + hashBytes };
}

/** What it differs from stands before it, so that no circle can be made of these. */
function offsetEntry(pack: Buffer, start: number, from: number, size: number): PackEntry | undefined {
  let at = from;
  let byte = pack[at];
  if (byte === undefined) return undefined;
  let back = byte & 0x7f;
  while (byte >= 0x80) {
    at += 1;
    byte = pack[at];
    if (byte === undefined || back > 2 ** 40) return undefined;
    back = (back + 1) * 128 + (byte & 0x7f);
  }
  return back > 0 && back <= start ? { kind: "offset", size, base: start - back, dataAt: at + 1 } : undefined;
}
