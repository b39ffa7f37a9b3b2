// What a node shows of a session: the newest first, and no more than an answer has room for.
import { describe, expect, test } from "vitest";
import { newSession, type Session } from "../../../actors/context/sessions/session.ts";
import { orderContext, shownSession } from "../../../actors/control/context.ts";
import { contextOrder } from "../../../actors/control/context-shapes.ts";
import { controlLimits } from "../../../actors/control/limits.ts";
import { entry, ref } from "../context/sessions/session-stage.ts";

function sessionOf(count: number, summary = "found"): Session {
  const entries = Array.from({ length: count }, (_, at) => entry(`${at}`, at + 1, { summary }));
  return { ...newSession(ref, 0), entries };
}

describe("What is shown of a session", () => {
  test("is the newest entries, so many at most, and how many more there are", () => {
    const shown = shownSession(sessionOf(5), 2);
    expect(shown?.entries.map(({ id }) => id)).toEqual(["4", "3"]);
    expect(shown?.cut).toBe(3);
  });

  test("is nothing of one that is empty, or is not there", () => {
    expect(shownSession(sessionOf(0), 2)).toBeNull();
    expect(shownSession(undefined, 2)).toBeNull();
  });

  test("fits into an answer, however much every character takes", () => {
    const shown = shownSession(sessionOf(500, "\u0001".repeat(4_000)), 500);
    expect(shown?.entries.length).toBeGreaterThan(1);
    expect((shown?.entries.length ?? 0) + (shown?.cut ?? 0)).toBe(500);
    const answer = JSON.stringify(JSON.stringify(shown));
    expect(Buffer.byteLength(answer)).toBeLessThan(controlLimits.answerBytesMax);
  });
});

describe("An order about a session", () => {
  const answering = (value: unknown) => async () => ({ ok: true, value }) as never;

  test("shows it, or says that nothing is there", async () => {
    const order = contextOrder.parse({ what: "show", session: "name-a", limit: 1 });
    expect(await orderContext(answering(sessionOf(2)), order)).toMatchObject({
      known: true,
      shown: { entries: [{ id: "1" }], cut: 1 },
    });
    expect(await orderContext(answering(null), order)).toEqual({ known: false, shown: null });
  });

  test("fails in a way that may be tried again where it cannot be read", async () => {
    const away = async () => ({ ok: false, message: "The broker is away." }) as never;
    const order = contextOrder.parse({ what: "show", session: "name-a", limit: 1 });
    await expect(orderContext(away, order)).rejects.toMatchObject({
      code: "context_unavailable",
      message: "The broker is away.",
      retryable: true,
    });
  });

  test.each([
    [{ what: "show", session: "name-a" }],
    [{ what: "show", session: "name-a", limit: 501 }],
    [{ what: "show", session: "x".repeat(65), limit: 1 }],
    [{ what: "forge", session: "name-a" }],
  ])("is none where it is %j", (order) => {
    expect(contextOrder.safeParse(order).success).toBe(false);
  });
});
