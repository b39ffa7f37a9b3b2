// Reading standard input to its end, up to a limit.
import { describe, expect, it } from "vitest";
import { readStdin, StdinFailed, StdinTooLarge } from "../../cli/stdin.ts";
import { chunks } from "./fixtures.ts";

describe("readStdin()", () => {
  it("joins what arrives in pieces, bytes and all", async () => {
    const bytes = await readStdin(chunks(["ab", new Uint8Array([0xff, 0x00]), "", "c"]), 100);
    expect([...bytes]).toEqual([97, 98, 0xff, 0, 99]);
  });

  it("gives nothing for nothing", async () => {
    expect(await readStdin(chunks([]), 100)).toHaveLength(0);
  });

  it("takes exactly the limit and not a byte more", async () => {
    expect(await readStdin(chunks(["abcd"]), 4)).toHaveLength(4);
    await expect(readStdin(chunks(["ab", "cde"]), 4)).rejects.toBeInstanceOf(StdinTooLarge);
  });

  it("stops reading an endless input at the limit", async () => {
    let produced = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        produced += 1;
        yield new Uint8Array(1_024);
      }
    }
    await expect(readStdin(endless(), 10_000)).rejects.toThrow(/more than/);
    expect(produced).toBe(10);
  });

  it("says why it could not read", async () => {
    // biome-ignore lint/correctness/useYield: an input that fails before it gives anything.
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error("EISDIR: illegal operation on a directory");
    }
    const failure = readStdin(broken(), 100);
    await expect(failure).rejects.toBeInstanceOf(StdinFailed);
    await expect(failure).rejects.toThrow(/EISDIR.*--file/);
  });
});
