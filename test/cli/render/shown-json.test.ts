// Values of a process as JSON, where they hold what JSON cannot say.
import { describe, expect, it } from "vitest";
import { renderValue } from "../../../cli/render/shown-json.ts";
import { reportFile } from "../../../cli/terminal.ts";
import { makePid } from "../../../runtime/process/pid.ts";

function shown(value: unknown): string {
  return renderValue(value, reportFile, false).trimEnd();
}

describe("renderValue()", () => {
  it.each([
    [undefined, "null"],
    [null, "null"],
    [[undefined, 1], "[null,1]"],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [12_345_678_901_234_567_890n, '"12345678901234567890"'],
    [new Uint8Array([1, 2, 255]), '"AQL/"'],
    [[Number.NaN, Number.POSITIVE_INFINITY, -0], '["NaN","Infinity",0]'],
    [{ from: makePid("alpha", 5, 6) }, '{"from":"<alpha.5.6>"}'],
    ["ä", '"ä"'],
  ])("shows %o as %s", (value, json) => {
    expect(shown(value)).toBe(json);
  });

  it("means the same in ASCII, where a terminal has no more", () => {
    const value = { name: "ä \u{1f600} \x1b[2J" };
    const json = renderValue(value, { ...reportFile, unicode: false }, true);
    expect(json).toMatch(/^[\x20-\x7e\n]+$/);
    expect(JSON.parse(json)).toEqual(value);
  });

  it("keeps a key that is called as a prototype is", () => {
    expect(shown(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });
});
