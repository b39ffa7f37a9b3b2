// Fault 1: a process throws while it starts.
import { afterEach, describe, expect, test } from "vitest";
import { child, supervisor } from "../../runtime/index.ts";
import { spyOn, testNode } from "../../runtime/testing/index.ts";
import { recorder } from "./recorder.ts";

const room = { now: testNode() };
afterEach(async () => {
  await room.now.stop();
  room.now = testNode();
});

describe("a throw in init", () => {
  test("fault 1 is the error of the start, with its cause, and leaves no process and no name", async () => {
    const { node, until } = bound();
    const { logic } = recorder();
    const spy = spyOn(logic);
    spy.fail("init", { error: new Error("cannot start", { cause: new Error("no disk") }) });
    await expect(until(node.spawn(spy.logic, { input: "a", name: "a" }))).rejects.toMatchObject({
      code: "start_failed",
      message: expect.stringContaining("cannot start"),
      reason: { error: { message: "cannot start", cause: { message: "no disk" } } },
    });
    expect([node.processes(), node.registered()]).toEqual([[], []]);
  });

  test.each([1, 2, 3, 4])(
    "fault 1 has its supervisor stop the children before it, in reverse order, where child %i fails",
    async (failing) => {
      const { node, until } = bound();
      const { logic, deeds } = recorder();
      const spy = spyOn(logic);
      spy.fail("init", { nth: failing, error: new Error("cannot start") });
      const ids = ["a", "b", "c", "d"];
      const children = ids.map((id) => child(spy.logic, { id, input: id, name: id, trapExit: true }));
      const started = until(node.spawn(supervisor("top", { children })));
      const reason = { id: ids[failing - 1], reason: { error: { message: "cannot start" } } };
      await expect(started).rejects.toMatchObject({
        code: "start_failed",
        reason: { shutdown: { failed_to_start_child: reason } },
      });
      const before = ids.slice(0, failing - 1);
      const stopped = before.toReversed().map((id) => `-${id} shutdown`);
      expect(deeds).toEqual([...before.map((id) => `+${id}`), ...stopped]);
      expect([node.processes(), node.registered()]).toEqual([[], []]);
    },
  );

  function bound() {
    const { node, world } = room.now;
    return { node, until: <T>(promise: Promise<T>): Promise<T> => world.until(promise) };
  }
});
