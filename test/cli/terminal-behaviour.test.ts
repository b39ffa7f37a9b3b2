// The built command in a real pseudo-terminal.
import { describe, expect, it } from "vitest";
import { hasPseudoTerminal, inTerminal } from "./pseudo-terminal.ts";

describe.skipIf(!hasPseudoTerminal)("aiex in a terminal", () => {
  it.each([
    ["colours", {}, true],
    ["no colours with NO_COLOR", { NO_COLOR: "1" }, false],
    ["no colours with FORCE_COLOR=0", { FORCE_COLOR: "0" }, false],
    ["no colours on a dumb terminal", { TERM: "dumb" }, false],
  ])("shows %s", async (_name, env, colored) => {
    const { code, screen } = await inTerminal(["config", "show"], { env });
    expect(code).toBe(0);
    expect(screen).toContain("llm.");
    expect(screen.includes("\x1b[")).toBe(colored);
  });

  it("asks for code on standard input, and Ctrl-C ends it with 130", async () => {
    const { code, screen } = await inTerminal(["ai", "analyze", "--file", "-"], {
      typing: [{ after: "Ctrl-D", keys: "\x03" }],
    });
    expect(code).toBe(130);
    expect(screen).toContain("Reading code from the terminal.");
    expect(screen).toContain("Interrupted.\n");
    expect(screen).not.toMatch(/\n\s+at /);
  });

  it("shows an error without a stack and without raw bytes", async () => {
    const { code, screen } = await inTerminal(["ai", "analyze", "--file", "x", "--type", "\x1b[2Jx"]);
    expect(code).toBe(2);
    expect(screen).toContain("\x1b[31mError:\x1b[39m");
    expect(screen).toContain("\\x1b[2Jx");
  });
});
