// Diffs for people.
import { describe, expect, it } from "vitest";
import { renderDiff } from "../../../actors/rendering/changed-text.ts";
import type { Terminal } from "../../../cli/terminal.ts";

const plain: Terminal = { columns: 80, colors: false, unicode: true, animated: false };

describe("renderDiff()", () => {
  it("hides line endings that both texts have, and shows those that differ", () => {
    const same = renderDiff([{ path: "a", before: "1\r\n2\r\n", after: "1\r\n3\r\n" }], plain);
    expect(same).not.toContain("\\r");
    const other = renderDiff([{ path: "a", before: "1\n", after: "1\r\n" }], plain);
    expect(other).toContain("-1\n+1\\r\n");
  });

  it("keeps tabs, and spells in ASCII where nothing else arrives", () => {
    const files = [{ path: "a", before: "\tä\n", after: "\tö\n" }];
    expect(renderDiff(files, plain)).toContain("-\tä\n+\tö\n");
    expect(renderDiff(files, { ...plain, unicode: false })).toContain("-\t\\u{e4}\n+\t\\u{f6}\n");
  });

  it("cuts long lines and long diffs, and says so", () => {
    const wide = renderDiff([{ path: "a", before: null, after: "x".repeat(10_000) }], plain);
    expect(wide.length).toBeLessThan(3_000);
    const long = renderDiff([{ path: "a", before: null, after: "x\n".repeat(20_000) }], plain);
    expect(long.split("\n").length).toBeLessThan(6_000);
    expect(long).toContain("15003 more lines not shown");
  });
});
