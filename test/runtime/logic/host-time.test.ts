import { describe, expect, test } from "vitest";
import { cancel, raise, setup } from "xstate";
import { named, receive, send, sendAfter, sleep, spawn, spawnMonitor } from "../../../runtime/index.ts";
import { simulation } from "./simulation.ts";

type Turn = { type: "turn" } | { type: "back" } | { type: "toggle" } | { type: "stop" };

describe("delayed transitions", () => {
  const blinking = setup({ types: { events: {} as Turn } }).createMachine({
    initial: "on",
    states: {
      on: { after: { 1000: "off" }, on: { turn: { target: "on", reenter: true } } },
      off: { after: { 500: "done" } },
      done: { type: "final" },
    },
  });

  test("happen in the world's time", async () => {
    const { inProcess, world, stateOf } = simulation();
    await inProcess(async () => {
      const { pid } = spawnMonitor(blinking);
      await sleep(999);
      expect(stateOf(pid)).toMatchObject({ value: "on" });
      await sleep(2);
      expect(stateOf(pid)).toMatchObject({ value: "off" });
      await receive();
      expect(world.elapsedMs).toBe(1_500);
    });
  });

  test("count anew when their state is entered again", async () => {
    const { inProcess, stateOf } = simulation();
    await inProcess(async () => {
      const pid = await spawn(blinking);
      await sleep(900);
      send(pid, { type: "turn" });
      await sleep(900);
      expect(stateOf(pid)).toMatchObject({ value: "on" });
      await sleep(101);
      expect(stateOf(pid)).toMatchObject({ value: "off" });
    });
  });

  test("F05 that came due do not happen when their state was left in the messages before them", async () => {
    const { inProcess, stateOf } = simulation();
    await inProcess(async () => {
      // Both are due at 1,000 ms, and the message, planned first, is in the mailbox first.
      sendAfter(named("blinking"), { type: "turn" }, 1_000);
      const pid = await spawn(blinking, { name: "blinking" });
      await sleep(1_500);
      expect(stateOf(pid)).toMatchObject({ value: "on" });
    });
  });

  test("are cancelled by id, and raised later with a delay", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as Turn } }).createMachine({
      entry: [raise({ type: "turn" }, { delay: 10, id: "soon" }), raise({ type: "back" }, { delay: 20 })],
      on: {
        stop: { actions: cancel("soon") },
        turn: { actions: () => seen.push("turn") },
        back: { actions: () => seen.push("back") },
      },
    });
    await inProcess(async () => {
      await spawn(machine);
      send(await spawn(machine), { type: "stop" });
      await sleep(100);
    });
    expect(seen).toEqual(["turn", "back", "back"]);
  });

  test("end with their process", async () => {
    const { inProcess, node } = simulation();
    const seen: string[] = [];
    const machine = setup({}).createMachine({ after: { 100: { actions: () => seen.push("after") } } });
    await inProcess(async () => {
      node.exit(await spawn(machine), "kill");
      await sleep(200);
    });
    expect(seen).toEqual([]);
  });
});
