// What is said of the rules agrees with what they do: the table of the rules that are code against the code.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtInCodeRules } from "../../../actors/analysis/built-in-rules.ts";
import { examine } from "../../../actors/analysis/examine.ts";
import { languages } from "../../../actors/analysis/languages.ts";
import { examineProject, type ProjectFile } from "../../../actors/analysis/project.ts";
import type { Finding } from "../../../actors/analysis/report.ts";
import { describeRules } from "../../../actors/analysis/rule-book.ts";
import { readRuleFiles } from "../../../actors/analysis/rule-files.ts";
import { readUserRules } from "../../../actors/analysis/user-rule.ts";
import { languageWords, severityWords } from "../../../cli/command-table.ts";

const folder = new URL("../../../actors/analysis/", import.meta.url);

/** Ids of rules that the sources spell out, such as "shared/long-line". */
const idsInCode = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && name !== "built-in-rules.ts")
  .flatMap((name) => [
    ...readFileSync(new URL(name, folder), "utf8").matchAll(/"((?:shared|erlang)\/[a-z0-9-]+)"/g),
  ])
  .map(([, id]) => id);

describe("the rules that are code", () => {
  it("are all in the table, each once, in order", () => {
    const ids = builtInCodeRules.map(({ id }) => id);
    expect(ids).toEqual([...new Set(idsInCode)].sort());
  });

  it("say what they find and what to do in sentences", () => {
    for (const { id, message, remedy } of builtInCodeRules) {
      expect(message, id).toMatch(/^[\p{L}`@].*[.?]$/su);
      expect(remedy, id).toMatch(/^[\p{L}`@].*[.?]$/su);
    }
  });

  const deep = "if (a) ".repeat(6);
  const lines = (count: number) => "  f();\n".repeat(count);
  const texts: readonly (readonly [string, string])[] = [
    ["shared/credential", `const a = "${"AKIA"}IOSFODNN7ABCDEFG";\n`],
    ["shared/long-line", `// ${"a word ".repeat(40)}\n`],
    ["shared/silence-without-reason", "// aiex-ignore\n"],
    ["shared/long-function", `function f() {\n${lines(70)}}\n`],
    ["shared/long-file", lines(1_100)],
    ["shared/many-parameters", "function f(a, b, c, d, e, g, h, i, j) {}\n"],
    ["shared/cognitive-complexity", `function f() { ${deep.repeat(3)}g(); }\n`],
    ["shared/deep-nesting", `function f() { ${deep}g(); }\n`],
    ["shared/cyclomatic-complexity", `function f(a) { switch (a) { ${"case b: ".repeat(30)} g(); } }\n`],
  ];

  it.each(texts)("say of %s what the finding says", async (id, text) => {
    const described = builtInCodeRules.find((rule) => rule.id === id);
    const findings = await findingsIn(text, "src/a.js");
    expect(findings).toContainEqual(
      expect.objectContaining({
        rule: id,
        category: described?.category,
        severity: described?.severity,
        remedy: described?.remedy,
      }),
    );
    const inTests = await findingsIn(text, "test/a.test.js");
    expect(inTests.some(({ rule }) => rule === id)).toBe(described?.inTests);
    const twice = (await findingsIn(`${text}\n${text}`, "src/a.js")).filter(({ rule }) => rule === id);
    if (described?.oncePerFile) expect(twice).toHaveLength(1);
  });
});

describe("the rules that look at several files", () => {
  const block = Array.from(
    { length: 12 },
    (_, index) => `  step${index}(first${index}, second${index}, third${index});\n`,
  );
  const texts: readonly (readonly [string, string, string])[] = [
    [
      "shared/duplicated-block",
      `function a() {\n${block.join("")}}\n`,
      `function b() {\n${block.join("")}}\n`,
    ],
    ["shared/import-cycle", 'import { b } from "./b.js";\nb();\n', 'import { a } from "./a.js";\na();\n'],
  ];

  it.each(texts)("say of %s what the finding says", async (id, first, second) => {
    const files: ProjectFile[] = [];
    for (const [path, text] of [
      ["src/a.js", first],
      ["src/b.js", second],
    ] as const) {
      const response = await examine({ id: 1, path, language: "javascript", text });
      if (!response.ok) throw new Error(response.reason);
      files.push({ path, language: "javascript", footprint: response.footprint });
    }
    const described = builtInCodeRules.find((rule) => rule.id === id);
    const found = [...examineProject(files).findings.values()].flat();
    expect(found).toContainEqual(
      expect.objectContaining({
        rule: id,
        category: described?.category,
        severity: described?.severity,
        remedy: described?.remedy,
      }),
    );
  });
});

describe("describeRules()", () => {
  it("names every rule once, in the order of their ids, with all there is to know", async () => {
    const rules = await describeRules([]);
    const ids = rules.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids).toHaveLength(readRuleFiles().length + builtInCodeRules.length);
    for (const { languages: applies } of rules) expect(applies.length).toBeGreaterThan(0);
    expect(rules.find(({ id }) => id === "javascript/eval")).toMatchObject({
      severity: "error",
      category: "security",
      languages: ["typescript", "tsx", "javascript"],
      origin: { kind: "built_in" },
      matcher: { rule: expect.anything() },
    });
    expect(rules.find(({ id }) => id === "shared/long-line")).toMatchObject({
      matcher: null,
      once_per_file: true,
    });
  });

  it("names the user's own by their files, also those that are off", async () => {
    const text = `id: own
language: C
severity: off
message: M.
rule: { kind: call_expression }
metadata: { category: smells, remedy: R., inTests: false, oncePerFile: true }
`;
    const rules = await describeRules(readUserRules(text, "/rules/a.yml").rules);
    expect(rules.at(-1)).toEqual({
      id: "user/own",
      severity: "off",
      category: "smells",
      languages: ["c", "cpp"],
      message: "M.",
      remedy: "R.",
      origin: { kind: "user", file: "/rules/a.yml", line: 1 },
      in_tests: false,
      once_per_file: true,
      matcher: { rule: { kind: "call_expression" } },
    });
  });

  it("knows the languages and severities that the command offers", () => {
    expect([...languageWords]).toEqual(languages.map(({ id }) => id));
    expect([...severityWords]).toEqual(["error", "warning", "info", "hint"]);
  });
});

async function findingsIn(text: string, path: string): Promise<readonly Finding[]> {
  const response = await examine({ id: 1, path, language: "javascript", text });
  if (!response.ok) throw new Error(response.reason);
  return response.findings;
}
