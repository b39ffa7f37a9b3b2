// Names as an enemy or an accident would choose them, from a seed.
import { Chance } from "./chance.ts";

const pieces: readonly string[] = [
  "\r\n",
  "\n",
  "\r",
  " ",
  "\t",
  "\0",
  ".",
  "*",
  ">",
  "_",
  "__",
  "_0d_0a",
  "-",
  "@",
  "\r\nPUB victim 3\r\nhey\r\n",
  "\r\nSUB > 99\r\n",
  " 0\r\n\r\nPUB b",
  "PING\r\n",
  "aiex.c.ctl.a.stop.b",
  "\u2028",
  "\u0085",
  "\u00a0",
  "\u200b",
  "é",
  "語",
  "😀",
  "\ud800",
  "\udc00",
  "\u001b[2J",
  "$SYS.",
  "_INBOX.",
  "cli-",
  "constructor",
  "0",
  "node",
  "A",
  "%0d%0a",
  "\\r\\n",
];

/** So many names: some pieces of the above, some characters of any kind, now and then nothing or far too much. */
export function* hostileNames(seed: number, count: number): Generator<string> {
  const chance = new Chance(seed);
  for (let made = 0; made < count; made += 1) {
    const parts = chance.below(100) === 0 ? chance.below(400) : chance.below(6);
    let name = "";
    for (let part = 0; part < parts; part += 1)
      name += chance.below(4) === 0 ? String.fromCharCode(chance.below(0x10000)) : chance.one(pieces);
    yield name;
  }
}
