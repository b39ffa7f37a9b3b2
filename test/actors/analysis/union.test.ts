// A union of rules finds exactly what the rules find one by one.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasGrammar, parse } from "../../../actors/analysis/grammar.ts";
import { languageById } from "../../../actors/analysis/languages.ts";
import { readRuleFiles } from "../../../actors/analysis/rule-files.ts";
import { syntaxes } from "../../../actors/analysis/syntax.ts";
import { type Union, union } from "../../../actors/analysis/union.ts";

const sources = new URL("../../../actors/analysis/", import.meta.url);
const typescript = languageById("typescript");

describe("union()", () => {
  it("finds what the rules find one by one, on the sources of this folder", async () => {
    const matchers = readRuleFiles()
      .filter(
        (rule) => typescript?.ruleFolders.includes(rule.folder) && rule.matcher.constraints === undefined,
      )
      .map(({ matcher }) => matcher);
    const joined = union(matchers, { areExclusive: false });
    for (const text of sourceTexts()) {
      const root = await rootOf(text);
      const single = matchers.flatMap((matcher, rule) =>
        root.findAll(matcher).map((node) => `${node.id()} ${rule}`),
      );
      expect(pairs(joined, root)).toEqual(single.sort());
    }
  });

  it("finds every role once, on the sources of this folder", async () => {
    const matchers = syntaxes.typescript.roles.map(([, rule]) => ({ rule }));
    const joined = union(matchers, { areExclusive: true });
    for (const text of sourceTexts()) {
      const root = await rootOf(text);
      const single = matchers.flatMap((matcher, rule) =>
        root.findAll(matcher).map((node) => `${node.id()} ${rule}`),
      );
      expect(pairs(joined, root)).toEqual(single.sort());
    }
  });

  it("tells apart many rules that match one node, utility rules of one name among them", async () => {
    const matchers = ["a", "a|b", "z", "b|a|c", "q", "a"].map((names) => ({
      rule: { kind: "identifier", matches: "name" },
      utils: { name: { regex: `^(${names})$` } },
    }));
    const root = await rootOf("a; b;");
    const found = union(matchers, { areExclusive: false }).findAll(root);
    expect(found.map(({ node, rule }) => [node.text(), rule])).toEqual([
      ["a", 0],
      ["a", 1],
      ["a", 3],
      ["a", 5],
      ["b", 1],
      ["b", 3],
    ]);
  });

  it("of nothing finds nothing", async () => {
    expect(union([], { areExclusive: true }).findAll(await rootOf("a"))).toEqual([]);
  });
});

function sourceTexts(): string[] {
  return readdirSync(sources)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(new URL(name, sources), "utf8"));
}

async function rootOf(text: string) {
  if (typescript === null || !hasGrammar(typescript)) throw new Error("TypeScript has no grammar");
  const parsed = await parse(typescript, text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.root;
}

function pairs(joined: Union, root: Parameters<Union["findAll"]>[0]): string[] {
  return joined
    .findAll(root)
    .map(({ node, rule }) => `${node.id()} ${rule}`)
    .sort();
}
