// What the compiler says about servers and machines: `tsc -p tsconfig.check.json` is the judge, the runtime only keeps it honest.
import { describe, expectTypeOf, test } from "vitest";
import { assign, fromCallback, fromPromise, fromTransition, setup } from "xstate";
import {
  type Address,
  call,
  cast,
  named,
  noReply,
  ok,
  type Pid,
  type ProtocolOf,
  replyWith,
  send,
  sendRequest,
  server,
  spawn,
  spawnMonitor,
  stopWith,
  tryCall,
} from "../../../runtime/index.ts";

interface Total {
  readonly total: number;
}

const counter = server("counter", {
  init: (input: { readonly start: number }) => ok<Total>({ total: input.start }),
  calls: {
    bump: (state, payload: { readonly by: number }) =>
      replyWith(state.total + payload.by, { total: state.total + payload.by }),
    get: (state) => replyWith(state.total, state),
    label: async (state, style?: "short" | "long") => replyWith(style ?? "none", state),
    leave: (state) => stopWith("normal", state, { reply: true }),
    either: (state, payload: { readonly quit: boolean }) =>
      payload.quit ? stopWith("normal", state, { reply: "bye" }) : replyWith(1, state),
    later: (state, _payload: undefined, from) => {
      expectTypeOf(from).toExtend<Address>();
      return noReply(state);
    },
  },
  casts: {
    reset: (_state) => noReply({ total: 0 }),
    add: (state, payload: { readonly by: number }) => noReply({ total: state.total + payload.by }),
  },
  info: (state, message) => {
    expectTypeOf(message.type).toBeString();
    expectTypeOf(state).toEqualTypeOf<Total>();
    return noReply(state);
  },
  terminate: (state) => {
    expectTypeOf(state).toEqualTypeOf<Total>();
  },
});
type Counter = ProtocolOf<typeof counter>;

const inferred = server("inferred", {
  init: () => ok({ names: [] as string[] }),
  calls: { count: (state) => replyWith(state.names.length, state) },
});

type Lamp = { type: "on"; brightness: number } | { type: "off" };
const lamp = setup({
  types: { events: {} as Lamp, context: {} as { level: number }, input: {} as number },
}).createMachine({
  context: ({ input }) => ({ level: input }),
  on: { on: { actions: assign({ level: ({ event }) => event.brightness }) } },
});

// The compiler reads the bodies; nothing of this file runs them.
async function check(pid: Pid<Counter>): Promise<void> {
  await calls(pid);
  casts(pid);
  await starts();
  await machines();
}

async function calls(pid: Pid<Counter>): Promise<void> {
  expectTypeOf(await call(pid, "bump", { by: 1 })).toEqualTypeOf<number>();
  expectTypeOf(await call(pid, "get")).toEqualTypeOf<number>();
  expectTypeOf(await call(pid, "get", undefined, { timeoutMs: 10 })).toEqualTypeOf<number>();
  expectTypeOf(await call(pid, "label")).toEqualTypeOf<string>();
  expectTypeOf(await call(pid, "label", "long")).toEqualTypeOf<string>();
  expectTypeOf(await call(pid, "leave")).toEqualTypeOf<boolean>();
  expectTypeOf(await call(pid, "either", { quit: true })).toEqualTypeOf<string | number>();
  expectTypeOf(await call(named<Counter>("counter"), "get")).toEqualTypeOf<number>();
  expectTypeOf(await call(named<Counter>("counter").on("beta"), "get")).toEqualTypeOf<number>();
  expectTypeOf(await call(named("anybody"), "anything", { at: "all" })).toBeUnknown();
  const tried = await tryCall(pid, "bump", { by: 1 });
  if (tried.ok) expectTypeOf(tried.value).toEqualTypeOf<number>();
  else expectTypeOf(tried.error).toEqualTypeOf<Error>();
  expectTypeOf(await sendRequest(pid, "bump", { by: 1 }).receive(10)).toEqualTypeOf<number>();
  // @ts-expect-error no call of that name
  await call(pid, "bumb", { by: 1 });
  // @ts-expect-error a cast is no call
  await call(pid, "reset");
  // @ts-expect-error the payload is missing
  await call(pid, "bump");
  // @ts-expect-error the payload is of another shape
  await call(pid, "bump", { by: "1" });
  // @ts-expect-error there is no payload to give
  await call(pid, "get", { by: 1 });
  // @ts-expect-error no option of that name
  await call(pid, "bump", { by: 1 }, { timeout: 5 });
  // @ts-expect-error the payload is missing
  sendRequest(pid, "bump");
  // @ts-expect-error the payload is missing
  await tryCall(pid, "bump");
}

