import { describe, expect, it } from "vitest";
import { nearest } from "../../../supervisors/config/nearest.ts";

const keys = ["timeout_ms", "max_retries", "max_restarts", "model", "kind"];

describe("nearest", () => {
  it.each([
    ["timeout", "timeout_ms"],
    ["TIMEOUT-MS", "timeout_ms"],
    ["max_retires", "max_retries"],
    ["modle", "model"],
    ["kid", "kind"],
    ["model_name", "model"],
  ])("takes %s for %s", (given, meant) => {
    expect(nearest(given, keys)).toBe(meant);
  });

  it.each(["", "x", "zzzzzz", "secret", "m".repeat(100_000)])("takes %s for nothing", (given) => {
    expect(nearest(given, keys)).toBeUndefined();
  });
});
