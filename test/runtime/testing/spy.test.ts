// A spy on a logic: it counts, and has processes fail, die or dawdle where and when the test says.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { setup } from "xstate";
import { child, ok, receive, server, supervisor } from "../../../runtime/index.ts";
import { spyOn, type TestNode, testNode } from "../../../runtime/testing/index.ts";
import { counter } from "./actors.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

describe("a spied logic", () => {
  test("does what the logic does, and is named and treated the same", async () => {
    const spy = spyOn(counter);
    const pid = await room.start(spy.logic, { input: 1 });
    expect(await room.call(pid, "bump", 2)).toBe(3);
    expect(room.node.processInfo(pid)).toMatchObject({ logic: "counter", kind: "server" });
    const state = await room.until(room.node.sys.getState(pid));
    expect(await room.until(room.node.sys.replaceState(pid, () => state))).toEqual(state);
    const above = spyOn(supervisor("above", { children: [child(counter, { input: 0 })] }));
    expect(child(above.logic)).toMatchObject({ type: "supervisor", shutdownMs: Number.POSITIVE_INFINITY });
  });

  test("counts starts, messages and ends over all its processes", async () => {
    const spy = spyOn(counter);
    for (const input of [1, 2]) {
      const pid = await room.start(spy.logic, { input });
      await room.call(pid, "bump", 1);
      room.node.cast(pid, "reset");
      room.node.send(pid, { type: "odd" });
      await room.until(room.node.stop(pid));
    }
    expect(["init", "terminate", "message"].map((point) => spy.count(point as "init"))).toEqual([2, 2, 6]);
    expect([spy.count("message:bump"), spy.count("message:reset"), spy.count("message:odd")]).toEqual([
      2, 2, 2,
    ]);
    expect(spy.count("message:never")).toBe(0);
  });
});

describe("fail()", () => {
  test("fails the start that it names", async () => {
    const spy = spyOn(counter);
    spy.fail("init", { nth: 2, error: new Error("no disk") });
    await room.start(spy.logic, { input: 0 });
    await expect(room.start(spy.logic, { input: 0 })).rejects.toMatchObject({
      code: "start_failed",
      reason: { error: { message: "no disk" } },
    });
    await room.start(spy.logic, { input: 0 });
  });

  test("fails the call that it names, counted from then on and across restarts", async () => {
    const spy = spyOn(counter);
    const spec = child(spy.logic, { input: 0, name: "counter" });
    const first = await room.start(spec);
    await room.call(first, "bump", 1);
    spy.fail("message:bump", { nth: 2, times: 2 });
    const outcomes: unknown[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const pid = room.node.whereis("counter");
      if (pid === undefined) throw new Error("It was not started again.");
      outcomes.push(await room.call(pid, "bump", 1).catch(({ code }) => code));
      await room.settle();
    }
    expect(outcomes).toEqual([2, "callee_exited", "callee_exited", 1]);
    expect(room.events.of("process_crashed")).toMatchObject([
      { reason: { error: { message: "injected at message:bump" } }, state: 2 },
      { reason: { error: { message: "injected at message:bump" } }, state: 0 },
    ]);
  });

  test("fails the end, with anything that can be thrown", async () => {
    const spy = spyOn(counter);
    spy.fail("terminate", { error: "a ball" });
    const pid = await room.start(spy.logic, { input: 0 });
    await expect(room.until(room.node.stop(pid))).rejects.toMatchObject({ reason: { nocatch: "a ball" } });
  });

  test("works on machines", async () => {
    const spy = spyOn(setup({}).createMachine({ id: "lamp", on: { press: {} } }));
    spy.fail("message:press", { nth: 3 });
    const pid = await room.start(spy.logic);
    for (let press = 0; press < 3; press += 1) room.node.send(pid, { type: "press" });
    expect(await room.exitOf(pid)).toMatchObject({ error: { message: "injected at message:press" } });
  });

  test("fails the run of a function that it names", async () => {
    const waiting = async () => receive();
    const spy = spyOn(waiting);
    spy.fail("init", { nth: 2 });
    const first = await room.start(spy.logic);
    const second = await room.start(spy.logic);
    expect(await room.exitOf(second)).toMatchObject({ error: { message: "injected at init" } });
    room.node.send(first, { type: "go" });
    expect(await room.exitOf(first)).toBe("normal");
    expect(spy.count("init")).toBe(2);
  });
});

describe("kill()", () => {
  test("kills after so many messages, before the logic sees the last", async () => {
    const seen: string[] = [];
    const logic = server("seeing", {
      init: () => ok(0),
      info: (_state, { type }) => {
        seen.push(type);
        throw new Error("not reached");
      },
    });
    const spy = spyOn(logic);
    spy.kill("message");
    const pid = await room.start(spy.logic);
    room.node.send(pid, { type: "first" });
    expect(await room.exitOf(pid)).toBe("killed");
    expect(seen).toEqual([]);
  });

  test.each(["init", "terminate"] as const)("kills in the middle of %s", async (point) => {
    const spy = spyOn(counter);
    spy.kill(point);
    if (point === "init") {
      await expect(room.start(spy.logic, { input: 0 })).rejects.toMatchObject({ reason: "killed" });
      return;
    }
    const pid = await room.start(spy.logic, { input: 0 });
    const stopped = room.until(room.node.stop(pid));
    await expect(stopped).rejects.toMatchObject({ code: "callee_exited", reason: "killed" });
  });
});

describe("delay()", () => {
  test("makes a handler late, for as often as it says", async () => {
    const spy = spyOn(counter);
    spy.delay("message:get", 6_000, { times: 2 });
    spy.delay("init", 10);
    const pid = await room.start(spy.logic, { input: 7 });
    expect(room.world.elapsedMs).toBe(10);
    await expect(room.call(pid, "get")).rejects.toMatchObject({ code: "timeout" });
    expect(await room.call(pid, "get", undefined, { timeoutMs: 12_000 })).toBe(7);
    expect(room.world.elapsedMs).toBe(12_010);
    expect(await room.call(pid, "get")).toBe(7);
    expect(room.world.elapsedMs).toBe(12_010);
  });
});

describe("a plan", () => {
  test("is refused where it could never come true", () => {
    const spy = spyOn(counter);
    expect(() => spy.fail("nowhere" as "init")).toThrow(/no point of a logic\. The points are: init/);
    expect(() => spy.kill("message:")).toThrow(/no point/);
    expect(() => spy.kill("init", { nth: 0 })).toThrow(/count from 1/);
    expect(() => spy.delay("init", 1, { times: 0 })).toThrow(/count from 1/);
    expect(() => spyOn(async () => {}).fail("message")).toThrow(/A function reads its messages itself/);
  });

  test("that was made first goes first where two come true at once", async () => {
    const spy = spyOn(counter);
    spy.fail("message", { error: "first" });
    spy.kill("message:get");
    const pid = await room.start(spy.logic, { input: 0 });
    await expect(room.call(pid, "get")).rejects.toMatchObject({ reason: { nocatch: "first" } });
  });
});
