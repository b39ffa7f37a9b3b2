// Random events, a checkpoint somewhere among them, and a process that goes on from it: it and the one that it was made of do the
// same at the same times.
import fc from "fast-check";
import { expect, test } from "vitest";
import { cancel, fromCallback, raise, sendTo, setup } from "xstate";
import {
  type Checkpoint,
  cancelTimeout,
  decodeCheckpoint,
  durable,
  encodeCheckpoint,
  postpone,
  startTimeout,
} from "../../../runtime/index.ts";
import { keeping } from "./keeping.ts";

/** No sums of these are equal that the machine can come to: no two delays are ever due at once, whose order nothing says. */
const ms = {
  red: 1_414_213,
  green: 1_732_051,
  closed: 2_236_068,
  blink: 2_645_751,
  later: 3_316_625,
  named: 3_605_551,
  state: 4_123_106,
  event: 4_358_899,
  nudge: 4_795_832,
  gap: 777_777,
} as const;

const types = [
  "toggle",
  "close",
  "side",
  "start",
  "poke",
  "again",
  "later",
  "forget",
  "wait",
  "hush",
  "put",
  "nudge",
] as const;
type Event = { readonly type: (typeof types)[number] | "shout" | "heard" | "now" | "woken" };

/** Parallel, nested, with history; delays of states, of events, of timeouts, of actors inside; and events that wait. */
function machineOf(tell: (what: string) => void) {
  const says = (what: string) => () => tell(what);
  const blinker = setup({ types: { events: {} as { type: "poke" } } }).createMachine({
    initial: "on",
    context: { pokes: 0 },
    on: { poke: { actions: [({ context }) => tell(`poked ${context.pokes}`)] } },
    states: {
      on: { entry: says("blink on"), after: { [ms.blink]: "off" } },
      off: { entry: says("blink off"), after: { [ms.blink]: "done" } },
      done: { type: "final" },
    },
  });
  const echo = fromCallback<Event>(({ receive, sendBack }) => {
    receive(() => sendBack({ type: "heard" }));
  });
  return setup({
    types: { events: {} as Event, context: {} as { put: number } },
    actors: { blinker, echo },
    actions: { tellPut: says("put") },
  }).createMachine({
    context: { put: 0 },
    type: "parallel",
    on: {
      later: { actions: raise({ type: "now" }, { delay: ms.later, id: "later" }) },
      forget: { actions: cancel("later") },
      now: { actions: says("now") },
      wait: { actions: startTimeout({ name: "n" }, { delayMs: ms.named, event: { type: "woken" } }) },
      again: { actions: startTimeout("event", { delayMs: ms.event, event: { type: "woken" } }) },
      hush: { actions: cancelTimeout({ name: "n" }) },
      woken: { actions: says("woken") },
      heard: { actions: says("heard") },
      nudge: { actions: sendTo("echo", { type: "shout" }, { delay: ms.nudge, id: "nudge" }) },
    },
    states: {
      light: {
        initial: "red",
        states: {
          red: { entry: says("red"), after: { [ms.red]: "green" }, on: { toggle: "green" } },
          green: { entry: says("green"), after: { [ms.green]: "red" } },
        },
      },
      door: {
        initial: "open",
        states: {
          open: {
            initial: "left",
            states: {
              left: { entry: says("left"), on: { side: "right" } },
              right: { entry: says("right"), on: { side: "left" } },
              last: { type: "history" },
            },
            on: { close: "closed", put: { actions: postpone() } },
          },
          closed: {
            entry: [says("closed"), startTimeout("state", { delayMs: ms.state, event: { type: "woken" } })],
            after: { [ms.closed]: "open.last" },
            on: { put: { actions: "tellPut" } },
          },
        },
      },
      job: {
        initial: "idle",
        states: {
          idle: { entry: says("idle"), on: { start: "working" } },
          working: {
            invoke: { src: "blinker", id: "blink", onDone: "idle" },
            on: { poke: { actions: sendTo("blink", { type: "poke" }) } },
          },
        },
      },
      echo: { invoke: { src: "echo", id: "echo" } },
    },
  });
}

interface Step {
  readonly gaps: number;
  readonly type: Event["type"];
}

async function run(before: readonly Step[], after: readonly Step[], checkpoint?: Checkpoint) {
  const { test: node, start } = keeping();
  await using _ = node;
  let begun = 0;
  const told: string[] = [];
  const logic = machineOf((what) => told.push(`${node.world.elapsedMs - begun} ${what}`));
  const process = await start(durable(logic, { key: "model", version: 1 }), { checkpoint });
  const obey = async (steps: readonly Step[]): Promise<void> => {
    for (const { gaps, type } of steps) {
      await node.advance(gaps * ms.gap);
      node.node.send(process.pid, { type });
      await node.settle();
    }
  };
  await obey(before);
  const made = process.checkpoint();
  told.length = 0;
  begun = node.world.elapsedMs;
  await obey(after);
  await node.advance(20 * ms.gap);
  return { made, told: [...told], end: process.checkpoint() };
}

const steps = fc.array(fc.record({ gaps: fc.integer({ min: 0, max: 4 }), type: fc.constantFrom(...types) }), {
  maxLength: 14,
});

test("A machine that begins from a checkpoint does what the one does of which it was made, at the same times", async () => {
  await fc.assert(
    fc.asyncProperty(steps, steps, async (before, after) => {
      const original = await run(before, after);
      const successor = await run([], after, original.made);
      expect(successor.made).toEqual(original.made);
      expect(successor.told).toEqual(original.told);
      expect(successor.end).toEqual(original.end);
      expect(decodeCheckpoint(encodeCheckpoint(original.made))).toEqual(original.made);
    }),
    { numRuns: 150 },
  );
});
