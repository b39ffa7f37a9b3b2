// What is said before a model is asked: all of it, in plain words, within the columns.
import { describe, expect, test } from "vitest";
import type { Disclosure } from "../../../actors/review/disclosure.ts";
import { disclosureText } from "../../../cli/render/disclosure-text.ts";
import { reportFile, type Terminal } from "../../../cli/terminal.ts";

const ascii: Terminal = { ...reportFile, unicode: false };

const disclosure: Disclosure = {
  provider: "openai",
  kind: "openai",
  model: "gpt-5.4-mini",
  host: "api.openai.com",
  place: "network",
  files: ["src/a.ts", "src/b.ts", "src/c.ts", "src/d.ts"],
  tokens: 5_300,
  costMaxUsd: 0.1234,
  masked: 2,
  leftOut: [
    { path: "x.ts", reason: "analysis.review_max_files is 4; other files had more findings or more code." },
    { path: "y.ts", reason: "analysis.review_max_files is 4; other files had more findings or more code." },
    { path: "secrets.ts", reason: "It is secret." },
  ],
};

describe("disclosureText()", () => {
  test("says where, what, how much, what it may cost and what stays", () => {
    expect(disclosureText(disclosure, ascii)).toBe(
      `A model reviews too. This leaves your machine now (--no-model keeps it here):
  to    api.openai.com: provider openai, model gpt-5.4-mini
  what  4 files, about 5300 tokens, 2 secrets masked: src/a.ts, src/b.ts,
        src/c.ts and 1 more
  cost  at most about US$ 0.13; usually a small part of that
  not   2 files: analysis.review_max_files is 4; other files had more findings
        or more code.
  not   1 file: It is secret.
`,
    );
  });

  test.each<[string, Partial<Disclosure>, string]>([
    ["a model on this machine", { place: "machine", costMaxUsd: 0 }, "nothing leaves the machine"],
    [
      "a program that may pass it on",
      { place: "gateway" },
      "a program on this machine, which may pass it on",
    ],
    ["an unknown price", { costMaxUsd: null }, "price unknown"],
    ["a price of nothing elsewhere", { costMaxUsd: 0 }, "nothing, by the price that is known"],
    ["a cost below a cent, rounded up", { costMaxUsd: 0.00011 }, "US$ 0.0002"],
    ["a model that the server chooses", { model: null }, "model the first model that it has"],
    ["an entry by its own name", { provider: "work" }, "provider work (openai)"],
    ["no secret", { masked: 0 }, "no secret found in it"],
    [
      "instructions",
      { instructions: ["AGENTS.md", "a/CLAUDE.md"] },
      "; with the instructions of AGENTS.md, a/CLAUDE.md",
    ],
    [
      "what may go with each of many files",
      { alongEachMax: 6000 },
      "; with each up to 6000 tokens of other files that belong with it",
    ],
    [
      "pieces of other files",
      { surroundings: { pieces: 7, files: 1, tokens: 900 } },
      "; with 7 pieces of 1 other file of the project (900 tokens)",
    ],
    ["what was found", { earlierTokens: 12 }, "; with what earlier operations found about it (12 tokens)"],
    ["what goes along alone", { files: [], earlierTokens: 9 }, "and no file that you named; with what"],
    ["what there is no room for", { without: ["the rest: too much"] }, "not the rest: too much"],
  ])("says %s", (_, over, words) => {
    expect(disclosureText({ ...disclosure, ...over }, ascii).replaceAll(/\s+/g, " ")).toContain(words);
  });

  test("claims that nothing leaves for no other place", () => {
    for (const place of ["gateway", "network"] as const) {
      expect(disclosureText({ ...disclosure, place }, ascii)).not.toContain("nothing leaves");
    }
  });

  test("shows what is hostile and stays within the columns", () => {
    const files = ["a\x1b[2J\u202e.ts", `${"long".repeat(60)}.ts`, "line\nfeed.ts"];
    const text = disclosureText({ ...disclosure, files, host: "h\x07", model: "m\nTo: all" }, ascii);
    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
