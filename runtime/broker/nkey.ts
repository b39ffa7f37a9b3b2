// An nkey: the key pair with which a node or a person proves who they are. The server knows the public half only.
import { nkeys } from "nats";
import { Secret } from "../secret.ts";
import type { Random } from "../world.ts";

export interface Nkey {
  readonly publicKey: string;
  /** As nkeys are written: `SU…`. */
  readonly seed: Secret;
}

const rawBytes = 32;
/** The bytes that make the text of a user's seed begin with `SU`: seed (18 * 8), with the kind (20 * 8) shifted into it. */
const userSeedPrefix = [0x95, 0x00] as const;
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new key of a user. `random` must be fit for secrets. */
export function newNkey(random: Pick<Random, "bytes">): Nkey {
  const body = Uint8Array.from([...userSeedPrefix, ...random.bytes(rawBytes)]);
  const sum = checksum(body);
  return nkeyOf(new Secret(asBase32(Uint8Array.from([...body, sum & 0xff, sum >> 8]))));
}

/** @throws {Error} `seed` is no user's seed */
export function nkeyOf(seed: Secret): Nkey {
  const pair = nkeys.fromSeed(new TextEncoder().encode(seed.reveal()));
  const publicKey = pair.getPublicKey();
  pair.clear();
  if (!publicKey.startsWith("U")) throw new Error("The seed belongs to another kind of key than a user's.");
  return { publicKey, seed };
}

/** CRC-16/XMODEM, as nkeys use it. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ 0x1021;
    sum &= 0xffff;
  }
  return sum;
}

function asBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += base32[(value >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + base32[(value << (5 - bits)) & 31];
}
