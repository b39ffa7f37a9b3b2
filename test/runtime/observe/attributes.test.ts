import { describe, expect, test } from "vitest";
import { event, field, measure } from "../../../runtime/index.ts";
import { metricAttributes, spanAttributes } from "../../../runtime/observe/attributes.ts";
import type { RuntimeEvent } from "../../../runtime/observe/events.ts";
import { observeLimits as limits } from "../../../runtime/observe/limits.ts";
import { Secret } from "../../../runtime/secret.ts";

const baked = event({
  means: "A loaf was baked.",
  level: "info",
  measurements: { bakedMs: measure("ms", "How long it took") },
  metadata: {
    baker: field.optionalPid("Who baked it"),
    loaf: field.text("The loaf"),
    flour: field.label("The flour"),
    reason: field.reason("Why it was taken out"),
    isBurnt: field.boolean("Whether it burnt"),
    oven: field.number("The oven's number"),
    recipe: field.data("How"),
  },
});

const data = {
  bakedMs: 5,
  baker: { node: "a", incarnation: 1, id: 2 },
  loaf: "loaf 4711",
  flour: "rye",
  reason: { shutdown: "for the night" },
  isBurnt: false,
  oven: 3,
  recipe: { salt: 1 },
};

function told(other: object = {}): RuntimeEvent {
  return { name: "bakery.baked", data: { ...data, ...other } };
}

describe("metricAttributes()", () => {
  test("gives what has few values, a reason by its kind", () => {
    expect(metricAttributes(told(), baked)).toEqual({ flour: "rye", reason: "shutdown", isBurnt: false });
  });

  test("leaves out what the event does not tell, or tells as something else", () => {
    expect(metricAttributes(told({ flour: undefined, isBurnt: { deep: true } }), baked)).toEqual({
      reason: "shutdown",
    });
  });
});

describe("spanAttributes()", () => {
  test("gives everything that can be told in a few words", () => {
    expect(spanAttributes(told(), baked, {})).toEqual({
      baker: "<a.1.2>",
      loaf: "loaf 4711",
      flour: "rye",
      reason: '{"shutdown":"for the night"}',
      isBurnt: false,
      oven: 3,
    });
  });

  test("leaves out what is undefined", () => {
    expect(spanAttributes(told({ baker: undefined }), baked, {})).not.toHaveProperty("baker");
  });

  test("masks, sanitizes and cuts", () => {
    const canary = "kNaRy-7f3c9";
    const reason = { api_key: canary, held: new Secret(canary) };
    const hostile = told({ loaf: `\u001b${"x".repeat(10_000)}`, flour: canary, reason });
    const attributes = spanAttributes(hostile, baked, {
      mask: (text) => text.replaceAll(canary, "[masked]"),
    });
    expect(attributes).toMatchObject({
      flour: "[masked]",
      reason: '{"api_key":"[secret]","held":"[secret]"}',
    });
    expect(attributes.loaf).toHaveLength(limits.attributeCharactersMax);
    expect(attributes.loaf).toMatch(/^\\x1bx+$/);
  });
});
