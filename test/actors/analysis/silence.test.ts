// Comments silence findings only where they say which and why.
import { describe, expect, it } from "vitest";
import { examine } from "../../../actors/analysis/examine.ts";
import { examineText } from "../../../actors/analysis/examine-text.ts";
import { languageById } from "../../../actors/analysis/languages.ts";

const because = "-- the text is written by us";

describe("aiex-ignore", () => {
  it.each([
    ["the line before", `// aiex-ignore javascript/eval ${because}\neval(text);`],
    ["its own line", `eval(text); // aiex-ignore javascript/eval ${because}`],
    ["a block comment", `/* aiex-ignore javascript/eval ${because} */\neval(text);`],
    ["several rules", `// aiex-ignore javascript/var, javascript/eval ${because}\neval(text);`],
    ["a file", `// aiex-ignore-file javascript/eval ${because}\n\n\neval(text);`],
    ["a line with CRLF", `// aiex-ignore javascript/eval ${because}\r\neval(text);\r\n`],
  ])("silences a finding on or after %s", async (_, text) => {
    expect(await rulesIn(text)).toEqual([]);
  });

  it.each([
    ["typescript", "// %\neval(a);", "javascript/eval"],
    ["python", "# %\neval(a)", "python/eval"],
    ["elixir", "# %\nx = String.to_atom(a)", "elixir/dynamic-atom"],
    ["go", 'package a\n\nimport "crypto/md5"\n\n// %\nvar a = md5.New()', "go/weak-hash"],
    ["rust", "fn f() {\n    // %\n    todo!()\n}", "rust/unfinished-code"],
    [
      "java",
      "class A {\n  void f(Throwable e) {\n    // %\n    e.printStackTrace();\n  }\n}",
      "java/stack-trace-printed",
    ],
    ["ruby", "# %\nx = eval(a)", "ruby/eval"],
    ["c", "void f(char *a) {\n  /* % */\n  gets(a);\n}", "c/gets"],
    ["cpp", "void f(char *a) {\n  // %\n  gets(a);\n}", "c/gets"],
    ["erlang", "-module(a).\nf(A) ->\n    %% %\n    binary_to_term(A).\n", "erlang/unsafe-binary-to-term"],
  ])("is a comment of %s", async (language, text, rule) => {
    const found = async (line: string) => {
      const answer = await examine({
        id: 1,
        path: "a",
        language,
        text: text.replace("%\n", `${line}\n`).replace("% ", `${line} `),
      });
      if (!answer.ok) throw new Error(answer.reason);
      return answer.findings.map((finding) => finding.rule);
    };
    expect(await found("as it should be")).toContain(rule);
    expect(await found(`aiex-ignore ${rule} ${because}`)).not.toContain(rule);
  });

  it("silences one place of a rule that is told once for a file, and not the others", async () => {
    const text = `fn f() {\n    a.unwrap(); // aiex-ignore rust/unwrap ${because}\n    b.unwrap();\n    c.unwrap();\n}\n`;
    const answer = await examine({ id: 1, path: "a.rs", language: "rust", text });
    expect(answer).toMatchObject({
      findings: [{ rule: "rust/unwrap", line: 3, message: expect.stringContaining("1 more of these") }],
    });
  });

  it("is a comment between elements of JSX", async () => {
    const text = `const a = <b>\n  {/* aiex-ignore javascript/eval ${because} */}\n  {eval(c)}\n</b>;\n`;
    const answer = await examine({ id: 1, path: "a.tsx", language: "tsx", text });
    expect(answer).toMatchObject({ ok: true, findings: [] });
  });

  it.each([
    ["another rule", `// aiex-ignore javascript/var ${because}\neval(text);`],
    ["two lines above", `// aiex-ignore javascript/eval ${because}\n\neval(text);`],
    ["behind code on the line before", `f(); // aiex-ignore javascript/eval ${because}\neval(text);`],
    ["in a string", `f("// aiex-ignore javascript/eval ${because}");\neval(text);`],
    ["in the middle of a comment", `// write aiex-ignore javascript/eval ${because}\neval(text);`],
    ["by another word", `// aiex-ignored javascript/eval ${because}\neval(text);`],
  ])("leaves a finding where it is %s", async (_, text) => {
    expect(await rulesIn(text)).toEqual(["javascript/eval"]);
  });

  it.each([
    ["a reason", "// aiex-ignore javascript/eval\neval(text);", "it gives no reason"],
    ["a reason behind the dashes", "// aiex-ignore javascript/eval -- \neval(text);", "it gives no reason"],
    ["a rule", `// aiex-ignore ${because}\neval(text);`, "it names no rule"],
    ["a rule for the file", `// aiex-ignore-file ${because}\neval(text);`, "it names no rule"],
  ])("silences nothing without %s, and says so", async (_, text, why) => {
    const response = await examine({ id: 1, path: "a.js", language: "javascript", text });
    if (!response.ok) throw new Error(response.reason);
    expect(response.findings.map(({ rule }) => rule)).toEqual([
      "shared/silence-without-reason",
      "javascript/eval",
    ]);
    expect(response.findings[0]).toMatchObject({
      severity: "hint",
      line: 1,
      message: expect.stringContaining(why),
    });
  });

  it("silences findings from metrics at the line of the function", async () => {
    const body = "  f();\n".repeat(80);
    const text = `// aiex-ignore shared/long-function -- a table of calls\nfunction g() {\n${body}}\n`;
    expect(await rulesIn(text)).toEqual([]);
    expect(await rulesIn(text.replace(/^.*\n/, ""))).toEqual(["shared/long-function"]);
  });

  it("works in Python and Elixir comments", async () => {
    expect(await rulesIn(`# aiex-ignore python/eval ${because}\neval(text)\n`, "python")).toEqual([]);
    expect(await rulesIn(`# aiex-ignore elixir/pry ${because}\nIEx.pry()\n`, "elixir")).toEqual([]);
  });

  it("works in a text that no grammar could read", () => {
    const key = `AKIA${"QWERTYUIOPASDFGH"}`;
    const python = languageById("python");
    expect(examineText(`a = "${key}" (\n`, python).findings).toHaveLength(1);
    const silenced = `# aiex-ignore shared/credential -- revoked years ago\na = "${key}" (\n`;
    expect(examineText(silenced, python).findings).toEqual([]);
  });
});

async function rulesIn(text: string, language = "javascript"): Promise<string[]> {
  const response = await examine({ id: 1, path: "snippet", language, text });
  if (!response.ok) throw new Error(response.reason);
  return response.findings.map(({ rule }) => rule);
}
