// A file's new text, of what a model has answered.
import { describe, expect, it } from "vitest";
import { plainText } from "../../../actors/analysis/text-rules.ts";
import { nothingToDo, rewritten } from "../../../actors/writing/rewrite.ts";
import { sanitizeText } from "../../../runtime/observe/sanitize.ts";

const path = "src/a.ts";

/** As a model is shown it. */
function shownOf(text: string, hide = (shown: string) => shown): readonly string[] {
  const lines = sanitizeText(hide(plainText(text))).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function block(search: string, replace: string, named = path): string {
  return `${named}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;
}

function made(text: string, answer: string, hide?: (shown: string) => string): string | null {
  const result = rewritten([{ path, text, lines: shownOf(text, hide) }], answer);
  if (!result.ok) throw new Error(result.problem);
  return result.files[0]?.text ?? null;
}

function problemOf(text: string, answer: string, hide?: (shown: string) => string): string {
  const result = rewritten([{ path, text, lines: shownOf(text, hide) }], answer);
  return result.ok ? "none" : result.problem;
}

const text = "const a = 1;\nconst b = 2;\nconst c = 3;\n";
const hideKey = (shown: string): string => shown.replace("sk-1234", "[masked]");

describe("rewritten()", () => {
  it("puts the edits of an answer into the file, whatever is said around them", () => {
    const answer = `I renamed b.\n\n\`\`\`\n${block("const b = 2;", "const bee = 2;")}\`\`\`\nThat is all.`;
    expect(made(text, answer)).toBe("const a = 1;\nconst bee = 2;\nconst c = 3;\n");
  });

  it.each([
    ["line feeds", "a\nb\nc\n", "a\nB\nb2\nc\n"],
    ["carriage returns and line feeds", "a\r\nb\r\nc\r\n", "a\r\nB\r\nb2\r\nc\r\n"],
    ["carriage returns", "a\rb\rc\r", "a\rB\rb2\rc\r"],
    ["no last ending", "a\nb", "a\nB\nb2"],
    ["endings of both kinds", "a\r\nb\nc\n", "a\r\nB\r\nb2\r\nc\n"],
  ])("keeps every other line to the byte: %s", (_, before, after) => {
    expect(made(before, block("b", "B\nb2"))).toBe(after);
  });

  it("takes an answer whose lines end with carriage returns as well", () => {
    expect(made(text, block("const b = 2;", "const bee = 2;").replaceAll("\n", "\r\n"))).toContain(
      "= 1;\nconst bee = 2;\n",
    );
  });

  it("keeps secrets that the model was not shown", () => {
    const secret = 'const key = "sk-1234";\nconst a = 1;\n';
    const answer = block('const key = "[masked]";\nconst a = 1;', 'const key = "[masked]";\nconst a = 2;');
    expect(made(secret, answer, hideKey)).toBe('const key = "sk-1234";\nconst a = 2;\n');
  });

  it("keeps characters that the model was shown as others", () => {
    const hidden = "// \u202e hidden\na();\n";
    expect(made(hidden, block("// \\u{202e} hidden\na();", "// \\u{202e} hidden\nb();"))).toBe(
      "// \u202e hidden\nb();\n",
    );
  });

  it("understands that nothing is to be done", () => {
    expect(made(text, `It is fine.\n${nothingToDo}`)).toBeNull();
  });

  it.each([
    ["another file", block("const a = 1;", "x", "src/b.ts"), 'changes "src/b.ts"'],
    ["a file above", block("const a = 1;", "x", "../../.bashrc"), ".bashrc"],
    ["two files", block("const a = 1;", "x") + block("", "x", "src/b.ts"), 'changes "src/b.ts"'],
    ["a file made anew", block("", "x").replace("SEARCH\n\n", "SEARCH\n"), "nothing to find"],
    ["lines that are not there", block("const d = 4;", "x"), "not in the file"],
    ["a block that is cut off", block("const a = 1;", "x").slice(0, -20), "cut off"],
    ["prose", "You could rename b.", "no search/replace block"],
    ["nothing", "", "no search/replace block"],
    ["control characters", block("const a = 1;", "const a = '\u001b[2J';"), "cannot be seen"],
    ["characters that reorder text", block("const a = 1;", "/* \u202e */"), "cannot be seen"],
    ["what only stands for a secret", block("const a = 1;", 'const a = "[masked]";'), "[masked]"],
  ])("refuses %s", (_, answer, problem) => {
    expect(problemOf(text, answer)).toContain(problem);
  });

  it("refuses to take away, or to change, a line of which a part is hidden", () => {
    const secret = 'const key = "sk-1234";\nconst a = 1;\n';
    expect(problemOf(secret, block('const key = "[masked]";', "const key = env();"), hideKey)).toContain(
      "changes line 1, of which a part is hidden",
    );
    expect(
      problemOf(secret, block('const key = "[masked]";', "").replace("\n\n>", "\n>"), hideKey),
    ).toContain("line 1");
  });

  it("changes several files by one answer, and says in which of them something is wrong", () => {
    const files = ["a.ts", "b.ts", "c.ts"].map((name) => ({ path: name, text, lines: shownOf(text) }));
    const [a, c] = [
      block("const a = 1;", "const a = 0;", "a.ts"),
      block("const c = 3;", "const c = 0;", "./c.ts"),
    ];
    const result = rewritten(files, `${c}\nand\n${a}`);
    expect(result.ok && result.files.map(({ path: name, lines }) => [name, lines[0], lines[2]])).toEqual([
      ["a.ts", "const a = 0;", "const c = 3;"],
      ["c.ts", "const a = 1;", "const c = 0;"],
    ]);
    const wrong = rewritten(files, a + block("const d", "x", "b.ts"));
    expect(wrong.ok ? "" : wrong.problem).toContain('In "b.ts": The lines');
    const strange = rewritten(files, block("const d", "x", "d.ts"));
    expect(strange.ok ? "" : strange.problem).toContain('"d.ts", which you were not given');
  });

  it("refuses an edit that stands in several places", () => {
    expect(problemOf("a\nb\na\nb\n", block("a", "c"))).toContain("several places");
  });
});
