// Whether a file can be LMDB's at all: LMDB looks at little of it, and a wrong one would end the program.

/** Two pages of the largest size. */
export const headerBytesMax = 2 * 65_536;

const pageBytesMin = 256;
const metaBytes = 0xa8;
/** What a disk writes whole. */
const blockBytes = 512;
const isMeta = 0x08;
const magic = 0xbeefc0de;
const version = 2;
const turnAt = 0x98;
const foreign = "its file is no LMDB file, or its beginning is damaged";
const damaged = "the beginning of its file is damaged";
const noPage = 2n ** 64n - 1n;
/** Above what processors can map. */
const mapBytesMax = 2n ** 47n;

/** `start` is the beginning of the file. Says what is wrong; undefined for a file that is empty, or that may be opened. */
export function whyNotLmdb(start: Uint8Array): string | undefined {
  if (start.length === 0) return undefined;
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  const pageBytes = bytes.length < metaBytes ? 0 : bytes.readUInt32LE(0x30);
  const isSize =
    pageBytes >= pageBytesMin && pageBytes <= headerBytesMax / 2 && (pageBytes & (pageBytes - 1)) === 0;
  if (!isSize) return foreign;
  const [even, odd] = [bytes, bytes.subarray(pageBytes)];
  const why = whyNotMeta(even, pageBytes) ?? whyNotMeta(odd, pageBytes);
  if (why !== undefined) return why;
  // They take turns. Where one does not follow the other, LMDB would go back to an older one, and say nothing.
  const [evenTurn, oddTurn] = [even.readBigUInt64LE(turnAt), odd.readBigUInt64LE(turnAt)];
  const takeTurns = evenTurn % 2n === 0n && (oddTurn === evenTurn + 1n || oddTurn + 1n === evenTurn);
  return takeTurns || (evenTurn === 0n && oddTurn === 0n) ? undefined : damaged;
}

/**
 * The power went while LMDB made the file: nothing but blocks of its first two pages is in it, and nothing was committed. The
 * first commit waits until both are on the disk.
 */
export function isUnfinished(start: Uint8Array): boolean {
  if (start.length >= headerBytesMax) return false;
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    if (!block.every((byte) => byte === 0) && !isFirstMeta(block)) return false;
  }
  return true;
}

function isFirstMeta(block: Buffer): boolean {
  return (
    block.length >= metaBytes &&
    block.readUInt32LE(0x18) === magic &&
    block.readBigUInt64LE(0x58) === noPage &&
    block.readBigUInt64LE(0x88) === noPage &&
    block.readBigUInt64LE(0x90) === 1n &&
    block.subarray(turnAt).every((byte) => byte === 0)
  );
}

function whyNotMeta(meta: Buffer, pageBytes: number): string | undefined {
  if (meta.length < metaBytes) return "its file is cut off";
  if ((meta.readUInt16LE(0x12) & isMeta) === 0 || meta.readUInt32LE(0x18) !== magic) return foreign;
  if (meta.readUInt16LE(0x1c) !== version) return "another version of LMDB wrote its file";
  const mapBytes = meta.readBigUInt64LE(0x28);
  const lastPage = meta.readBigUInt64LE(0x90);
  const roots = [meta.readBigUInt64LE(0x58), meta.readBigUInt64LE(0x88)];
  const isWhole =
    meta.readUInt32LE(0x30) === pageBytes &&
    mapBytes <= mapBytesMax &&
    (lastPage + 1n) * BigInt(pageBytes) <= mapBytes &&
    roots.every((root) => root === noPage || (root > 1n && root <= lastPage));
  return isWhole ? undefined : damaged;
}
