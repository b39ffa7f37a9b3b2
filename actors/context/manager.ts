// The context manager: a machine that keeps what earlier operations found, so that later ones and repeated ones can use it.
import { assertEvent, setup } from "xstate";
import { type Ref, reply } from "../../runtime/index.ts";
import type { Clock } from "../../runtime/world.ts";
import { type ContextLimits, type ContextStatus, ContextStore } from "./store.ts";

export interface ContextInput {
  readonly limits: ContextLimits;
}

type ContextEvent =
  | {
      readonly type: "put";
      readonly session: string;
      readonly key: string;
      readonly value: unknown;
      readonly bytes: number;
      readonly replyTo?: Ref;
    }
  | { readonly type: "get"; readonly session: string; readonly key: string; readonly replyTo: Ref }
  | { readonly type: "forget"; readonly session: string; readonly replyTo?: Ref }
  | { readonly type: "status"; readonly replyTo: Ref };

/** What the manager understands, for `named<ContextManager>("context.manager")`. */
export interface ContextManager {
  readonly calls: {
    readonly put: { readonly payload: PutRequest; readonly reply: boolean };
    readonly get: {
      readonly payload: { readonly session: string; readonly key: string };
      readonly reply: unknown;
    };
    readonly forget: { readonly payload: { readonly session: string }; readonly reply: boolean };
    readonly status: { readonly payload: undefined; readonly reply: ContextStatus };
  };
  readonly casts: { readonly put: PutRequest; readonly forget: { readonly session: string } };
  readonly messages: { readonly type: string };
}

export interface PutRequest {
  readonly session: string;
  readonly key: string;
  readonly value: unknown;
  /** The size of the value, as the caller counts it. */
  readonly bytes: number;
}

/** How often expired sessions are looked for: often against the shortest timeout (a second counts for little in an hour). */
const sweepMs = 10_000;

/** Defines the manager; time comes from the world's clock. */
export function contextManager(clock: Clock) {
  return setup({
    types: { context: {} as { store: ContextStore }, events: {} as ContextEvent, input: {} as ContextInput },
    delays: { sweep: sweepMs },
    actions: {
      put: ({ context, event }) => {
        assertEvent(event, "put");
        const kept = context.store.put(event.session, event.key, event.value, event.bytes, clock.now());
        if (event.replyTo !== undefined) reply(event.replyTo, kept);
      },
      get: ({ context, event }) => {
        assertEvent(event, "get");
        reply(event.replyTo, context.store.get(event.session, event.key, clock.now()));
      },
      forget: ({ context, event }) => {
        assertEvent(event, "forget");
        const known = context.store.forget(event.session);
        if (event.replyTo !== undefined) reply(event.replyTo, known);
      },
      status: ({ context, event }) => {
        assertEvent(event, "status");
        reply(event.replyTo, context.store.status());
      },
      expire: ({ context }) => {
        context.store.expire(clock.now());
      },
    },
  }).createMachine({
    id: "context.manager",
    context: ({ input }) => ({ store: new ContextStore(input.limits) }),
    initial: "keeping",
    states: {
      keeping: { after: { sweep: "sweeping" } },
      sweeping: { entry: "expire", always: "keeping" },
    },
    on: {
      put: { actions: "put" },
      get: { actions: "get" },
      forget: { actions: "forget" },
      status: { actions: "status" },
    },
  });
}
