// Colours of results, which a node has no say in.
import { describe, expect, it } from "vitest";
import { coloredValue } from "../../../cli/render/value-colors.ts";
import { reportFile, type Terminal } from "../../../cli/terminal.ts";

const colorful: Terminal = { columns: 80, colors: true, unicode: true, animated: true };

describe("coloredValue()", () => {
  it("gives texts, numbers and words their colours", () => {
    expect(coloredValue("{ a: 'x', b: -1.5, c: undefined }", colorful)).toBe(
      "{ a: \x1b[32m'x'\x1b[39m, b: \x1b[33m-1.5\x1b[39m, c: \x1b[90mundefined\x1b[39m }",
    );
    expect(coloredValue("<alpha.1.42> k9", colorful)).toBe("<alpha.1.42> k9");
    expect(coloredValue("'x' 1", reportFile)).toBe("'x' 1");
  });

  it("lets nothing of the node's own escapes through", () => {
    const hostile = "'\x1b[2J' \x1b]0;title\x07 \u202e 1";
    const own = ["32", "33", "39", "90"].map((color) => `\x1b[${color}m`);
    const rest = own.reduce((text, color) => text.replaceAll(color, ""), coloredValue(hostile, colorful));
    expect(rest).not.toContain("\x1b");
    expect(coloredValue(hostile, { ...colorful, unicode: false })).not.toContain("\u202e");
  });

  it("is quick with what looks like an endless text", () => {
    expect(coloredValue(`'${"\\".repeat(50_000)}`, colorful)).toHaveLength(50_001);
    expect(coloredValue("'".repeat(50_001), colorful).length).toBeGreaterThan(50_000);
  });
});
