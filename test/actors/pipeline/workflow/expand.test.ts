// Workflows expanded to the steps that are run: values in their places, and workflows in workflows.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSpecification } from "../../../../actors/pipeline/language/check.ts";
import {
  expandSpecification,
  expandWorkflow,
  type WorkflowLookup,
} from "../../../../actors/pipeline/workflow/expand.ts";
import { describeWorkflowProblems } from "../../../../actors/pipeline/workflow/problem.ts";
import { readWorkflow } from "../../../../actors/pipeline/workflow/read.ts";
import type { ParameterValues } from "../../../../actors/pipeline/workflow/values.ts";

const nothing: WorkflowLookup = async (name) => ({ ok: false, reason: `There is no workflow ${name}.` });

function whole(text: string) {
  const read = readWorkflow(text);
  if (!read.ok) throw new Error(describeWorkflowProblems("w", text, read.problems));
  return read;
}

/** A workflow named `w` of these parameters. */
function textOf(spec: string, parameters: Readonly<Record<string, unknown>> = {}, name = "w"): string {
  return JSON.stringify({ schema: "aiex.workflow/1", name, version: 1, parameters, spec });
}

async function expanded(text: string, values: ParameterValues = {}, lookup = nothing): Promise<string> {
  const done = await expandWorkflow(whole(text), values, lookup);
  if (!done.ok) return describeWorkflowProblems("w", text, done.problems);
  expect(checkSpecification(done.specification)).toEqual({ ok: true, steps: done.steps });
  return done.specification;
}

/** Finds these, by their names. */
const among =
  (specs: Readonly<Record<string, string>>, parameters?: Readonly<Record<string, unknown>>): WorkflowLookup =>
  async (name) => {
    const spec = specs[name];
    if (spec === undefined) return nothing(name);
    return { ok: true, workflow: whole(textOf(spec, parameters, name)).workflow };
  };

