// Exit codes: the table, and which error ends with which.
import { describe, expect, it } from "vitest";
import { exitCodeMarkdown, exitCodeOf, exitCodeRows, exitCodes } from "../../cli/exit-codes.ts";
import { UsageError } from "../../cli/usage.ts";
import { AiexError } from "../../runtime/errors.ts";
import { FileError } from "../../runtime/file-system.ts";
import { CalleeExited, CallTimeout, NodeDown, Overload } from "../../runtime/process/failures.ts";

class OddError extends AiexError {
  readonly code: string;
  constructor(code: string, retryable = false) {
    super("odd", { retryable });
    this.code = code;
  }
}

describe("exitCodeRows", () => {
  it("explains every code once, in ascending order", () => {
    const codes = exitCodeRows.map((row) => row.code);
    expect(codes).toEqual(codes.toSorted((left, right) => left - right));
    expect(new Set(codes)).toEqual(new Set(Object.values(exitCodes)));
    expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 69, 70, 75, 76, 78, 124, 130, 141, 143]);
  });
});

describe("exitCodeOf()", () => {
  it.each([
    [new UsageError("what?"), 2],
    [new FileError("file_not_found", "open", "x"), 1],
    [new FileError("file_denied", "open", "x"), 5],
    [new FileError("outside_root", "open", "x"), 5],
    [new FileError("bad_path", "open", "x\0"), 2],
    [new FileError("file_changed", "open", "x"), 75],
    [new FileError("file_too_large", "open", "x"), 1],
    [new OddError("bad_configuration"), 78],
    [new CallTimeout("a", "b", 5), 124],
    [new NodeDown("beta"), 76],
    [new Overload("a", "b", 5), 75],
    [new CalleeExited("a", "b", { kind: "killed" }), 70],
    [new OddError("node_unreachable"), 76],
    [new OddError("no_node"), 76],
    [new OddError("name_held"), 76],
    [new OddError("broker_unreachable", true), 76],
    [new OddError("broker_denied"), 5],
    [new OddError("credentials_refused"), 5],
    [new OddError("which_node"), 2],
    [new OddError("bad_brokers"), 2],
    [new OddError("no_such_process"), 1],
    [new OddError("call_failed"), 1],
    [new OddError("never_heard_of"), 1],
    [new OddError("never_heard_of", true), 75],
    [new Error("a fault"), 70],
    ["a string", 70],
    [undefined, 70],
  ])("ends %s with %i", (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe("exitCodeMarkdown()", () => {
  it("is a table with a row for each code", () => {
    const lines = exitCodeMarkdown().trimEnd().split("\n");
    expect(lines).toHaveLength(exitCodeRows.length + 2);
    for (const line of lines) expect(line.match(/(?<!\\)\|/g)).toHaveLength(3);
  });
});
