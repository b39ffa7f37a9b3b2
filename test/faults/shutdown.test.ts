// Fault 7: children that ignore their shutdown.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { child, type Pid, receive, supervisor } from "../../runtime/index.ts";
import { type TestNode, testNode } from "../../runtime/testing/index.ts";
import { recorder } from "./recorder.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

/** Traps exits and takes no notice of any. */
const deaf = async (): Promise<void> => {
  for (;;) await receive();
};

describe("a child that ignores its shutdown", () => {
  test("fault 7 is killed at its deadline, with the reason killed", async () => {
    const spec = child(deaf, { id: "deaf", name: "deaf", trapExit: true, shutdownMs: 700 });
    const top = await room.start(supervisor("top", { children: [spec] }));
    const pid = room.node.whereis("deaf") as Pid;
    const stopped = room.node.stop(top, "shutdown");
    await room.advance(699);
    expect(room.node.isAlive(pid)).toBe(true);
    await room.advance(1);
    expect(await room.exitOf(pid)).toBe("killed");
    await room.until(stopped);
    expect(room.events.of("supervisor_shutdown_error")).toMatchObject([{ child: "deaf", reason: "killed" }]);
  });

  test("fault 7 takes no more time together with others than the sum of all bounds", async () => {
    const bounds = [300, 0, 1_100, 50];
    const children = bounds.map((shutdownMs, index) =>
      child(deaf, { id: `deaf ${index}`, trapExit: true, shutdownMs }),
    );
    const top = await room.start(supervisor("top", { children }));
    await room.until(room.node.stop(top, "shutdown"));
    expect(room.world.elapsedMs).toBe(bounds.reduce((sum, bound) => sum + bound, 0));
    expect(room.events.of("supervisor_child_stopped").map(({ child: id, reason }) => [id, reason])).toEqual(
      [3, 2, 1, 0].map((index) => [`deaf ${index}`, "killed"]),
    );
  });

  test("fault 7 holds up neither those that obey nor the order", async () => {
    const { logic, deeds } = recorder({ stopMs: 20 });
    const obedient = (id: string) => child(logic, { id, input: id, trapExit: true, shutdownMs: 1_000 });
    const children = [
      obedient("a"),
      child(deaf, { id: "deaf", trapExit: true, shutdownMs: 200 }),
      obedient("b"),
      child(deaf, { id: "worst", trapExit: true, shutdownMs: "brutal_kill" }),
    ];
    const top = await room.start(supervisor("top", { children }));
    await room.until(room.node.stop(top, "shutdown"));
    expect(deeds).toEqual(["+a", "+b", "-b shutdown", "-a shutdown"]);
    expect(room.world.elapsedMs).toBe(20 + 200 + 20);
  });

  test("fault 7 takes no more time than its supervisor's own bound, where that is shorter", async () => {
    const spec = child(deaf, { id: "deaf", trapExit: true, shutdownMs: 60_000 });
    const inner = supervisor("inner", { children: [spec] });
    const top = await room.start(supervisor("top", { children: [child(inner, { shutdownMs: 500 })] }));
    await room.until(room.node.stop(top, "shutdown"));
    expect(room.world.elapsedMs).toBe(500);
    expect(room.events.of("supervisor_shutdown_error")).toMatchObject([{ child: "inner", reason: "killed" }]);
  });
});
