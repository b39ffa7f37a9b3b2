// Bodies made hostile: bytes that flip, cuts, repeats, splices, words that mean something, nesting, and lines without an end.
import type { Chance } from "../chance.ts";

/** What grows beyond is cut: above the cap on one event, so that the cap is met. */
const bytesMax = 4 * 1_048_576;

const telling: readonly Buffer[] = [
  ...[
    '"',
    "\n\n",
    "\n",
    "\r\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "-1",
    "1e999",
    "0.5",
    "\\",
    "\\u0000",
    "\\ud800",
  ],
  ...[
    "data: ",
    "data: [DONE]\n\n",
    "event: error\n",
    ": x\n",
    '"done":true',
    '"type":"message_stop"',
    '"finish_reason":"stop"',
  ],
  ...[
    '"tool_calls":[{',
    '"index":',
    '"arguments":"',
    '"__proto__":{"a":1},',
    '"constructor":',
    '"error":{"message":"x"},',
    "\u001b[2J",
  ],
  ...[
    '{"type":"content_block_delta","index":',
    '"content":[',
    '"content":{',
    "<html>",
    "\u202e",
    "\ufeff",
    "sk-canary-0123456789",
  ],
].map((text) => Buffer.from(text));

const bytesOfNoText: readonly Buffer[] = [
  Buffer.of(0xff),
  Buffer.of(0xc3),
  Buffer.of(0xf0, 0x9f),
  Buffer.of(0),
];

/** Some damage to `text`. `other` gives something to splice with. */
export function damaged(text: string, chance: Chance, other: () => string): Uint8Array {
  let bytes: Uint8Array = Buffer.from(text);
  const times = chance.below(4);
  for (let time = 0; time <= times; time += 1) bytes = damagedOnce(bytes, chance, other);
  return bytes.length > bytesMax ? bytes.subarray(0, bytesMax) : bytes;
}

function damagedOnce(bytes: Uint8Array, chance: Chance, other: () => string): Uint8Array {
  const at = chance.below(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const kind = chance.below(1_000);
  if (kind < 200) return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << chance.below(8)));
  if (kind < 450) return Buffer.concat([before, chance.one(telling), after]);
  if (kind < 500) return Buffer.concat([before, chance.one(bytesOfNoText), after]);
  if (kind < 600) return before;
  if (kind < 700) return Buffer.concat([before, after.subarray(chance.below(60))]);
  if (kind < 800) return Buffer.concat([before, after.subarray(0, chance.below(300)), after]);
  if (kind < 950) return Buffer.concat([before, tail(other(), chance)]);
  // Rarely huge: such a one costs as much as thousands of others.
  const bytesMore = chance.below(200) === 0 ? chance.below(bytesMax) : 1 + chance.below(4_000);
  return Buffer.concat([before, Buffer.alloc(bytesMore, chance.one(telling)), after]);
}

function withByte(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const changed = Buffer.from(bytes);
  if (at < changed.length) changed[at] = byte;
  return changed;
}

function tail(text: string, chance: Chance): Uint8Array {
  const bytes = Buffer.from(text);
  return bytes.subarray(chance.below(bytes.length + 1));
}