function casts(pid: Pid<Counter>): void {
  cast(pid, "reset");
  cast(pid, "add", { by: 1 });
  send(pid, { type: "tick" });
  send(pid, { type: "tick", at: 7 });
  // @ts-expect-error no cast of that name
  cast(pid, "rest");
  // @ts-expect-error a call is no cast
  cast(pid, "bump", { by: 1 });
  // @ts-expect-error the payload is missing
  cast(pid, "add");
  // @ts-expect-error a message has a type
  send(pid, { at: 7 });
}

async function starts(): Promise<void> {
  expectTypeOf(await spawn(counter, { input: { start: 0 } })).toEqualTypeOf<Pid<Counter>>();
  const pid = await spawn(inferred);
  expectTypeOf(await call(pid, "count")).toEqualTypeOf<number>();
  expectTypeOf(spawnMonitor(counter, { input: { start: 0 }, monitor: { output: true } }).pid).toEqualTypeOf<
    Pid<Counter>
  >();
  await spawn(async () => {});
  await spawn(async (input: { readonly n: number }) => input.n, { input: { n: 1 } });
  // Any pid is good enough for what needs no protocol.
  expectTypeOf(await spawn(counter, { input: { start: 0 } })).toExtend<Pid>();
  // @ts-expect-error the input is missing
  await spawn(counter);
  // @ts-expect-error the input is missing
  await spawn(counter, { name: "counter" });
  // @ts-expect-error the input is of another shape
  await spawn(counter, { input: { start: "0" } });
  // @ts-expect-error no option of that name
  await spawn(counter, { input: { start: 0 }, linked: true });
  // @ts-expect-error the input is missing
  spawnMonitor(counter);
  // @ts-expect-error the input is missing
  await spawn(async (input: { readonly n: number }) => input.n);
}

async function machines(): Promise<void> {
  const pid = await spawn(lamp, { input: 3 });
  send(pid, { type: "on", brightness: 3 });
  send(pid, { type: "off" });
  expectTypeOf(await call(pid, "anything")).toBeUnknown();
  // @ts-expect-error no event of that type
  send(pid, { type: "explode" });
  // @ts-expect-error the event's field is missing
  send(pid, { type: "on" });
  // @ts-expect-error the input is missing
  await spawn(lamp);
  // @ts-expect-error the input is of another type
  await spawn(lamp, { input: "3" });
  const reducer = await spawn(
    fromTransition((count: number, event: { type: "add" }) => count + event.type.length, 0),
  );
  send(reducer, { type: "add" });
  // @ts-expect-error no event of that type
  send(reducer, { type: "subtract" });
  await spawn(
    fromPromise(async ({ input }: { input: { url: string } }) => input.url),
    { input: { url: "" } },
  );
  // @ts-expect-error the input is missing
  await spawn(fromPromise(async ({ input }: { input: { url: string } }) => input.url));
  const callback = await spawn(fromCallback<{ type: "ping" }>(() => {}));
  send(callback, { type: "ping" });
  // @ts-expect-error no event of that type
  send(callback, { type: "pong" });
}

describe("the types of the runtime", () => {
  test("refuse what a process would not understand", () => {
    expectTypeOf(check).toBeFunction();
    server("wrong", {
      init: () => ok({ total: 0 }),
      // @ts-expect-error a call's result is made with replyWith, noReply or stopWith
      calls: { get: (state) => state.total },
    });
    server("wrong", {
      init: () => ok({ total: 0 }),
      // @ts-expect-error the state keeps its type
      casts: { reset: () => noReply({ total: "none" }) },
    });
    server("wrong", {
      init: () => ok({ total: 0 }),
      // @ts-expect-error nobody waits for an answer to a cast
      casts: { reset: (state) => replyWith(1, state) },
    });
    server("wrong", {
      init: () => ok({ total: 0 }),
      // @ts-expect-error there is no such callback
      handleInfo: () => noReply({ total: 0 }),
    });
    // @ts-expect-error init makes its state with ok, or refuses
    server("wrong", { init: () => ({ total: 0 }) });
  });
});
