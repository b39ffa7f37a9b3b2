// Data to MessagePack and back, by msgpackr, as every part of the wire packs it.
import { Packr, RESET_BUFFER_MODE } from "msgpackr";
import { Refusal, screen } from "./screen.ts";

/**
 * Keys travel with every object: a list of keys said once, msgpackr's "record", is compiled by the receiver, which is not done
 * with a peer's bytes. A message's own `toJSON` is a key like any other.
 */
const packr = new Packr({
  useRecords: false,
  mapsAsObjects: true,
  structuredClone: false,
  moreTypes: false,
  useBigIntExtension: true,
  useToJSON: false,
  variableMapSize: true,
  copyBuffers: true,
});

const startBytes = 8 * 1024;
/** msgpackr keeps the buffer that it packs into. One that a long message made larger than this is not kept for the short ones. */
const keptBytes = 512 * 1024;

/** A getter inside of a value may pack in its turn: then the buffer is still needed for what is around it. */
let isPacking = false;

/**
 * The bytes of one value, a view that lasts until the next call. As msgpackr has no form for them, -0 becomes 0, and the half of
 * a letter (a lone surrogate) one or more "\ufffd"; a hole becomes undefined.
 * @throws what msgpackr throws for what `whyUnpackable` would have refused
 */
export function pack(value: unknown): Uint8Array {
  const isInner = isPacking;
  isPacking = true;
  try {
    const bytes = packr.pack(value, RESET_BUFFER_MODE);
    if (bytes.buffer.byteLength > keptBytes && !isInner) packr.useBuffer(Buffer.allocUnsafeSlow(startBytes));
    return bytes;
  } finally {
    isPacking = isInner;
  }
}

/**
 * All values that are in `bytes`, whose own parts are at `depth`. They share no memory with `bytes`, and are data: what else
 * msgpackr could build is refused before it reads.
 * @throws {Refusal}
 */
export function unpackAll(bytes: Uint8Array, depth: number): unknown[] {
  const count = screen(bytes, depth);
  if (count === 0) return [];
  const values = read(bytes);
  if (values.length !== count) throw new Refusal(`${unreadable}: ${values.length} values of ${count}`);
  return values;
}

/** The one value that `bytes` hold; undefined where they are no bytes of one. For what is undefined itself, use `unpackAll`. */
export function unpackOne(bytes: Uint8Array): unknown {
  try {
    const values = unpackAll(bytes, 0);
    return values.length === 1 ? values[0] : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** How a refusal begins that tells of a fault in the screen: bytes have passed that msgpackr reads in another way. */
export const unreadable = "bytes that msgpackr cannot read";

function read(bytes: Uint8Array): unknown[] {
  try {
    // Of a Buffer, msgpackr would give Buffers for the bytes in it.
    return packr.unpackMultiple(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    throw new Refusal(`${unreadable}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
