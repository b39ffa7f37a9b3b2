// Fault 2: a process throws in a callback: a call, a cast, a timer's message, its terminate.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { child, link, named, noReply, ok, type Pid, server, supervisor } from "../../runtime/index.ts";
import { spyOn, type TestNode, testNode } from "../../runtime/testing/index.ts";
import { recorder } from "./recorder.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

const broken = { error: { message: "broken" } };

describe("a throw in a callback", () => {
  test("fault 2 in a call gives the caller CalleeExited with the reason, and links fire", async () => {
    const { logic } = recorder();
    const spy = spyOn(logic);
    spy.fail("message:name", { error: new Error("broken") });
    const pid = await room.start(spy.logic, { input: "a" });
    const probe = await room.probe();
    await probe.run(() => link(pid));
    // The second waits behind the first, and has the same fate.
    const asked = [room.node.tryCall(pid, "name"), room.node.tryCall(pid, "name")];
    for (const answer of await room.until(Promise.all(asked))) {
      expect(answer).toMatchObject({ ok: false, error: { code: "callee_exited", reason: broken } });
    }
    expect(await probe.expectMessage("sys.exit")).toMatchObject({ from: pid, reason: broken });
    await room.events.expect("process_crashed", { pid, reason: broken, lastMessage: "name", state: "a" });
  });

  test.each([
    ["a cast", (to: Pid) => room.node.cast(to, "poke")],
    ["a timer's message", (to: Pid) => void room.node.sendAfter(to, { type: "poke" }, 50)],
  ])("fault 2 in %s ends the process with its reason, and links fire", async (_where, poke) => {
    const { logic, deeds } = recorder();
    const spy = spyOn(logic);
    spy.fail("message:poke", { error: new Error("broken") });
    const pid = await room.start(spy.logic, { input: "a" });
    const probe = await room.probe();
    await probe.run(() => link(pid));
    poke(pid as Pid);
    expect(await probe.expectMessage("sys.exit")).toMatchObject({ from: pid, reason: broken });
    expect(deeds).toEqual(["+a", "-a crashed"]);
  });

  test("fault 2 in the work of a timer ends the process that armed it, and no other", async () => {
    const other = await room.start(recorder().logic, { input: "other" });
    const leaving = server("leaving", {
      init: () => ok(0, { timeoutMs: 20 }),
      info: () => {
        throw new Error("broken");
      },
    });
    expect(await room.exitOf(await room.start(leaving))).toMatchObject(broken);
    expect(room.node.isAlive(other)).toBe(true);
  });

  test.each([
    ["permanent", true],
    ["transient", true],
    ["temporary", false],
  ] as const)("fault 2 has a %s child started again: %s", async (restart, isBack) => {
    const { logic } = recorder();
    const spy = spyOn(logic);
    spy.fail("message:poke");
    const before = await room.start(spy.logic, { input: "a", name: "a", restart });
    room.node.cast(named("a"), "poke");
    await room.exitOf(before);
    await room.settle();
    expect(room.node.whereis("a") !== undefined).toBe(isBack);
    expect(spy.count("init")).toBe(isBack ? 2 : 1);
  });

  test("fault 2 in terminate is told, and the shutdown goes on to the next child", async () => {
    const { logic, deeds } = recorder();
    const spy = spyOn(logic);
    spy.fail("terminate", { nth: 2, error: new Error("broken") });
    const children = ["a", "b", "c"].map((id) => child(spy.logic, { id, input: id, trapExit: true }));
    const top = await room.start(supervisor("top", { children }));
    await room.until(room.node.stop(top, "shutdown"));
    expect(deeds).toEqual(["+a", "+b", "+c", "-c shutdown", "-a shutdown"]);
    expect(room.events.of("supervisor_shutdown_error")).toMatchObject([{ child: "b", reason: broken }]);
    expect(room.events.of("process_crashed")).toMatchObject([{ reason: broken }]);
  });

  test("fault 2 in terminate after a crash: the later reason is what others hear, as in OTP", async () => {
    const failing = server("failing", {
      init: () => ok(0),
      casts: {
        poke: (state) => {
          if (state === 0) throw new Error("first");
          return noReply(state);
        },
      },
      terminate: () => {
        throw new Error("second");
      },
    });
    const pid = await room.start(failing);
    room.node.cast(pid, "poke");
    expect(await room.exitOf(pid)).toMatchObject({ error: { message: "second" } });
  });
});
