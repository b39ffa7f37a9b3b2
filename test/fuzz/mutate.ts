// Valid bytes made hostile: flipped bits, cuts, splices, lengths that lie, nesting, types that build.
import type { Chance } from "./chance.ts";

/** Frames of the wire are at most this long; what grows beyond is cut. */
const bytesMax = 140 * 1024;

/** Bytes that mean something to a reader of MessagePack, at the edges of their ranges. */
const telling: readonly number[] = [
  ...[0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xe0, 0xff],
  ...Array.from({ length: 32 }, (_, index) => 0xc0 + index),
];

const bombs: readonly Buffer[] = [
  Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0xdd, 0x00, 0x01, 0x00, 0x00]),
  Buffer.from([0xc6, 0x7f, 0xff, 0xff, 0xff]),
  Buffer.from([0xdb, 0x00, 0x10, 0x00, 0x00]),
  Buffer.from([0xc9, 0x00, 0x10, 0x00, 0x00, 0x42]),
  Buffer.from([0xc8, 0x04, 0x01, 0x42]),
  Buffer.from([0xd8, 0x42, ...new Array(16).fill(0x81)]),
  Buffer.from([0xd5, 0x72, 0x40]),
  Buffer.from([0xd4, 0x72, 0x40, 0x92, 0xa1, 0x61, 0xa1, 0x62]),
  Buffer.from([0xc7, 0x04, 0x78, 0x92, 0xa1, 0x61, 0xa0]),
  Buffer.from([0xc7, 0x0a, 0x74, 0x01, 1, 2, 3, 4, 5, 6, 7, 8]),
  Buffer.from([0xd6, 0xff, 0, 0, 0, 0]),
  Buffer.from([0xd4, 0x65, 0x00, 0x91, 0xa7, ...Buffer.from("valueOf")]),
  Buffer.from([0xd6, 0x62, 0xff, 0xff, 0xff, 0xf0, 0xa0, 0xa0, 0xc1, 0x05]),
  Buffer.from([0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1]),
  Buffer.from([0x81, 0xa9, ...Buffer.from("__proto__"), 0x81, 0xa1, 0x61, 0x01]),
  Buffer.from([0x81, 0xab, ...Buffer.from("constructor"), 0xc0]),
];

/** Some mutations of `bytes`, which stay as they are. `other` gives something to splice with. */
export function mutate(bytes: Uint8Array, chance: Chance, other: () => Uint8Array): Uint8Array {
  let mutated: Uint8Array = Buffer.from(bytes);
  const times = 1 + chance.below(4);
  for (let time = 0; time < times; time += 1) mutated = mutateOnce(mutated, chance, other);
  return mutated.length > bytesMax ? mutated.subarray(0, bytesMax) : mutated;
}

function mutateOnce(bytes: Uint8Array, chance: Chance, other: () => Uint8Array): Uint8Array {
  const at = chance.below(bytes.length + 1);
  const rest = bytes.subarray(at);
  const isHuge = chance.below(20_000) === 0;
  const kind = isHuge ? 1000 : chance.below(1000);
  if (kind < 350) return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << chance.below(8)));
  if (kind < 550) return withByte(bytes, at, chance.one(telling));
  if (kind < 650) return bytes.subarray(0, at);
  if (kind < 750) return Buffer.concat([bytes.subarray(0, at), chance.one(bombs), rest]);
  if (kind < 850) return Buffer.concat([bytes.subarray(0, at), tail(other(), chance)]);
  if (kind < 900)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(chance.below(bytes.length + 1))]);
  // Rarely as large as a frame can be: such a one costs as much as thousands of others.
  const bytesMore = isHuge ? bytesMax : 1 + chance.below(200);
  return Buffer.concat([bytes.subarray(0, at), repeated(chance, bytesMore), rest]);
}

function withByte(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  if (at < bytes.length) bytes[at] = byte;
  return bytes;
}

function tail(bytes: Uint8Array, chance: Chance): Uint8Array {
  return bytes.subarray(chance.below(bytes.length + 1));
}

/** The same few bytes again and again, behind a header that promises them: nesting, or very many of something small. */
function repeated(chance: Chance, bytes: number): Uint8Array {
  const unit = chance.below(2) === 0 ? Buffer.of(chance.one(telling)) : chance.one(bombs);
  const header = Buffer.from([0xdd, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes, 1);
  return Buffer.concat([chance.below(2) === 0 ? header : Buffer.alloc(0), Buffer.alloc(bytes, unit)]);
}
