// What a machine can say and see in the middle of a step: where it came from, and answers to those who wait.
import { describe, expect, expectTypeOf, test } from "vitest";
import { assign, createActor, enqueueActions, raise, type StateValue, setup } from "xstate";
import {
  call,
  cancelTimeout,
  isAlive,
  type Pid,
  postpone,
  type Ref,
  replyProcess,
  send,
  sleep,
  spawn,
  startTimeout,
  updateTimeout,
  withPrevious,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

type Move = { type: "go" | "again" | "on" };

describe("F01 an entry action with withPrevious", () => {
  const moves = { types: { events: {} as Move } };

  test("runs on start and on each change of state, and sees the state before", async () => {
    const { inProcess } = simulation();
    const seen: [string, StateValue | undefined][] = [];
    const machine = setup(moves).createMachine({
      initial: "a",
      states: {
        a: { entry: withPrevious(({ previous }) => seen.push(["a", previous])), on: { go: "b" } },
        b: {
          entry: withPrevious(({ previous }) => seen.push(["b", previous])),
          on: { go: "a", again: { target: "b", reenter: true } },
        },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      expect(seen).toEqual([["a", undefined]]);
      for (const type of ["go", "again", "go"] as const) send(pid, { type });
      await sleep(0);
    });
    expect(seen).toEqual([
      ["a", undefined],
      ["b", "a"],
      ["b", "b"],
      ["a", "b"],
    ]);
  });

  test.each(["start", "step"])("sees each state that one %s goes through", async (when) => {
    const { inProcess } = simulation();
    const seen: (StateValue | undefined)[] = [];
    const machine = setup({
      ...moves,
      actions: { note: withPrevious(({ previous }) => seen.push(previous)) },
    }).createMachine({
      initial: when === "start" ? "a" : "before",
      states: {
        before: { on: { go: "a" } },
        a: { entry: "note", always: "b" },
        b: { entry: ["note", raise({ type: "on" })], on: { on: "c" } },
        c: { entry: "note" },
      },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "go" });
      await sleep(0);
    });
    expect(seen).toEqual([when === "start" ? undefined : "before", "a", "b"]);
  });

  test("sees nested states and regions as the machine's whole state value", async () => {
    const { inProcess } = simulation();
    const seen: (StateValue | undefined)[] = [];
    const machine = setup(moves).createMachine({
      type: "parallel",
      states: {
        left: { initial: "one", states: { one: {}, two: {} }, on: { on: ".two" } },
        right: {
          initial: "off",
          states: {
            off: { on: { go: "on.deep" } },
            on: {
              initial: "shallow",
              states: { shallow: {}, deep: { entry: withPrevious(({ previous }) => seen.push(previous)) } },
            },
          },
        },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "on" });
      send(pid, { type: "go" });
      await sleep(0);
    });
    expect(seen).toEqual([{ left: "two", right: "off" }]);
  });

  test("sees context and event as every action does, and the verbs act as its process", async () => {
    const { inProcess } = simulation();
    const machine = setup({
      types: { context: {} as { n: number }, events: {} as { type: "ask"; replyTo: Ref } },
    }).createMachine({
      context: { n: 1 },
      initial: "a",
      states: {
        a: { on: { ask: { target: "b", actions: assign({ n: 2 }) } } },
        b: {
          entry: withPrevious(({ context, event, previous }) => {
            expectTypeOf(context).toEqualTypeOf<{ n: number }>();
            send(event.replyTo as never, { type: "nobody" });
            expect([context.n, event.type, previous]).toEqual([2, "ask", "a"]);
          }),
        },
      },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(machine);
      expect(await failureOf(call(pid, "ask", {}, { timeoutMs: 5 }))).toMatchObject({ code: "timeout" });
      expect(isAlive(pid)).toBe(true);
    });
  });

  test("works in any XState machine", () => {
    const seen: (StateValue | undefined)[] = [];
    const machine = setup(moves).createMachine({
      initial: "a",
      states: { a: { on: { go: "b" } }, b: { entry: withPrevious(({ previous }) => seen.push(previous)) } },
    });
    createActor(machine).start().send({ type: "go" });
    expect(seen).toEqual(["a"]);
  });
});

type Asked = { type: "ask" | "answer" | "end" | "next"; replyTo: Ref };

