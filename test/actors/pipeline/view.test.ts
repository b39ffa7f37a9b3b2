// What steps of a pipeline hand on of what they found.
import { expect, test } from "vitest";
import { heldFound } from "../../../actors/pipeline/view.ts";

test("What a person wants stays, whatever steps find, and of that the latest", () => {
  const wanted = { operation: "What is wanted", summary: "Look at the parser", paths: [] };
  const found = Array.from({ length: 150 }, (_, index) => ({
    ...{ operation: "analyze", summary: `${index}`, paths: [`${index}.py`] },
  }));
  const held = heldFound([wanted, ...found]);
  expect(held[0]).toEqual(wanted);
  expect(held.slice(1)).toEqual(found.slice(-100));
  expect(heldFound([wanted, ...found.slice(0, 3)])).toEqual([wanted, ...found.slice(0, 3)]);
});
