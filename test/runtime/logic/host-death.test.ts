// No actor inside a machine outlives the process, whatever ends it.
import { describe, expect, test } from "vitest";
import { assign, createActor, fromCallback, sendTo, setup, spawnChild } from "xstate";
import { exit, type Pid, receive, send, sleep, spawn, spawnMonitor, stop } from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

type Order =
  | { type: "go" }
  | { type: "leave" }
  | { type: "crash" }
  | { type: "ask" }
  | { type: "told"; what: string };

/** A machine with a child of every kind: invoked at the root, invoked in a state, spawned, and a grandchild. */
function family() {
  const log: string[] = [];
  const child = (name: string) =>
    fromCallback(() => {
      log.push(`${name} starts`);
      return () => log.push(`${name} stops`);
    });
  const son = setup({ actors: { grandson: child("grandson") } }).createMachine({
    invoke: { src: "grandson" },
  });
  const machine = setup({
    types: { events: {} as Order },
    actors: { root: child("root"), state: child("state"), spawned: child("spawned"), son },
  }).createMachine({
    invoke: { src: "root" },
    entry: spawnChild("spawned"),
    initial: "on",
    states: {
      on: { invoke: [{ src: "state" }, { src: "son" }], on: { leave: "off" } },
      off: { type: "final" },
    },
    on: {
      crash: {
        actions: () => {
          throw new Error("jammed");
        },
      },
    },
  });
  return { log, machine };
}

describe("the actors inside a machine", () => {
  const names = ["root", "state", "spawned", "grandson"];
  const starts = names.map((name) => `${name} starts`).sort();
  const stops = names.map((name) => `${name} stops`).sort();

  test.each<[string, (pid: Pid) => unknown]>([
    ["its final state", (pid) => send(pid, { type: "leave" })],
    ["a throw in an action", (pid) => send(pid, { type: "crash" })],
    ["a kill", (pid) => exit(pid, "kill")],
    ["an exit signal", (pid) => exit(pid, "other")],
    ["stop", (pid) => stop(pid)],
  ])("are all stopped, once, when the process ends by %s", async (_how, end) => {
    const { inProcess, kernel } = simulation();
    const { log, machine } = family();
    await inProcess(async () => {
      const pid: Pid = await spawn(machine);
      expect(log.toSorted()).toEqual(starts);
      log.length = 0;
      await end(pid);
      await sleep(0);
      expect(kernel.find(pid)).toBeUndefined();
      expect(log.toSorted()).toEqual(stops);
    });
  });

  test("are stopped before anybody hears of the end", async () => {
    const { inProcess } = simulation();
    const { log, machine } = family();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(machine);
      await ready;
      log.length = 0;
      exit(pid, "kill");
      await receive();
      expect(log.toSorted()).toEqual(stops);
    });
  });

  test("that a failed step was about to start are not started", async () => {
    const { inProcess } = simulation();
    const { log, machine: started } = family();
    const machine = setup({ actors: { started }, types: { events: {} as Order } }).createMachine({
      on: {
        go: {
          actions: [
            spawnChild("started"),
            () => {
              throw new Error("jammed");
            },
          ],
        },
      },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "go" });
      await sleep(0);
    });
    expect(log).toEqual([]);
  });

  test("of a state that a failed step was about to leave are stopped", async () => {
    const { inProcess } = simulation();
    const log: string[] = [];
    const machine = setup({
      types: { events: {} as Order },
      actors: { kept: fromCallback(() => () => log.push("stopped")) },
    }).createMachine({
      initial: "on",
      states: {
        on: { invoke: { src: "kept" }, on: { go: "off" } },
        off: {
          entry: () => {
            throw new Error("jammed");
          },
        },
      },
    });
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(machine);
      await ready;
      send(pid, { type: "go" });
      expect(await receive()).toMatchObject({ reason: { error: { message: "jammed" } } });
    });
    expect(log).toEqual(["stopped"]);
  });

  test("are not started, and no planned action runs, when the first state fails", async () => {
    const { inProcess } = simulation();
    const log: string[] = [];
    const machine = setup({
      types: { context: {} as { n: number } },
      actors: { early: fromCallback(() => void log.push("started")) },
    }).createMachine({
      context: { n: 0 },
      entry: [
        () => log.push("acted"),
        spawnChild("early"),
        assign({
          n: () => {
            throw new Error("no number");
          },
        }),
      ],
    });
    await inProcess(async () => {
      expect(await failureOf(spawn(machine))).toMatchObject({ reason: { error: { message: "no number" } } });
    });
    expect(log).toEqual([]);
  });

  test("of an inner machine that failed are stopped at once, even if the outer one handles the failure", async () => {
    const { inProcess, stateOf } = simulation();
    const { log, machine: inner } = family();
    const outer = setup({ types: { events: {} as Order }, actors: { inner } }).createMachine({
      initial: "trying",
      states: {
        trying: {
          invoke: { src: "inner", id: "inner", onError: "coping" },
          on: { crash: { actions: sendTo("inner", { type: "crash" }) } },
        },
        coping: {},
      },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(outer);
      log.length = 0;
      send(pid, { type: "crash" });
      await sleep(0);
      expect(stateOf(pid)).toMatchObject({ value: "coping" });
      expect(log.toSorted()).toEqual(stops);
    });
  });

  test("that the machine lost track of are stopped all the same", async () => {
    const { inProcess } = simulation();
    const log: string[] = [];
    const hidden = fromCallback(() => () => log.push("stopped"));
    const machine = setup({}).createMachine({
      entry: ({ self: parent }) => void createActor(hidden, { parent } as never).start(),
    });
    await inProcess(async () => {
      exit(await spawn(machine), "kill");
      await sleep(0);
    });
    expect(log).toEqual(["stopped"]);
  });
});
