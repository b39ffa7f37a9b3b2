import { nkeys } from "nats";
import { describe, expect, test } from "vitest";
import { newNkey, nkeyOf } from "../../../runtime/broker/nkey.ts";
import { simulatedWorld } from "../../../runtime/index.ts";
import { Secret } from "../../../runtime/secret.ts";

describe("newNkey()", () => {
  test("makes seeds that the client of NATS takes for a user's, and that sign for their public half", () => {
    const { random } = simulatedWorld({ seed: 1 });
    for (let count = 0; count < 8; count += 1) {
      const { publicKey, seed } = newNkey(random);
      expect(seed.reveal()).toMatch(/^SU[A-Z2-7]{56}$/);
      expect(publicKey).toMatch(/^U[A-Z2-7]{55}$/);
      expect(nkeyOf(seed).publicKey).toBe(publicKey);
      const pair = nkeys.fromSeed(new TextEncoder().encode(seed.reveal()));
      const nonce = random.bytes(16);
      expect(nkeys.fromPublic(publicKey).verify(nonce, pair.sign(nonce))).toBe(true);
    }
  });

  test("shows the seed to nobody who prints it", () => {
    const key = newNkey(simulatedWorld({ seed: 1 }).random);
    expect(`${JSON.stringify(key)}${key.seed}`).not.toContain(key.seed.reveal());
  });
});

describe("nkeyOf()", () => {
  test.each(["", "SU", "x".repeat(58), "UAAAA"])("refuses %j", (text) => {
    expect(() => nkeyOf(new Secret(text))).toThrow();
  });

  test("refuses the key of an account", () => {
    const seed = new TextDecoder().decode(nkeys.createAccount().getSeed());
    expect(() => nkeyOf(new Secret(seed))).toThrow(/another kind/);
  });
});
