// The names that are nearest to one that nobody has.
import { describe, expect, it } from "vitest";
import { nearNames } from "../../cli/near-names.ts";

const names = ["counter", "counter.backup", "lamp", "workspace.reader", "llm", "pipeline"];

describe("nearNames()", () => {
  it.each([
    ["countr", ["counter"]],
    ["Counter", ["counter", "counter.backup"]],
    ["reader", ["workspace.reader"]],
    ["lmap", ["lamp"]],
    ["zzzzzz", []],
    ["", []],
  ])("for %j are %j", (given, near) => {
    expect(nearNames(given, names)).toEqual(near);
  });

  it("shows few of many", () => {
    const many = Array.from({ length: 500 }, (_, index) => `worker.${index}`);
    expect(nearNames("worker", many)).toHaveLength(3);
  });

  it("compares long words and many names in little work", () => {
    expect(nearNames("x".repeat(10_000), ["y".repeat(10_000), ...names])).toEqual([]);
  });
});
