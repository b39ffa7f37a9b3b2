// The table of restart type and exit reason, row by row.
import { describe, expect, test } from "vitest";
import type { ExitReason } from "../../../runtime/index.ts";
import { decideRestart } from "../../../runtime/supervision/restart-decision.ts";

const reasons: readonly ExitReason[] = [
  "normal",
  "shutdown",
  { shutdown: "told" },
  { shutdown: undefined },
  "killed",
  "kill",
  "noproc",
  "noconnection",
  "odd",
  { error: { name: "Error", message: "boom", stack: "" } },
  { nocatch: 7, stack: "" },
  { bad_return_value: 7 },
  { other: "shutdown" },
];
const orderly = reasons.slice(0, 4);

describe("decideRestart()", () => {
  test.each(reasons.map((reason) => [reason]))("decides for the end %j", (reason) => {
    expect(decideRestart("permanent", reason)).toBe("restart");
    expect(decideRestart("transient", reason)).toBe(orderly.includes(reason) ? "keep" : "restart");
    expect(decideRestart("temporary", reason)).toBe("remove");
  });
});
