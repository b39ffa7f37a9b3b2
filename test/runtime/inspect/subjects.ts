// Processes for the tests of looking inside: a counter, a waiting server, a machine with a secret.
import { assign, setup } from "xstate";
import { noReply, ok, replyWith, server, stopWith } from "../../../runtime/index.ts";
import { Secret } from "../../../runtime/secret.ts";

/** Counts what it is told. */
export const counter = server("counter", {
  init: (start: number | undefined) => ok({ total: start ?? 0 }),
  calls: {
    add: (state, by: number) => replyWith(state.total + by, { total: state.total + by }),
    get: (state) => replyWith(state.total, state),
  },
  casts: {
    bump: (state) => noReply({ total: state.total + 1 }),
    same: (state) => noReply(state),
    fail: () => {
      throw new Error("told to fail");
    },
    end: (state) => stopWith("normal", state),
  },
  info: (state) => noReply(state),
});

/** Its state holds what must not be seen, in every form. */
export const keeper = server("keeper", {
  init: () => ok(secrets()),
  calls: { ask: (state, _: unknown) => replyWith("hunter2-answer", state) },
  casts: { keep: (state, _: object) => noReply(state) },
});

/** Keeps only what may be shown in its reports. */
export const discreet = server("discreet", {
  init: () => ok({ user: "ada", pin: "1234" }),
  formatState: ({ user }) => ({ user }),
});

/** A lamp that is on or off, and knows how often it was switched. */
export const lamp = setup({
  types: {
    context: {} as { switched: number; key: Secret; apiKey: string },
    events: {} as { type: "switch" } | { type: "look" } | { type: "break" },
  },
}).createMachine({
  id: "lamp",
  context: () => ({ switched: 0, key: new Secret("hunter2"), apiKey: "hunter2" }),
  initial: "off",
  states: {
    off: {
      on: { switch: { target: "on", actions: assign({ switched: ({ context }) => context.switched + 1 }) } },
    },
    on: { on: { switch: "off" } },
    broken: { type: "final" },
    warming: { after: { 100: "on" } },
  },
});

export function secrets(): Record<string, unknown> {
  return {
    password: "hunter2",
    nested: { api_key: "hunter2", list: [{ accessToken: "hunter2" }] },
    secret: new Secret("hunter2"),
    map: new Map([["token", "hunter2"]]),
    plain: "shown",
  };
}
