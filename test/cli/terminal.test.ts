// What streams are taken to show, by stream, environment and platform.
import { describe, expect, it } from "vitest";
import { paint, reportFile, terminalOf } from "../../cli/terminal.ts";

const utf8 = { LANG: "en_US.UTF-8" };

describe("terminalOf()", () => {
  it.each([
    [{ isTTY: true, columns: 80 }, 80],
    [{ isTTY: true, columns: 300 }, 100],
    [{ isTTY: true, columns: 1 }, 30],
    [{ isTTY: true, columns: 0 }, 80],
    [{ isTTY: true }, 80],
    [{ isTTY: false, columns: 300 }, 80],
    [{}, 80],
  ])("lays out for %j in %i columns", (stream, columns) => {
    expect(terminalOf(stream, utf8, "linux").columns).toBe(columns);
  });

  it.each([
    [true, {}, true],
    [true, { TERM: "dumb" }, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [false, {}, false],
    [false, { FORCE_COLOR: "1" }, true],
    [false, { FORCE_COLOR: "1", TERM: "dumb" }, true],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "", NO_COLOR: "1" }, false],
    [false, { FORCE_COLOR: "false" }, false],
  ])("on a terminal (%s) with %j takes colours: %s", (isTTY, env, colors) => {
    expect(terminalOf({ isTTY }, { ...utf8, ...env }, "linux").colors).toBe(colors);
  });

  it.each([
    [{ LANG: "en_US.UTF-8" }, "linux", true],
    [{ LANG: "C.utf8" }, "linux", true],
    [{ LANG: "C" }, "linux", false],
    [{}, "linux", false],
    [{ LANG: "en_US.UTF-8", LC_ALL: "C" }, "linux", false],
    [{ LANG: "C", LC_CTYPE: "UTF-8" }, "darwin", true],
    [{ LANG: "en_US.UTF-8", LC_ALL: "" }, "linux", true],
    [{ LANG: "en_US.UTF-8", TERM: "dumb" }, "linux", false],
    [{ LANG: "en_US.UTF-8", TERM: "linux" }, "linux", false],
    [{ LANG: "en_US.UTF-8", NO_COLOR: "1" }, "linux", true],
    [{ WT_SESSION: "1" }, "win32", true],
    [{}, "win32", false],
  ])("with %j on %s takes Unicode: %s", (env, platform, unicode) => {
    expect(terminalOf({ isTTY: true }, env, platform).unicode).toBe(unicode);
  });

  it.each([
    [true, {}, true],
    [true, { TERM: "dumb" }, false],
    [false, {}, false],
    [false, { FORCE_COLOR: "1" }, false],
  ])("on a terminal (%s) with %j redraws lines: %s", (isTTY, env, animated) => {
    expect(terminalOf({ isTTY }, { ...utf8, ...env }, "linux").animated).toBe(animated);
  });
});

describe("paint()", () => {
  it("colours where colours are taken and nothing else", () => {
    const colored = { ...reportFile, colors: true };
    expect(paint(colored, "red", "x")).toBe("\x1b[31mx\x1b[39m");
    expect(paint(colored, "red", "")).toBe("");
    expect(paint(reportFile, "red", "x")).toBe("x");
  });
});
