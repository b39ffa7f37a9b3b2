// What holds of every transformer: nothing to work on is a refusal that says so, nothing throws, and nothing of what is given is changed.
import { describe, expect, it } from "vitest";
import { pipelineWords } from "../../../../actors/pipeline/language/vocabulary.ts";
import type { ResultDocument } from "../../../../actors/pipeline/record.ts";
import { transformerOf } from "../../../../actors/pipeline/transformers/table.ts";
import { analysis, documentation, explanation, file, parts, record, refactoring } from "../records.ts";
import { expectPublished, odd, transformed } from "./given.ts";

const words = pipelineWords.filter(({ name }) => transformerOf(name) !== undefined).map(({ name }) => name);
const parameters = { severity: "error", path: "src", limit: 3, title: "A title", language: "typescript" };

describe("transformerOf()", () => {
  it("knows every transformer of the language, and the utilities that neither read nor write", () => {
    const named = pipelineWords.filter(({ group }) => group === "transformer").map(({ name }) => name);
    expect(words.toSorted()).toEqual([...named, "filter", "merge"].toSorted());
    expect(transformerOf("toString")).toBeUndefined();
  });

  describe.each(words)("%s", (word) => {
    it("says that there is nothing before it, with what to write in its place", () => {
      const made = transformerOf(word)?.({
        ...{ latest: undefined, records: [], parameters },
        flow: record().flow,
      });
      expect(made).toMatchObject({ ok: false, code: "nothing_to_transform" });
      expect(made).toMatchObject({
        message: expect.stringMatching(/^\w+ has no result before it to work on\. [A-Z]/),
      });
    });

    it.each(["skipped", "failed"] as const)("says that the step before it was %s", (status) => {
      const { ok, ...refused } = transformed(word, null, {
        parameters,
        latest: { status, word: "refactor" },
      });
      expect(ok).toBe(false);
      const became = status === "failed" ? "failed" : "was skipped";
      expect(refused).toMatchObject({
        message: expect.stringContaining(`step 1 (refactor) came to, since it ${became}.`),
      });
    });

    it.each(odd)("throws nothing over %s", (_, result) => {
      const made = transformed(word, result, { parameters });
      if (made.ok) expectPublished(made.result);
      else expect(made.code).toBe("nothing_to_transform");
    });

    it("changes nothing of what it is given", () => {
      const given = parts(["a", analysis()], ["b", refactoring()], ["c", documentation()]);
      const before = structuredClone(given);
      transformed(word, deepFrozen(given), { parameters });
      expect(given).toEqual(before);
    });

    it("ends with what is nested without an end in sight", () => {
      const deep = Array.from({ length: 2_000 }).reduce<ResultDocument>(
        (inner) => parts(["a", inner]),
        explanation(),
      );
      expect(() => transformed(word, deep, { parameters })).not.toThrow();
    });

    it("takes what is huge", () => {
      const files = Array.from({ length: 3_000 }, (_, index) => file({ path: `src/${index}.ts` }));
      const many = Array.from({ length: 500 }, (_, index) => [`src/${index}.ts`, refactoring()] as const);
      const made = transformed(word, parts(["all", analysis(files)], ...many), { parameters });
      expect(made.ok).toBe(true);
    });
  });
});

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
}
