// Every rule finds what it is for and leaves alone what it is not for: the cases are data, in ast-grep's own test format.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { examine } from "../../../actors/analysis/examine.ts";
import { languages } from "../../../actors/analysis/languages.ts";
import { readRuleFiles } from "../../../actors/analysis/rule-files.ts";

interface Case {
  readonly id: string;
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
}

const folder = new URL("rule-cases/", import.meta.url);
const cases = readdirSync(folder)
  .sort()
  .flatMap((name) => parseAllDocuments(readFileSync(new URL(name, folder), "utf8")))
  .map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.toJS() as Case;
  });

describe("the rules", () => {
  it("each have cases to find and cases to leave alone", () => {
    expect(cases.map(({ id }) => id).sort()).toEqual(readRuleFiles().map(({ id }) => id));
    for (const { valid, invalid } of cases) expect(valid.length * invalid.length).toBeGreaterThan(0);
  });

  it("each say what to do, in sentences", () => {
    for (const rule of readRuleFiles()) {
      expect(rule.message, rule.id).toMatch(/^[\p{L}`@].*[.?]$/su);
      expect(rule.remedy, rule.id).toMatch(/^\p{Lu}.*\.$/su);
    }
  });
});

describe.each(cases)("$id", ({ id, valid, invalid }) => {
  const ruleFolder = id.slice(0, id.indexOf("/"));
  const applies = languages.filter((language) => language.ruleFolders.includes(ruleFolder));

  for (const language of applies) {
    it.each(invalid)(`finds in ${language.name}: %s`, async (text) => {
      expect(await rulesFoundIn(text, language.id)).toContain(id);
    });

    it.each(valid)(`leaves alone in ${language.name}: %s`, async (text) => {
      expect(await rulesFoundIn(text, language.id)).not.toContain(id);
    });
  }
});

async function rulesFoundIn(text: string, language: string): Promise<string[]> {
  const response = await examine({ id: 1, path: "snippet", language, text });
  if (!response.ok) throw new Error(`${text}: ${response.reason}`);
  return response.findings.map((finding) => finding.rule);
}