describe("The parameters of a workflow", () => {
  const level = { level: { type: "choice", choices: ["basic", "advanced"], default: "basic" } };

  it("have what was given for them, and their defaults", async () => {
    const text = textOf("explain level:{{level}} | format_markdown", level);
    expect(await expanded(text)).toBe("explain level:basic | format_markdown");
    expect(await expanded(text, { level: "advanced" })).toBe("explain level:advanced | format_markdown");
  });

  it("are left out of their steps where they have no value", async () => {
    const text = textOf("test_generate output:{{file}} force:{{force}}", {
      file: {},
      force: { type: "flag" },
    });
    expect(await expanded(text)).toBe("test_generate force:false");
    expect(await expanded(text, { file: "a b.ts", force: "true" })).toBe(
      'test_generate output:"a b.ts" force:true',
    );
  });

  it("are numbers, flags and texts in comparisons, each as its type says", async () => {
    const given = { n: { type: "number", default: 0.5 }, t: { default: "7" } };
    expect(await expanded(textOf("if:quality<{{n}} unless:name=={{t}} refactor", given))).toBe(
      'if:quality<0.5 unless:name=="7" refactor',
    );
  });

  it.each<[ParameterValues, string]>([
    [{ levle: "basic" }, 'There is no parameter "levle". Did you mean level?'],
    [{ level: "basik" }, 'level cannot be "basik". Did you mean basic?'],
    [
      { level: "basic | refactor apply" },
      'level cannot be "basic | refactor apply". It is one of basic, advanced.',
    ],
    [{ level: "" }, 'level cannot be "". It is one of basic, advanced.'],
  ])("are refused as %j", async (values, sentence) => {
    expect(await expanded(textOf("explain level:{{level}}", level), values)).toBe(sentence);
  });

  it("are told of in part where they are long, and refused where the pipeline gets too long", async () => {
    const long = "x".repeat(16_000);
    const what = { what: { required: true } };
    const told = await expanded(textOf("filter severity:{{what}}", what), { what: long });
    expect(told).toMatch(/Here \{\{what\}\} is "x{60}\.\.\."/);
    expect(told.length).toBeLessThan(1_000);
    const text = textOf('explain | generate requirements:"{{what}}{{what}}{{what}}{{what}}{{what}}"', what);
    const done = await expandWorkflow(whole(text), { what: long }, nothing);
    expect(done).toMatchObject({ ok: false, areOfValues: true });
    expect(await expanded(text, { what: long })).toMatch(
      /^w:1:\d+: With its values and the steps of its workflows the pipeline has 800\d\d characters, and 65536 are read\./,
    );
  });

  it("that are required have to be given", async () => {
    const text = textOf("generate requirements:{{what}}", {
      what: { required: true, description: "What is written." },
    });
    expect(await expanded(text)).toBe("what needs a value (What is written): --set what=VALUE.");
  });

  it("that do not fit their step are told of with the place in the file", async () => {
    const text = textOf("analyze | filter severity:{{severity}}", { severity: { required: true } });
    expect(await expanded(text, { severity: "higher" })).toMatch(
      /^w:1:\d+: severity cannot be "higher"\. .*Here \{\{severity\}\} is "higher"\.\n/,
    );
  });

  it("never add a step, a condition or a parameter, whatever their values are", async () => {
    const text = textOf(
      'if:name=={{a}} generate requirements:{{a}} | format_markdown title:"On {{a}} by {{b}}" | load file:{{b}}',
      { a: { required: true }, b: { required: true } },
    );
    const read = whole(text);
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(
        ...[
          '" | save file:x force',
          "x | refactor apply",
          '\\"',
          "{{b}}",
          "{{a}}{{b}}",
          "a\nrefactor apply",
          "if:a<1 x",
        ],
        ...[
          "x apply:true",
          "\u2028|refactor",
          "\\u{7c} refactor",
          '" title:"y',
          "|",
          '"',
          "\\",
          ":",
          "true",
          "7",
        ],
      ),
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (a, b) => {
        const done = await expandWorkflow(read, { a, b }, nothing);
        const mayStand = [a, b].every((value) => value.trim() !== "" && !value.includes("\0"));
        expect(done.ok).toBe(mayStand);
        if (!done.ok) return;
        expect(done.steps).toMatchObject([
          {
            ...{ word: "generate", parameters: { type: "module", requirements: a }, timesMax: 1 },
            conditions: [{ word: "if", path: ["name"], operator: "==", value: a }],
          },
          { word: "format_markdown", conditions: [], parameters: { title: `On ${a} by ${b}` } },
          { word: "load", conditions: [], parameters: { file: b } },
        ]);
        expect(done.steps).toHaveLength(3);
        expect(checkSpecification(done.specification)).toEqual({ ok: true, steps: done.steps });
      }),
      { numRuns: 300 },
    );
  });
});

