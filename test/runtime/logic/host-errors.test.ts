import { describe, expect, test } from "vitest";
import { assign, setup } from "xstate";
import { exit, receive, send, spawnMonitor } from "../../../runtime/index.ts";
import { simulation } from "./simulation.ts";

describe("a machine's errors", () => {
  const boom = (): never => {
    throw new Error("jammed");
  };

  const faulty = setup({
    types: {
      context: {} as { n: number },
      events: {} as { type: "ok" | "guard" | "assign" | "entry" | "exit" | "params" },
    },
  }).createMachine({
    context: { n: 0 },
    initial: "calm",
    states: {
      calm: {
        on: {
          ok: { actions: assign({ n: ({ context }) => context.n + 1 }) },
          guard: { guard: boom, target: "calm" },
          assign: { actions: assign({ n: boom }) },
          entry: "enters",
          exit: "leaves",
        },
      },
      enters: { entry: [assign({ n: 99 }), boom] },
      leaves: { exit: boom, always: "calm" },
    },
  });

  test.each(["guard", "assign", "entry", "exit"] as const)(
    "in a %s end the process, and the report shows the last good snapshot",
    async (type) => {
      const { inProcess, told } = simulation();
      await inProcess(async () => {
        const { pid, ready } = spawnMonitor(faulty);
        await ready;
        send(pid, { type: "ok" });
        send(pid, { type });
        expect(await receive()).toMatchObject({
          reason: { error: { message: expect.stringContaining("jammed") } },
        });
        expect(told("process_crashed")).toMatchObject([
          { lastMessage: type, logic: "(machine)", state: { value: "calm", context: { n: 1 } } },
        ]);
      });
    },
  );

  test("in exit called by an action give exactly that reason", async () => {
    const { inProcess } = simulation();
    const machine = setup({ types: { events: {} as { type: "go" } } }).createMachine({
      on: { go: { actions: () => exit({ own: "reason" }) } },
    });
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(machine);
      await ready;
      send(pid, { type: "go" });
      expect(await receive()).toMatchObject({ reason: { own: "reason" } });
    });
  });
});
