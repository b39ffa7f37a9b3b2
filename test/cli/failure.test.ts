// How errors are shown: what happened, what to do, no stack unless asked for, nothing raw.
import { describe, expect, it } from "vitest";
import { showFailure, showNotice } from "../../cli/failure.ts";
import { UsageError } from "../../cli/usage.ts";
import { FileError } from "../../runtime/file-system.ts";
import { stage } from "./fixtures.ts";

async function shown(error: unknown, env: Readonly<Record<string, string>> = {}): Promise<[number, string]> {
  const { host, stderr } = stage({ env });
  return [await showFailure(error, host), stderr()];
}

describe("showFailure()", () => {
  it("shows an expected error in its own words", async () => {
    const [code, text] = await shown(new FileError("file_not_found", "open", "x.ts"));
    expect(code).toBe(1);
    expect(text).toBe(
      'Error: Cannot open "x.ts": there is nothing at this path. Check the spelling and the working directory.\n',
    );
  });

  it("names the help for a usage error", async () => {
    const [code, text] = await shown(new UsageError("Unknown option.", "ai analyze"));
    expect(code).toBe(2);
    expect(text).toBe("Error: Unknown option.\nRun `aiex help ai analyze` to see how it is used.\n");
    expect((await shown(new UsageError("What?")))[1]).toContain("`aiex help`");
  });

  it("says how to report what is a fault, without a stack", async () => {
    const [code, text] = await shown(new TypeError("x is not a function"));
    expect(code).toBe(70);
    expect(text).toMatch(/^Error: TypeError: x is not a function\nThis is a fault in aiex .*AIEX_DEBUG=1/);
    expect(text).not.toMatch(/\n\s+at /);
  });

  it("shows the stack and the causes with AIEX_DEBUG=1, and only then", async () => {
    const error = new Error("outer", { cause: new Error("inner") });
    const [, text] = await shown(error, { AIEX_DEBUG: "1" });
    expect(text).toMatch(/\n {4}at /);
    expect(text).toMatch(/Caused by Error: inner\n {4}at /);
    expect((await shown(error, { AIEX_DEBUG: "0" }))[1]).not.toMatch(/\n\s+at /);
  });

  it("ends a circle of causes", async () => {
    const error = new Error("round");
    error.cause = error;
    expect((await shown(error, { AIEX_DEBUG: "1" }))[1].match(/Caused by/g)).toHaveLength(9);
  });

  it.each([["a string"], [undefined], [null], [{}]])("survives a thrown %j", async (thrown) => {
    expect(await shown(thrown)).toEqual([70, expect.stringContaining("Error: ")]);
  });

  it("lets nothing through that a terminal acts on, from message or stack", async () => {
    const hostile = "\x1b]0;owned\x07\u202e\u009b2J\r";
    const [, text] = await shown(new Error(hostile), { AIEX_DEBUG: "1", FORCE_COLOR: "0" });
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it("is plain ASCII where the terminal wants it", async () => {
    const [, text] = await shown(new Error("naïve – 日本"), { LANG: "C" });
    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
  });
});

describe("showNotice()", () => {
  it("writes one line", async () => {
    const { host, stderr } = stage();
    await showNotice("Wrote \x1bx.", host);
    expect(stderr()).toBe("Wrote \\x1bx.\n");
  });
});
