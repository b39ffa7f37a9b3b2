// Random machines against a model of gen_statem's loop: what is handled in which state, in what order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { enqueueActions, raise, setup } from "xstate";
import {
  cancelTimeout,
  postpone,
  send,
  sleep,
  spawn,
  startTimeout,
  type TimeoutKey,
} from "../../../runtime/index.ts";
import { simulation } from "./simulation.ts";

const states = ["a", "b", "c"] as const;
type State = (typeof states)[number];
const kinds = ["event", "state", "n1", "n2"] as const;
type Kind = (typeof kinds)[number];

/** Says itself what the machine does with it: waits in some states, in others moves, raises, and sets timeouts of no delay. */
interface Order {
  readonly type: "order";
  readonly id: number;
  readonly waitsIn: readonly State[];
  readonly goTo: State | undefined;
  readonly raised: readonly Order[];
  readonly timeouts: readonly { readonly kind: Kind; readonly starts: Order | undefined }[];
}

/** gen_statem's loop (`loop_state_transition` in gen_statem.erl), with XState's queue for what a step raises. */
function modelOf(messages: readonly Order[]): string[] {
  const told: string[] = [];
  const mailbox = [...messages];
  const raised: Order[] = [];
  let recalled: Order[] = [];
  let postponed: Order[] = [];
  let immediate: { readonly kind: Kind; readonly order: Order }[] = [];
  let state: State = "a";
  const stopTimeout = (kind: Kind): void => {
    immediate = immediate.filter((timeout) => timeout.kind !== kind);
  };
  for (;;) {
    const order = raised.shift() ?? recalled.shift() ?? immediate.shift()?.order ?? mailbox.shift();
    if (order === undefined) return told;
    told.push(`${order.id}@${state}`);
    const waits = order.waitsIn.includes(state);
    if (waits) postponed.push(order);
    stopTimeout("event");
    if (!waits && order.goTo !== undefined && order.goTo !== state) {
      stopTimeout("state");
      recalled = [...postponed, ...recalled];
      postponed = [];
      state = order.goTo;
    }
    if (waits) continue;
    for (const { kind, starts } of order.timeouts) {
      stopTimeout(kind);
      if (starts !== undefined) immediate.push({ kind, order: starts });
    }
    raised.push(...order.raised);
  }
}

function machineOf(told: string[]) {
  const keyOf = (kind: Kind): TimeoutKey => (kind === "event" || kind === "state" ? kind : { name: kind });
  const obey = (state: State) =>
    enqueueActions<object, Order, undefined, Order, never, never, never, never, never>(
      ({ enqueue, event }) => {
        told.push(`${event.id}@${state}`);
        for (const { kind, starts } of event.timeouts) {
          enqueue(
            starts === undefined
              ? cancelTimeout(keyOf(kind))
              : startTimeout(keyOf(kind), { delayMs: 0, event: starts }),
          );
        }
        for (const raised of event.raised) enqueue(raise(raised));
      },
    );
  const stateOf = (own: State) => ({
    on: {
      order: [
        {
          guard: ({ event }: { event: Order }) => event.waitsIn.includes(own),
          actions: [({ event }: { event: Order }) => void told.push(`${event.id}@${own}`), postpone()],
        },
        ...states.map((target) => ({
          guard: ({ event }: { event: Order }) => event.goTo === target,
          target,
          reenter: true,
          actions: obey(own),
        })),
        { actions: obey(own) },
      ],
    },
  });
  return setup({ types: { events: {} as Order } }).createMachine({
    initial: "a",
    states: { a: stateOf("a"), b: stateOf("b"), c: stateOf("c") },
  });
}

/** `depth` counts how far what an order raises or starts may do so in its turn. */
function arbitraryOrder(depth: number): fc.Arbitrary<Order> {
  const inner = depth === 0 ? undefined : arbitraryOrder(depth - 1);
  return fc.record({
    type: fc.constant("order" as const),
    id: fc.integer({ min: 0, max: 999 }),
    waitsIn: fc.subarray([...states], { maxLength: 2 }),
    goTo: fc.option(fc.constantFrom(...states), { nil: undefined }),
    raised: inner === undefined ? fc.constant([]) : fc.array(inner, { maxLength: 2 }),
    timeouts:
      inner === undefined
        ? fc.constant([])
        : fc.array(
            fc.record({ kind: fc.constantFrom(...kinds), starts: fc.option(inner, { nil: undefined }) }),
            { maxLength: 3 },
          ),
  });
}

describe("D08 F03 F04 F05 a machine that postpones, raises and sets timeouts", () => {
  test("handles everything in gen_statem's order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryOrder(2), { maxLength: 12 }), async (messages) => {
        const { inProcess } = simulation();
        const told: string[] = [];
        await inProcess(async () => {
          const pid = await spawn(machineOf(told));
          for (const message of messages) send(pid, message);
          await sleep(0);
        });
        expect(told).toEqual(modelOf(messages));
      }),
      { numRuns: 150, seed: 20_260 },
    );
  });
});
