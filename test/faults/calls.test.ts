// Fault 8: the callee ends during a call, or its reply comes too late.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, noReply, ok, type Ref, reply, server, tryCall } from "../../runtime/index.ts";
import { spyOn, type TestNode, testNode } from "../../runtime/testing/index.ts";
import { recorder } from "./recorder.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

describe("an end during a call", () => {
  test.each(["normal", "kill", { own: "reason" }])(
    "fault 8 by %j is the call's one outcome",
    async (reason) => {
      const { logic } = recorder();
      const spy = spyOn(logic);
      spy.delay("message:name", 1_000);
      const pid = await room.start(spy.logic, { input: "a" });
      const outcomes: unknown[] = [];
      room.node.call(pid, "name").then(
        (value) => outcomes.push(value),
        ({ code, reason: why }) => outcomes.push([code, why]),
      );
      await room.advance(500);
      if (reason === "normal") void room.node.stop(pid).catch(() => {});
      else room.node.exit(pid, reason);
      await room.advance(10_000);
      // A stop waits its turn behind the call, so that is answered first.
      const expected = reason === "normal" ? "a" : ["callee_exited", reason === "kill" ? "killed" : reason];
      expect(outcomes).toEqual([expected]);
    },
  );

  test("fault 8 after the reply was given leaves the reply what it was", async () => {
    const leaving = server("leaving", {
      init: () => ok(0),
      calls: {
        ask: (_state: number, _payload: undefined, from: Ref) => {
          reply(from, "answered");
          throw new Error("and gone");
        },
      },
    });
    const pid = await room.start(leaving);
    expect(await room.call(pid, "ask")).toBe("answered");
    expect(await room.exitOf(pid)).toMatchObject({ error: { message: "and gone" } });
  });
});

describe("a reply after the timeout", () => {
  test("fault 8 is dropped and told, and the caller's next call gets its own reply", async () => {
    const { logic } = recorder();
    const spy = spyOn(logic);
    spy.delay("message:name", 2_000);
    const pid = await room.start(spy.logic, { input: "a" });
    const heard = await room.run(async () => {
      const late = await tryCall(pid, "name", undefined, { timeoutMs: 500 });
      const next = await call(pid, "name");
      return [late.ok, !late.ok && late.error.message.includes("within 500 ms"), next];
    });
    expect(heard).toEqual([false, true, "a"]);
    expect(room.events.of("reply_dropped")).toHaveLength(1);
  });

  test("fault 8 is told for each that came too late", async () => {
    const waiting: Ref[] = [];
    const slow = server("slow", {
      init: () => ok(0),
      calls: {
        ask: (state: number, _payload: undefined, from: Ref) => {
          waiting.push(from);
          return noReply(state);
        },
      },
      casts: {
        answer: (state: number) => {
          for (const from of waiting) reply(from, "late");
          return noReply(state);
        },
      },
    });
    const pid = await room.start(slow);
    const asked = Array.from({ length: 5 }, (_, index) =>
      room.node.tryCall(pid, "ask", undefined, { timeoutMs: index < 3 ? 10 : 60_000 }),
    );
    await room.advance(100);
    room.node.cast(pid, "answer");
    const answers = await room.until(Promise.all(asked));
    expect(answers.map(({ ok: isIn }) => isIn)).toEqual([false, false, false, true, true]);
    expect(room.events.of("reply_dropped")).toHaveLength(3);
  });
});
