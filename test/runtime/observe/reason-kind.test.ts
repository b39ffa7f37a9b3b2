import { describe, expect, test } from "vitest";
import type { ExitReason } from "../../../runtime/index.ts";
import { reasonKind } from "../../../runtime/observe/reason-kind.ts";

describe("reasonKind()", () => {
  test.each<[ExitReason, string]>([
    ["normal", "normal"],
    ["shutdown", "shutdown"],
    [{ shutdown: "for the night" }, "shutdown"],
    ["kill", "kill"],
    ["killed", "killed"],
    ["noproc", "noproc"],
    ["noconnection", "noconnection"],
    [{ error: { name: "TypeError", message: "m", stack: "s" } }, "error"],
    [{ nocatch: 1, stack: "s" }, "nocatch"],
    [{ bad_return_value: 1 }, "bad_return_value"],
    ["user 4711 has left", "other"],
    [{ user: 4711 }, "other"],
    [{}, "other"],
    [null as never, "other"],
    [undefined as never, "other"],
  ])("calls %j %s", (reason, kind) => {
    expect(reasonKind(reason)).toBe(kind);
  });
});
