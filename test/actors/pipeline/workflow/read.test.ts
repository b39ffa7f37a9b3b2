// Workflows read from their files: those of the package, and what is wrong with others, each with its place.
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { builtInWorkflow } from "../../../../actors/pipeline/workflow/built-in.ts";
import { builtInWorkflowNames } from "../../../../actors/pipeline/workflow/names.ts";
import { describeWorkflowProblems } from "../../../../actors/pipeline/workflow/problem.ts";
import { readWorkflow } from "../../../../actors/pipeline/workflow/read.ts";
import { workflowJsonSchema } from "../../../../actors/pipeline/workflow/schema.ts";
import { withHead, workflowText } from "../../../../actors/pipeline/workflow/write.ts";
import { realWorld } from "../../../../runtime/worlds/real.ts";

const { files } = realWorld();

test("docs/schema/workflow.json is the schema of a workflow (`npx vitest run -u` writes it anew)", async () => {
  const published = fileURLToPath(new URL("../../../../docs/schema/workflow.json", import.meta.url));
  await expect(`${JSON.stringify(workflowJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(published);
});

/** Lines of a workflow, with others in place of some. */
function file(over: { readonly [key: string]: string | undefined } = {}): string {
  const keys = {
    ...{ schema: "aiex.workflow/1", name: "review", version: "1", spec: '"analyze | refactor"' },
    ...over,
  };
  return Object.entries(keys)
    .map(([key, value]) => (value === undefined ? "" : `${key}: ${value}\n`))
    .join("");
}

function told(text: string, name?: string): string {
  const read = readWorkflow(text, name);
  return read.ok ? "" : describeWorkflowProblems("w.yaml", text, read.problems);
}

describe("A workflow's file", () => {
  it.each(builtInWorkflowNames)("is whole in the package: %s", async (name) => {
    const text = await builtInWorkflow(files, name);
    expect(told(text, name)).toBe("");
    expect(readWorkflow(text, name)).toMatchObject({ workflow: { name, version: 1, mode: "sequential" } });
  });

  it("is read with the defaults of what it leaves out", () => {
    const read = readWorkflow(file());
    expect(read).toMatchObject({
      ok: true,
      workflow: { name: "review", version: 1, description: "", mode: "sequential", parameters: {} },
    });
    expect(read.ok && read.workflow.steps.map(({ number, word }) => [number, word])).toEqual([
      [1, "analyze"],
      [2, "refactor"],
    ]);
  });

  it("may be a list of steps, each of which is told of where it stands", () => {
    const text = file({
      spec: undefined,
      steps: "\n  - analyze type:all\n  - filter severity:hgih | refactr\n  - explain lvl:basic",
    });
    expect(told(text)).toBe(
      [
        'w.yaml:6:12: severity cannot be "hgih". It is one of error, warning, info, hint.',
        "      - filter severity:hgih | refactr",
        "               ^^^^^^^^^^^^^",
        'w.yaml:6:28: There is no operation "refactr". Did you mean refactor?',
        "      - filter severity:hgih | refactr",
        "                               ^^^^^^^",
        'w.yaml:7:13: explain takes no "lvl". It takes level, focus.',
        "      - explain lvl:basic",
        "                ^^^^^^^^^",
      ].join("\n"),
    );
  });

  it.each([
    ["plain", "analyze | refactr", 7 + 10],
    ["in single quotes", "'analyze | refactr'", 7 + 11],
    ["in double quotes with escapes", '"\\x61nalyze \\u007c refactr"', 7 + 19],
  ])("has its mistakes where they are, %s", (_, spec, column) => {
    expect(told(file({ spec }))).toContain(`w.yaml:4:${column}: There is no operation "refactr".`);
  });

  it.each([
    ["literal", "|\n  analyze |\n    refactr\n", "6:5"],
    ["folded", ">-\n  analyze |\n\n  refactr\n", "7:3"],
    ["plain over lines", "analyze |\n  refactr\n", "5:3"],
  ])("has its mistakes where they are in a block, %s", (_, spec, place) => {
    expect(told(file({ spec }))).toContain(`w.yaml:${place}: There is no operation "refactr".`);
  });

  it.each<[string, string, string]>([
    ["nothing", "", "This is no workflow."],
    ["a list", "- a\n", "This is no workflow."],
    ["of a later schema", file({ schema: "aiex.workflow/2" }), "w.yaml:1:1: schema must be aiex.workflow/1"],
    ["without a version", file({ version: undefined }), "version is missing. Write a whole number"],
    ["with a version that is none", file({ version: "1.5" }), "w.yaml:3:1: version must be a whole number"],
    ["with a name of capitals", file({ name: "Review" }), "must be small letters, digits, _ and -"],
    ["with a path for a name", file({ name: "../x" }), "must be small letters, digits, _ and -"],
    ["with a mode that is none", file({ mode: "paralel" }), "Did you mean parallel?"],
    [
      "with a key that is none",
      file({ step: "[analyze]" }),
      "w.yaml:5:1: step is not a known key. Did you mean steps?",
    ],
    ["with spec and steps", file({ steps: "[analyze]" }), "It has both spec and steps."],
    ["without steps", file({ spec: undefined }), "It has neither spec nor steps."],
    ["with a key twice", `${file()}name: other\n`, "w.yaml:5:1: name is given twice."],
    ["with an alias", `${file({ spec: "&a analyze" })}description: *a\n`, "w.yaml:5:14: An alias (*name)"],
    ["with a tag", file({ spec: "!!js/function x" }), "Tags (!name) are not accepted."],
    ["of a known tag", file({ spec: "!!binary YW5hbHl6ZQ==" }), "Tags (!name) are not accepted."],
    ["with __proto__", `${file()}__proto__: {}\n`, "A key is a plain word."],
    ["of two documents", `${file()}---\n${file()}`, "The file holds several documents."],
    ["nested without end", `a: ${"[".repeat(40_000)}`, "Write it flatter."],
    ["binary", `${file()}\0`, "The file is binary"],
    [
      "with words without end",
      file({ description: "x, ".repeat(3), parameters: `[${"a,".repeat(30_000)}]` }),
      "words",
    ],
    ["with a text for a list", file({ spec: undefined, steps: "analyze" }), "steps must be a list"],
    [
      "with a step that makes no sense of another",
      file({ spec: undefined, steps: "\n  - refactor\n  - refactor apply" }),
      "w.yaml:6:5: Step 1 would change files and does not",
    ],
    [
      "with a file that every part would write",
      file({ spec: "split by:file | save file:x.md | merge" }),
      "w.yaml:4:23: save stands between split and merge",
    ],
    ["with lists for a text", file({ spec: "[analyze]" }), "spec must be a text"],
  ])("is refused %s", (_, text, sentence) => {
    expect(told(text)).toContain(sentence);
  });

  it("is refused with another name than that of its file", () => {
    expect(told(file(), "other")).toContain("w.yaml:2:1: The name is review, and its file is that of other.");
  });
});

describe("A damaged file", () => {
  it("is whole or told of within its lines, and never breaks its reader", async () => {
    const texts = await Promise.all(builtInWorkflowNames.map((name) => builtInWorkflow(files, name)));
    const piece = fc.oneof(
      fc.constantFrom(
        ...[
          "{{",
          "}}",
          "|",
          '"',
          "'",
          ":",
          "#",
          "\n",
          "  ",
          "- ",
          "&a",
          "*a",
          "!x",
          "[",
          "{",
          "%",
          "\t",
          "---\n",
        ],
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(12), piece });
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (whole, edits) => {
          const text = edits.reduce((now, one) => {
            const at = Math.floor(one.at * now.length);
            return now.slice(0, at) + one.piece + now.slice(at + one.cut);
          }, whole);
          const read = readWorkflow(text);
          if (read.ok) return;
          expect(read.problems.length).toBeGreaterThan(0);
          const lines = text.split(/\n/);
          for (const { place, message } of read.problems) {
            expect(message).toMatch(/^\S.*[.?)]$/s);
            if (place !== undefined)
              expect(lines[place.line - 1]?.length ?? -1).toBeGreaterThanOrEqual(place.column - 1);
          }
          expect(describeWorkflowProblems("w", text, read.problems)).not.toBe("");
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("The parameters of a workflow", () => {
  const withParameter = (spec: string, parameter: string, name = "x") =>
    file({ spec: JSON.stringify(spec), parameters: `\n  ${name}: ${parameter}` });

  it.each<[string, string, string, string]>([
    ["that are not there", "analyze type:{{tpe}}", "{ default: all }", "There is no parameter for {{tpe}}."],
    [
      "with a choice that does not fit",
      "filter severity:{{x}}",
      "{ type: choice, choices: [high, huge], default: high }",
      'cannot be "huge". It is one of error, warning, info, hint. ',
    ],
    ["of a type that does not fit", "filter severity:{{x}}", "{ type: number }", 'severity cannot be "1".'],
    [
      "with a default that does not fit",
      "filter severity:{{x}}",
      "{ default: huge }",
      'Here {{x}} is "huge".',
    ],
    ["of a text that YAML changes", "load file:{{x}}", "{ default: 1.10 }", 'Write it in quotes: "1.10".'],
    [
      "of a choice that YAML changes",
      "load file:{{x}}",
      "{ type: choice, choices: ['1.0', '2'], default: 1.0 }",
      "YAML takes 1.0 for a number, 1.",
    ],
    ["that may be missing where a value is needed", "save file:{{x}}", "{}", "save needs file."],
    [
      "that may be missing in a comparison",
      "if:quality<{{x}} refactor",
      "{ type: number }",
      "may have no value, and here it cannot be left out",
    ],
    ["that may be missing within a text", 'format_markdown title:"On {{x}}"', "{}", "may have no value"],
    ["in place of an operation", "{{x}}", "{}", "is no name of an operation"],
    ["in place of a parameter's name", "analyze {{x}}:all", "{}", "is neither key:value nor a flag"],
    ["that choose a workflow", "workflow template:{{x}}", "{ required: true }", "cannot be a parameter"],
    ["that nothing uses", "analyze", "{}", "The parameter x stands in no step."],
    [
      "that are choices of nothing",
      "extract_code language:{{x}}",
      "{ type: choice }",
      "x: a choice has choices.",
    ],
    [
      "with choices that are none",
      "extract_code language:{{x}}",
      "{ choices: [a] }",
      "only a choice has choices",
    ],
    [
      "with a default of another type",
      "refactor apply:{{x}}",
      "{ type: flag, default: 7 }",
      'default cannot be "7"',
    ],
    [
      "that are required with a default",
      "extract_code language:{{x}}",
      "{ required: true, default: a }",
      "what is required has no default",
    ],
  ])("are refused %s", (_, spec, parameter, sentence) => {
    expect(told(withParameter(spec, parameter))).toContain(sentence.trim());
  });

  it.each([
    ["analyze type:{{x}}", "{ required: true }"],
    ["analyze type:{{x}}", "{}"],
    ["load file:{{x}}", "{ default: 1.5 }"],
    ["load file:{{x}}", '{ default: "1.10" }'],
    ["analyze type:{{x}}", "{ type: choice, choices: [quality, security] }"],
    ["test_generate coverage:{{x}}", "{ type: number }"],
    ["filter_suggestions limit:{{x}}", "{ type: number, required: true }"],
    ["refactor apply:{{x}}", "{ type: flag }"],
    ["refactor | refactor apply:{{x}}", "{ type: flag }"],
    ["split by:file | test_generate output:{{x}} | merge", "{}"],
    ["if:quality<{{x}} refactor", "{ type: number, default: 0.5 }"],
    ['generate requirements:"A page about {{x}}, and {{ }} and {{"', "{ required: true }"],
  ])("are taken in %s as %s", (spec, parameter) => {
    expect(told(withParameter(spec, parameter))).toBe("");
  });

  it("have names of their own", () => {
    expect(told(withParameter("analyze type:{{X}}", "{}", "X"))).toContain(
      "parameters.X is no name of a parameter.",
    );
    const many = Array.from({ length: 17 }, (_, index) => `  p${index}: {}`).join("\n");
    expect(told(file({ parameters: `\n${many}` }))).toContain("must be 16 at most");
  });
});

describe("A workflow that is written", () => {
  it("is read as what it was made of", () => {
    const choices = ["basic", "advanced"];
    const parameters = { level: { type: "choice" as const, choices, default: "basic" } };
    const head = { name: "mine", version: 3, description: "For: me # too", mode: "parallel" } as const;
    const text = workflowText({
      ...head,
      parameters,
      spec: 'explain level:{{level}} | save file:"docs/a: b.md"',
    });
    expect(told(text, "mine")).toBe("");
    expect(readWorkflow(text)).toMatchObject({ workflow: { ...head, parameters } });
  });

  it("keeps all but its name and its version", () => {
    const text =
      '# Ours\nschema: aiex.workflow/1\nname:  "review" # the name\nversion: 1 # once\nspec: analyze\n';
    expect(withHead(text, { name: "other", version: 12 })).toBe(
      "# Ours\nschema: aiex.workflow/1\nname:  other # the name\nversion: 12 # once\nspec: analyze\n",
    );
  });

  it.each([
    ["in quotes", "'review'"],
    ["as a block", ">-\n  review\n"],
    ["as a block with space behind it", "|-\n    review\n\n"],
    ["on the next line", "\n  review"],
    ["with an anchor", "&it review"],
  ])("is whole with another name and version, where its name was %s", (_, written) => {
    const others = ["other", "true", "false", "null"];
    for (const text of [
      file({ name: written }),
      `{ "spec": "analyze", "version": 1, "schema": "aiex.workflow/1", "name": "review" }`,
    ])
      for (const name of others) {
        const changed = withHead(text, { name, version: 12 });
        expect(told(changed, name)).toBe("");
        expect(readWorkflow(changed)).toMatchObject({ workflow: { name, version: 12 } });
      }
  });
});
