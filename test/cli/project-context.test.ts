// `aiex context index|show` against a fake library: what is printed where, and how it ends.
import { describe, expect, it } from "vitest";
import { InputRefused } from "../../supervisors/aiex.ts";
import type { IndexReport, Packed, PackRequest } from "../../supervisors/context.ts";
import { runOn, type StageOptions, stage } from "./fixtures.ts";

const report: IndexReport = {
  root: "/shop",
  ...{ files: 3, lines: 40, bytes: 2_048, parts: 6, symbols: 5, imports: 2, uses: 1 },
  languages: [
    { language: "typescript", files: 2 },
    { language: null, files: 1 },
  ],
  ...{ parsed: 1, known: 2, elapsedMs: 12 },
  passedOver: [{ reason: "binary", files: 1 }],
};

const packed: Packed = {
  root: "/shop",
  pieces: [
    {
      ...{ path: "src/cart.ts", fromLine: 1, toLine: 2, form: "whole", tokens: 40 },
      text: "export function total() {\n  return 1;",
      reasons: ["you named it"],
    },
    {
      ...{ path: "src/\u001b[31mprice.ts", fromLine: 3, toLine: 9, form: "signatures", tokens: 20 },
      text: "function priceOf(item\u202e)",
      reasons: ["defines priceOf, which src/cart.ts uses"],
    },
  ],
  leftOut: [{ path: "src/mail.ts", fromLine: 1, toLine: 90, tokens: 900, reasons: ['matches "mail"'] }],
  ...{ leftOutCount: 3, tokens: 60, budgetTokens: 100, files: 3 },
};

async function ran(words: readonly string[], options: StageOptions["context"]) {
  const scene = stage({ context: options ?? {} });
  const code = await runOn(scene, words);
  return { code, out: scene.stdout(), err: scene.stderr(), stops: scene.stops() };
}

describe("aiex context index", () => {
  it("prints what is in it, what was passed over, and stops the library", async () => {
    const { code, out, err, stops } = await ran(["context", "index"], { index: async () => report });
    expect(out).toBe(
      `/shop
  files:        3 (40 lines, 2.0 KiB)
  languages:    typescript 2, text 1
  definitions:  5
  imports:      2 between files
  uses:         1 of files that use what another one defines
  time:         12 ms: 1 parsed, 2 known by their content
  not in it:    1 file: binary
`,
    );
    expect({ code, err, stops }).toEqual({ code: 0, err: "", stops: 1 });
  });

  it.each([
    [{ state: "off" }, ""],
    [
      { state: "too_large" },
      "  watched:      no, there are too many files: each question looks at all of them\n",
    ],
    [
      { state: "failed", reason: "no watches \u001b[31mare left" },
      "  watched:      no, each question looks at all files: no watches \\x1b[31mare left\n",
    ],
  ] as const)("says of a watch that is %j no more than there is to say", async (watch, line) => {
    const { out } = await ran(["context", "index"], { index: async () => ({ ...report, watch }) });
    expect(
      out
        .split("\n")
        .filter((one) => one.includes("watched:"))
        .map((one) => `${one}\n`)
        .join(""),
    ).toBe(line);
  });

  it("says how many commits of its history are known", async () => {
    const { out } = await ran(["context", "index"], {
      index: async () => ({ ...report, history: { commits: 300 } }),
    });
    expect(out).toContain("\n  history:      300 commits\n");
  });

  it("gives programs the same", async () => {
    const { out } = await ran(["context", "index", "a", "--format", "json"], {
      index: async (request) => ({ ...report, root: `/${request?.path}` }),
    });
    expect(JSON.parse(out)).toEqual({ schema: "aiex.context-index/1", ...report, root: "/a" });
  });

  it("ends with 1 where the path cannot be read", async () => {
    const { code, out, err } = await ran(["context", "index", "nowhere"], {
      index: async () => {
        throw new InputRefused("file_not_found", 'Cannot read "nowhere": it does not exist.');
      },
    });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain('Cannot read "nowhere"');
  });
});

describe("aiex context show", () => {
  it("asks for what was said", async () => {
    const asked: PackRequest[] = [];
    const pack = async (request: PackRequest) => {
      asked.push(request);
      return packed;
    };
    await ran(["context", "show"], { pack });
    await ran(["context", "show", "src", "--query", "a b", "--budget", "500"], { pack });
    expect(asked).toMatchObject([
      { paths: [], query: "", budgetTokens: 16_000 },
      { paths: ["src"], query: "a b", budgetTokens: 500 },
    ]);
  });

  it("prints each piece under its place, with nothing that a terminal would act on", async () => {
    const { code, out } = await ran(["context", "show"], { pack: async () => packed });
    expect(out).toBe(`src/cart.ts:1-2 (40 tokens)
export function total() {
  return 1;

src/\\x1b[31mprice.ts:3-9 (20 tokens, signatures)
function priceOf(item\\u{202e})

2 pieces of 3 files in /shop: 60 of 100 tokens.
`);
    expect(code).toBe(0);
  });

  it("says why instead of what, and what was left out", async () => {
    const { out } = await ran(["context", "show", "--why"], { pack: async () => packed });
    expect(out).toContain("src/cart.ts:1-2 (40 tokens)\n  you named it\n");
    expect(out).toContain('Left out (3):\n  src/mail.ts:1-90 (900 tokens): matches "mail"\n');
    expect(out).not.toContain("export function");
  });

  it("says what to do where nothing was found", async () => {
    const none = { ...packed, pieces: [], leftOut: [], leftOutCount: 0, tokens: 0 };
    const { code, out } = await ran(["context", "show"], { pack: async () => none });
    expect(out).toMatch(/^Nothing was found\. Name a file or folder, or give --query/);
    expect(code).toBe(0);
  });

  it("gives programs the same", async () => {
    const { out } = await ran(["context", "show", "--format", "json"], { pack: async () => packed });
    expect(JSON.parse(out)).toEqual({ schema: "aiex.context/1", ...packed });
  });

  it.each([["0"], ["1.5"], ["many"]])("refuses a budget of %s", async (budget) => {
    const { code, err } = await ran(["context", "show", "--budget", budget], { pack: async () => packed });
    expect(code).toBe(2);
    expect(err).toContain("--budget");
  });
});
