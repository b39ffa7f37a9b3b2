import { describe, expect, test } from "vitest";
import { type PackCandidate, pack } from "../../../../actors/context/packing/pack.ts";

let nextLine = 1;
const candidate = (path: string, over: Partial<PackCandidate> = {}): PackCandidate => {
  nextLine += 100;
  return {
    ...{ path, fromLine: nextLine, toLine: nextLine + 9, text: `text of ${path}`, tokens: 84 },
    ...{ signatures: `signature of ${path}`, signatureTokens: 4, reasons: [`why ${path}`] },
    ...over,
  };
};

const compressed = { isEnabled: true, ratio: 0.5 };
const plain = { isEnabled: false, ratio: 0.5 };

describe("pack()", () => {
  test("takes everything whole where it fits", () => {
    const candidates = [candidate("a"), candidate("b")];
    const { pieces, leftOut, tokens } = pack({ candidates, budgetTokens: 1_000, compression: compressed });
    expect(pieces.map(({ path, form }) => [path, form])).toEqual([
      ["a", "whole"],
      ["b", "whole"],
    ]);
    expect(leftOut).toEqual([]);
    expect(tokens).toBe(200);
  });

  test("drops bodies before signatures, the worst first", () => {
    const candidates = [candidate("a"), candidate("b"), candidate("c"), candidate("d")];
    const { pieces, leftOut } = pack({ candidates, budgetTokens: 250, compression: compressed });
    expect(pieces.map(({ path, form }) => [path, form])).toEqual([
      ["a", "whole"],
      ["b", "whole"],
      ["c", "signatures"],
      ["d", "signatures"],
    ]);
    expect(leftOut).toEqual([]);
  });

  test("leaves room for signatures however good the bodies are", () => {
    const candidates = [candidate("a"), candidate("b"), candidate("c", { tokens: 150 })];
    const { pieces } = pack({ candidates, budgetTokens: 200, compression: compressed });
    expect(pieces.map(({ path, form }) => [path, form])).toEqual([
      ["a", "whole"],
      ["b", "signatures"],
      ["c", "signatures"],
    ]);
  });

  test("leaves out what does not fit where nothing may be compressed, and says so", () => {
    const candidates = [candidate("a"), candidate("b"), candidate("c")];
    const { pieces, leftOut } = pack({ candidates, budgetTokens: 210, compression: plain });
    expect(pieces.map(({ path }) => path)).toEqual(["a", "b"]);
    expect(leftOut).toEqual([expect.objectContaining({ path: "c", tokens: 84, reasons: ["why c"] })]);
  });

  test("passes over one that is too large for those behind it", () => {
    const candidates = [candidate("large", { tokens: 5_000, signatures: "" }), candidate("small")];
    const { pieces, leftOut } = pack({ candidates, budgetTokens: 200, compression: compressed });
    expect(pieces.map(({ path }) => path)).toEqual(["small"]);
    expect(leftOut.map(({ path }) => path)).toEqual(["large"]);
  });

  test("puts the pieces of a file together, by their lines, with the reasons of all", () => {
    const candidates = [
      candidate("a", { fromLine: 11, toLine: 20, text: "second", reasons: ["two"] }),
      candidate("b"),
      candidate("a", { fromLine: 1, toLine: 9, text: "first", reasons: ["one"] }),
      candidate("a", { fromLine: 90, toLine: 99, text: "far", reasons: ["three"] }),
    ];
    const { pieces } = pack({ candidates, budgetTokens: 1_000, compression: compressed });
    expect(
      pieces.map(({ path, fromLine, toLine, text, reasons }) => [path, fromLine, toLine, text, reasons]),
    ).toEqual([
      ["a", 1, 20, "first\n\nsecond", ["one", "two"]],
      ["a", 90, 99, "far", ["three"]],
      ["b", expect.any(Number), expect.any(Number), "text of b", ["why b"]],
    ]);
  });

  test("never takes more than the budget, whatever comes", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let round = 0; round < 500; round += 1) {
      const candidates = Array.from({ length: random(30) }, (_, at) => {
        const tokens = random(400);
        const hasSignatures = random(2) === 0;
        return candidate(`f${random(8)}`, {
          ...{ fromLine: at * 10, toLine: at * 10 + random(10), tokens },
          ...(hasSignatures
            ? { signatureTokens: random(tokens + 1) }
            : { signatures: "", signatureTokens: 0 }),
        });
      });
      const budgetTokens = random(2_000);
      for (const compression of [plain, compressed, { isEnabled: true, ratio: random(100) / 100 }]) {
        const { pieces, leftOut, tokens } = pack({ candidates, budgetTokens, compression });
        expect(tokens).toBeLessThanOrEqual(budgetTokens);
        expect(tokens).toBe(pieces.reduce((sum, piece) => sum + piece.tokens, 0));
        expect(pieces.length + leftOut.length).toBeLessThanOrEqual(candidates.length);
      }
    }
  });

  test("takes nothing into no budget, and nothing of nothing", () => {
    expect(pack({ candidates: [candidate("a")], budgetTokens: 0, compression: compressed }).pieces).toEqual(
      [],
    );
    expect(pack({ candidates: [], budgetTokens: 100, compression: compressed })).toEqual({
      pieces: [],
      leftOut: [],
      tokens: 0,
    });
  });
});