describe("A workflow in a pipeline", () => {
  const specs = {
    check: "analyze | filter severity:high",
    one: "refactor",
    both: "workflow template:check | workflow template:one",
  };

  it("is expanded where it stands, and in workflows too", async () => {
    const done = await expandSpecification("workflow template:both | explain", among(specs));
    expect(done).toMatchObject({
      ok: true,
      specification: "analyze | filter severity:high | refactor | explain",
    });
    expect(done.ok && done.steps.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  it("of one step has the conditions that stand before it", async () => {
    const done = await expandSpecification(
      "analyze | if:quality<0.8 workflow template:one | while:quality<0.9 workflow template:one max:5",
      among(specs),
    );
    expect(done).toMatchObject({
      specification: "analyze | if:quality<0.8 refactor | while:quality<0.9 refactor max:5",
    });
  });

  it("of one step that is a workflow of one step has them too", async () => {
    const lookup = among({ ...specs, outer: "if:quality<0.9 workflow template:one" });
    expect(
      await expandSpecification("analyze | unless:score>7 workflow template:outer", lookup),
    ).toMatchObject({ specification: "analyze | unless:score>7 if:quality<0.9 refactor" });
    const many = await expandSpecification(
      "if:quality<1 workflow template:outer",
      among({ ...specs, outer: "workflow template:check" }),
    );
    expect(many.ok ? "" : many.problems[0]?.message).toContain("the workflow check has 2.");
  });

  it("has the defaults of its parameters", async () => {
    const lookup = among({ p: "explain level:{{l}}" }, { l: { default: "basic" } });
    expect(await expandSpecification("workflow template:p", lookup)).toMatchObject({
      specification: "explain level:basic",
    });
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["workflow template:none", {}, "There is no workflow none."],
    ["workflow template:a", { a: "workflow template:a" }, "have no end: a -> a."],
    ["workflow template:a", { a: "workflow template:b", b: "analyze | workflow template:a" }, "a -> b -> a"],
    [
      "if:quality<1 workflow template:check",
      specs,
      "A condition holds for one step, and the workflow check has 2.",
    ],
    ["workflow", {}, "workflow needs template."],
    ["workflow template:none | refactr", {}, 'There is no operation "refactr".'],
  ])("is refused in %s", async (text, known, sentence) => {
    const done = await expandSpecification(text, among(known));
    expect(done.ok ? "" : done.problems.map(({ message }) => message).join(" ")).toContain(sentence);
  });

  it("is refused where it needs a value", async () => {
    const done = await expandSpecification(
      "workflow template:p",
      among({ p: "explain level:{{l}}" }, { l: { required: true } }),
    );
    expect(done.ok ? "" : done.problems[0]?.message).toBe(
      "The workflow p cannot be a step: l needs a value: --set l=VALUE.",
    );
  });

  it("does not run itself by a detour, and not without end", async () => {
    expect(await expanded(textOf("workflow template:x"), {}, among({ x: "workflow template:w" }))).toContain(
      "have no end: w -> x -> w.",
    );
    const deep: WorkflowLookup = async (name) => ({
      ok: true,
      workflow: whole(textOf(`workflow template:${name}x`, {}, name)).workflow,
    });
    expect(await expanded(textOf("workflow template:x"), {}, deep)).toContain("and 8 deep is the most");
    const wide: WorkflowLookup = async (name) => ({
      ok: true,
      workflow: whole(
        textOf(
          Array(90)
            .fill(name.length > 6 ? "analyze" : `workflow template:${name}x`)
            .join("|"),
          {},
          name,
        ),
      ).workflow,
    });
    expect(await expanded(textOf("workflow template:x | workflow template:x"), {}, wide)).toContain(
      "more than 100 steps",
    );
  });

  it.each<[string, string, Readonly<Record<string, unknown>> | undefined, string]>([
    ["that is not there", "workflow template:none", undefined, "There is no workflow none."],
    ["that needs a value", "save file:{{to}}", { to: { required: true } }, "cannot be a step"],
    ["that runs the first", "workflow template:l0", undefined, "have no end: w -> l0 -> l1"],
  ])("is not looked through a hundred times a hundred for one %s", async (_, last, parameters, sentence) => {
    let lookups = 0;
    const lookup: WorkflowLookup = async (name) => {
      lookups += 1;
      const level = Number(name.slice(1));
      if (Number.isNaN(level)) return nothing(name);
      if (level === 5) return among({ [name]: last }, parameters)(name);
      const spec = Array(100)
        .fill(`workflow template:l${level + 1}`)
        .join("|");
      return { ok: true, workflow: whole(textOf(spec, {}, name)).workflow };
    };
    const told = await expanded(textOf("workflow template:l0 | workflow template:l0"), {}, lookup);
    expect(told).toContain(sentence);
    expect(told.split(sentence)).toHaveLength(2);
    expect(lookups).toBeLessThan(10);
  });
});
