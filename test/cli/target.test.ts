// What a person writes for a process or a node.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeNamed, targetOf, targetText } from "../../cli/target.ts";
import { UsageError } from "../../cli/usage.ts";

describe("targetOf()", () => {
  it.each([
    ["lamp", { kind: "name", node: undefined, name: "lamp" }],
    ["workspace.reader", { kind: "name", node: undefined, name: "workspace.reader" }],
    ["beta/lamp", { kind: "name", node: "beta", name: "lamp" }],
    ["beta@host2.example/lamp", { kind: "name", node: "beta@host2.example", name: "lamp" }],
    ["beta/a/b", { kind: "name", node: "beta", name: "a/b" }],
    ["/a/b", { kind: "name", node: undefined, name: "a/b" }],
    ["/alpha.1.2", { kind: "name", node: undefined, name: "alpha.1.2" }],
    ["<alpha.1790000000000.42>", { kind: "pid", node: "alpha", incarnation: 1_790_000_000_000, id: 42 }],
    ["alpha.1790000000000.42", { kind: "pid", node: "alpha", incarnation: 1_790_000_000_000, id: 42 }],
    ["node2@a.b.c.1.2", { kind: "pid", node: "node2@a.b.c", incarnation: 1, id: 2 }],
    ["1.2", { kind: "name", node: undefined, name: "1.2" }],
    ["zähler 1", { kind: "name", node: undefined, name: "zähler 1" }],
  ])("reads %j", (word, target) => {
    expect(targetOf(word, "call")).toEqual(target);
  });

  it.each(["", "/", "beta/", "<lamp>", "<alpha.1>", "<>", "a b/lamp", "a..b@/x", "<alpha.1.2"])(
    "refuses %j, or takes it for a name",
    (word) => {
      try {
        expect(targetOf(word, "call")).toMatchObject({ kind: "name", name: word });
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    },
  );

  it("reads back what it shows of a pid", () => {
    const pid = { kind: "pid", node: "n@h.x", incarnation: 5, id: 6 } as const;
    expect(targetOf(targetText(pid), "call")).toEqual(pid);
  });

  it("reads or refuses whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (word) => {
        try {
          expect(targetOf(word, "call").kind).toMatch(/^(name|pid)$/);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});

describe("nodeNamed()", () => {
  it.each(["alpha", "node2@host", "node2@10.0.0.1", "A_b-3"])("takes %j", (word) => {
    expect(nodeNamed(word, "top")).toBe(word);
  });

  it.each(["", "a b", "a@", "@host", "a.b", "a\nb", "nats://x", "ä", "x".repeat(400)])(
    "refuses %j",
    (word) => {
      expect(() => nodeNamed(word, "top")).toThrow(UsageError);
    },
  );
});
