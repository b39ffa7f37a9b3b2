// What a pipeline means, and what is wrong with its words.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSpecification } from "../../../../actors/pipeline/language/check.ts";
import { printSpecification } from "../../../../actors/pipeline/language/print.ts";
import { pipelineWords } from "../../../../actors/pipeline/language/vocabulary.ts";
import { specifications } from "./specifications.ts";

describe("checkSpecification()", () => {
  it("gives every step its values, those that were left out too", () => {
    expect(
      checkSpecification(
        'analyze | when:quality<0.8 refactor type:quality apply | while:coverage!="0.9" test-generate coverage:90% max:5 | explain level:detailed',
      ),
    ).toEqual({
      ok: true,
      steps: [
        { number: 1, word: "analyze", conditions: [], parameters: { type: "all" }, timesMax: 1 },
        {
          number: 2,
          word: "refactor",
          conditions: [{ word: "if", path: ["quality"], operator: "<", value: 0.8 }],
          parameters: { type: "all", apply: true },
          timesMax: 1,
        },
        {
          number: 3,
          word: "test_generate",
          conditions: [{ word: "while", path: ["coverage"], operator: "!=", value: "0.9" }],
          parameters: { coverage: 0.9 },
          timesMax: 5,
        },
        {
          number: 4,
          word: "explain",
          conditions: [],
          parameters: { level: "intermediate", focus: "comprehensive" },
          timesMax: 1,
        },
      ],
    });
  });

  it.each(["refactor apply preview:false", "test_generate verify:false", "test_generate verify output:a.ts"])(
    "takes %j, where what is said of one parameter leaves room for the other",
    (text) => {
      expect(checkSpecification(text)).toMatchObject({ ok: true });
    },
  );

  it("repeats a step with while: three times where nothing else is said", () => {
    const checked = checkSpecification("while:issues>0 refactor apply");
    expect(checked).toMatchObject({ ok: true, steps: [{ timesMax: 3, parameters: { apply: true } }] });
  });

  it.each([
    // Every specification of the guide.
    "analyze | refactor | test_generate",
    "analyze | if:quality<0.8 refactor | test_generate",
    "analyze type:quality | refactor type:quality | test_generate coverage:0.9",
    "explain level:detailed | extract_insights | document format:markdown",
    "analyze type:performance | refactor type:performance | explain level:advanced",
    "analyze | refactor",
    "analyze type:quality | refactor type:performance | test_generate coverage:0.9",
    "analyze | extract_insights | format_markdown",
    "analyze | refactor type:performance | test_generate",
    "analyze type:security | analyze type:quality",
    "analyze type:all",
    "analyze type:quality",
    "analyze type:quality | if:quality<0.8 refactor | test_generate coverage:0.9",
  ])("knows what %j means", (text) => {
    expect(checkSpecification(text)).toMatchObject({ ok: true });
  });

  it.each([
    ["anlyze", 0, 'There is no operation "anlyze".', "Did you mean analyze?"],
    ["deploy", 0, 'There is no operation "deploy".', "There are analyze, explain,"],
    ["analyze typ:quality", 8, 'analyze takes no "typ".', "Did you mean type?"],
    ["analyze level:basic", 8, 'analyze takes no "level".', "It takes type."],
    ["refactor apply preview", 15, "preview and apply cannot both be meant.", "Leave one of them out."],
    ["document preview apply", 9, "preview and apply cannot both be meant.", "Leave one of them out."],
    ["test_generate verify", 14, "verify means nothing without output.", "Write output:PATH too: the file"],
    ["merge by:file", 6, 'merge takes no "by".', "It takes none."],
    ["analyze type:qualty", 8, 'type cannot be "qualty".', "Did you mean quality?"],
    ["analyze type:toString", 8, 'type cannot be "toString".', "It is one of"],
    ["analyze type", 8, "type has no value.", "Write type:quality."],
    ["analyze type:quality type:all", 21, "type is given twice.", "Leave one of them out."],
    ["refactor apply:yes", 9, 'apply cannot be "yes".', "true or false"],
    ["test_generate coverage:1.5", 14, 'coverage cannot be "1.5".', "from 0 to 1"],
    ["test_generate coverage:90", 14, 'coverage cannot be "90".', "such as 90%"],
    ["test_generate coverage:0x1", 14, 'coverage cannot be "0x1".', "from 0 to 1"],
    ["generate", 0, "generate needs requirements.", 'Write generate requirements:"...": what it has to do'],
    ['generate requirements:" "', 9, 'requirements cannot be " ".', "not empty"],
    ["save", 0, "save needs file.", "Write save file:PATH"],
    ['save file:"\\u{0}"', 5, 'file cannot be "\\u0000".', "not empty"],
    ["save file:../a.md", 5, 'file cannot be "../a.md".', "below the project's directory"],
    ["save file:/a.md", 5, 'file cannot be "/a.md".', "such as docs/report.md"],
    ["test_generate output:a/../../b.ts", 14, 'output cannot be "a/../../b.ts".', "below the project's"],
    ["generate requirements:x output:C:b.ts", 24, 'output cannot be "C:b.ts".', "below the project's"],
    ["if:quality<0,8 refactor", 0, 'Nothing is < "0,8".', "such as 0.8"],
    ["if:quality<.8 refactor", 0, 'Nothing is < ".8".', "such as 0.8"],
    ['if:quality>="0.8" refactor', 0, 'Nothing is >= the text "0.8".', "without quotes"],
    ["unless:issues>1e3 refactor", 0, 'Nothing is > "1e3".', "at most 15 digits"],
    ["while:issues<=9999999999999999 refactor", 0, 'Nothing is <= "9999999999999999".', "15 digits"],
    ["if:complete<true refactor", 0, 'Nothing is < "true".', "how grave"],
    ["refactor max:3", 9, 'refactor takes no "max".', "max belongs to a step with while:."],
    ["while:a<1 refactor max:0", 19, 'max cannot be "0".', "from 1 to 20"],
    ["while:a<1 refactor max:1e1", 19, 'max cannot be "1e1".', "from 1 to 20"],
  ])("refuses %j", (text, at, message, remedy) => {
    const checked = checkSpecification(text);
    expect(checked).toMatchObject({ ok: false, problems: [{ step: 1, span: { at }, message }] });
    if (!checked.ok) expect(checked.problems[0]?.remedy).toContain(remedy);
  });

  it.each([
    "if:quality<-0.5 refactor",
    "if:quality>=80% refactor",
    'if:quality<"80%" refactor',
    "if:severity>=High refactor",
    "if:summary~0,8 refactor",
    'if:status=="0.8" refactor',
    "load file:../other | analyze",
    "generate requirements:x context:/etc/a.ts",
    "save file:a..b/c.md",
  ])("takes %j", (text) => {
    expect(checkSpecification(text)).toMatchObject({ ok: true });
  });

  it("tells all that is wrong in the order of the text, form and words alike", () => {
    const checked = checkSpecification("anlyze | refactor type: | | explain levl:basic focus:x");
    if (checked.ok) throw new Error("It was accepted.");
    expect(checked.problems.map(({ step, span }) => [step, span.at])).toEqual([
      [1, 0],
      [2, 18],
      [3, 26],
      [4, 36],
      [4, 47],
    ]);
  });

  it("answers whatever it is given", () => {
    fc.assert(
      fc.property(specifications, (steps) => {
        const checked = checkSpecification(printSpecification(steps));
        expect(checked.ok || checked.problems.length > 0).toBe(true);
      }),
    );
  });
});

describe("pipelineWords", () => {
  it("have one meaning each", () => {
    const names = pipelineWords.flatMap(({ name, also = [] }) => [name, ...also]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("have values to fall back on that are theirs", () => {
    for (const { name, parameters } of pipelineWords) {
      const written = parameters.flatMap(({ name: parameter, fallback, isRequired }) =>
        fallback !== undefined ? [`${parameter}:${fallback}`] : isRequired ? [`${parameter}:x`] : [],
      );
      expect(checkSpecification([name, ...written].join(" "))).toMatchObject({ ok: true });
    }
  });
});