/** Keeps its callers until it is told to answer, or to answer and end. */
function desk(seen: string[]) {
  return setup({
    types: { context: {} as { waiting: Ref[] }, events: {} as Asked },
    actions: {
      answerAll: replyProcess<{ waiting: Ref[] }, Asked>(({ context }) =>
        context.waiting.map((to, index) => ({ to, value: index })),
      ),
    },
  }).createMachine({
    context: { waiting: [] },
    initial: "open",
    states: {
      open: {
        on: {
          ask: {
            actions: assign({ waiting: ({ context, event }) => [...context.waiting, event.replyTo] }),
          },
          answer: { actions: ["answerAll", assign({ waiting: [] })] },
          next: { actions: () => seen.push("next event") },
          end: {
            target: "closed",
            actions: ["answerAll", replyProcess(({ event }) => ({ to: event.replyTo, value: "ended" }))],
          },
        },
      },
      closed: { type: "final" },
    },
  });
}

describe("F07 several replies in one step", () => {
  test("go out in order, before the next event", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    await inProcess(async () => {
      const pid: Pid = await spawn(desk(seen));
      const asked = [1, 2, 3].map((caller) =>
        call(pid, "ask").then((value) => seen.push(`${caller} hears ${value}`)),
      );
      await sleep(0);
      send(pid, { type: "answer" });
      await Promise.all(asked);
      send(pid, { type: "next" });
      await sleep(0);
    });
    expect(seen).toEqual(["1 hears 0", "2 hears 1", "3 hears 2", "next event"]);
  });

  test("go out before the machine ends with that step", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(desk([]));
      const asked = [call(pid, "ask"), call(pid, "ask")];
      await sleep(0);
      expect(await call(pid, "end")).toBe("ended");
      expect(await Promise.all(asked)).toEqual([0, 1]);
      expect(isAlive(pid)).toBe(false);
    });
  });

  test("have gone out where a later action of the step throws", async () => {
    const { inProcess } = simulation();
    const machine = setup({ types: { events: {} as Asked } }).createMachine({
      on: {
        ask: {
          actions: [
            replyProcess(({ event }) => ({ to: event.replyTo, value: "yes" })),
            () => {
              throw new Error("too late");
            },
          ],
        },
      },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(machine);
      expect(await call(pid, "ask")).toBe("yes");
      await sleep(0);
      expect(isAlive(pid)).toBe(false);
    });
  });

  test("to nobody, or to one who waits no more, are dropped", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(desk([]));
      send(pid, { type: "answer" });
      expect(await failureOf(call(pid, "ask", {}, { timeoutMs: 1 }))).toMatchObject({ code: "timeout" });
      send(pid, { type: "answer" });
      await sleep(0);
      expect(isAlive(pid)).toBe(true);
    });
    expect(told("reply_dropped")).toHaveLength(1);
  });
});

describe("the actions of a step", () => {
  test("have the types of the machine that they are in", () => {
    type Event = { type: "a"; n: number } | { type: "b" };
    const machine = setup({
      types: { context: {} as { ms: number }, events: {} as Event },
      actions: {
        late: startTimeout("state", { delayMs: 1, event: { type: "a", n: 1 } }),
        early: cancelTimeout("state"),
        aside: postpone(),
        before: withPrevious(({ previous }) => void previous),
      },
    }).createMachine({
      context: { ms: 1 },
      entry: ["late", "early", "before", startTimeout("event", { delayMs: 1, event: { type: "b" } })],
      on: {
        a: {
          actions: [
            "aside",
            startTimeout({ name: "x" }, ({ context, event }) => ({
              delayMs: context.ms,
              event: { type: "a", n: event.n },
            })),
            updateTimeout({ name: "x" }, ({ event }) => ({ type: "a", n: event.n + 1 })),
            // @ts-expect-error no such event
            startTimeout("event", { delayMs: 1, event: { type: "c" } }),
            // @ts-expect-error an event without its fields
            startTimeout("event", { delayMs: 1, event: { type: "a" } }),
            // @ts-expect-error no such key
            cancelTimeout("other"),
            withPrevious(({ event }) => expectTypeOf(event.n).toBeNumber()),
          ],
        },
        b: { actions: enqueueActions(({ enqueue }) => enqueue(cancelTimeout({ name: "x" }))) },
      },
    });
    expect(machine.root.entry).toHaveLength(4);
  });
});
