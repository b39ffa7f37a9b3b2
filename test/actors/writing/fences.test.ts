// Fenced parts of what models write.
import { describe, expect, it } from "vitest";
import { fencesIn } from "../../../actors/writing/fences.ts";

describe("fencesIn()", () => {
  it("finds a part, what opens it and what stands before it", () => {
    const { fences, prose } = fencesIn("Here it is.\n\nsrc/a.ts\n```ts\nconst a = 1;\n```\nDone.\n");
    expect(fences).toEqual([{ info: "ts", text: "const a = 1;\n", before: "src/a.ts", isClosed: true }]);
    expect(prose).toBe("Here it is.\n\nsrc/a.ts\nDone.");
  });

  it("takes longer marks, tildes, and carriage returns", () => {
    expect(fencesIn("`````\r\n```\r\nx\r\n```\r\n`````\r\n").fences[0]?.text).toBe("```\nx\n```\n");
    expect(fencesIn("~~~py\nx = 1\n~~~").fences[0]).toMatchObject({ info: "py", text: "x = 1\n" });
  });

  it("keeps the fences that a part holds itself, where they open with a word or stand further in", () => {
    const markdown = "```markdown\n# Title\n```ts\na();\n```\nEnd\n```\n";
    expect(fencesIn(markdown).fences.map(({ text }) => text)).toEqual(["# Title\n```ts\na();\n```\nEnd\n"]);
    const elixir = '```elixir\n@doc """\n  ```\n  iex> 1\n  ```\n"""\n```\n';
    expect(fencesIn(elixir).fences.map(({ text }) => text)).toEqual([
      '@doc """\n  ```\n  iex> 1\n  ```\n"""\n',
    ]);
  });

  it("says of a part that it was cut off", () => {
    expect(fencesIn("```ts\nconst a = ").fences).toEqual([
      { info: "ts", text: "const a = \n", before: "", isClosed: false },
    ]);
    expect(fencesIn("```ts\nconst a = 1;\n").fences[0]).toMatchObject({
      text: "const a = 1;\n",
      isClosed: false,
    });
  });

  it("takes the indentation of the marks off the lines", () => {
    expect(fencesIn("  ```\n  a\n    b\n c\n  ```").fences[0]?.text).toBe("a\n  b\nc\n");
  });

  it("takes code in a line of prose for prose", () => {
    expect(fencesIn("```a``` is short").fences).toEqual([]);
  });

  it("reads very many marks, and very long lines, in one go", () => {
    const { fences } = fencesIn("```\n".repeat(100_000));
    expect(fences).toHaveLength(50_000);
    expect(fencesIn("`".repeat(1_000_000)).fences).toHaveLength(1);
    expect(fencesIn(`\`\`\`x${" ".repeat(1_000_000)}x`).fences).toHaveLength(1);
  });
});
