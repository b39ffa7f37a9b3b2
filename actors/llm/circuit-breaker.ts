// The circuit breaker of one provider (M. Nygard, "Release It!", 2nd edition, "Circuit Breaker"): after failures in a row
// the provider is left alone, then one request tries whether it is well again.
//
// The machine is the whole story: XState's `transition` runs it as a pure function, which its tests do. A permit is known
// only in the state that gave it, because every change of state forgets all permits; so what comes late says nothing.
import { and, assign, setup } from "xstate";
import {
  type Address,
  type DownMessage,
  isPid,
  monitor,
  named,
  type Pid,
  type Protocol,
  type Ref,
  reply,
  samePid,
  tellEvent,
} from "../../runtime/index.ts";
import { llmEvents } from "./events.ts";
import { ownWorld } from "./own-world.ts";

/** `neutral`: it says nothing about the provider, such as a request that no provider would take. */
export type Outcome = "success" | "failure" | "neutral";

export type Acquired =
  | { readonly granted: true; readonly permit: string }
  /** Milliseconds until a request may try again; 0 while another one is trying. */
  | { readonly granted: false; readonly retryInMs: number };

export interface BreakerStatus {
  readonly entry: string;
  readonly state: "closed" | "open" | "half_open";
  readonly failures: number;
  readonly permits: number;
  readonly retryInMs: number;
}

export interface BreakerProtocol extends Protocol {
  readonly calls: {
    /** `holder` is the process that will report; when it ends without a report its permit is given back. */
    readonly acquire: { readonly payload: { readonly holder: Pid<Protocol> }; readonly reply: Acquired };
    /** `accepted` is false for a permit that counts no more. */
    readonly report: { readonly payload: Report; readonly reply: { readonly accepted: boolean } };
    readonly status: { readonly payload: undefined; readonly reply: BreakerStatus };
  };
  readonly casts: { readonly report: Report };
  readonly messages: { readonly type: string };
}

export interface Report {
  readonly permit: string;
  readonly outcome: Outcome;
}

export interface BreakerInput {
  readonly entry: string;
  readonly failureThreshold: number;
  readonly recoveryMs: number;
}

interface BreakerContext extends BreakerInput {
  /** Failures in a row. */
  readonly failures: number;
  readonly permits: Readonly<Record<string, Pid>>;
  readonly permitsGiven: number;
  /** Holders whose end will be told, so that nobody is watched twice. */
  readonly watched: readonly Pid[];
  readonly openUntilMs: number;
}

type Acquire = { readonly type: "acquire"; readonly holder: Pid; readonly replyTo?: Ref };
type ReportEvent = { readonly type: "report"; readonly replyTo?: Ref } & Report;
type Status = { readonly type: "status"; readonly replyTo?: Ref };
type Down = { readonly type: "sys.down"; readonly object: DownMessage["object"] };
export type BreakerEvent = Acquire | ReportEvent | Status | Down;

/** Where the breaker of an entry of llm.providers is. */
export function breakerOf(entry: string): Address<BreakerProtocol> & { readonly name: string } {
  return named<BreakerProtocol>(`llm.breaker.${entry}`);
}

const breakerSetup = setup({
  types: {
    context: {} as BreakerContext,
    events: {} as BreakerEvent,
    input: {} as BreakerInput,
  },
  delays: { recovery: ({ context }) => context.recoveryMs },
  guards: {
    hasHolder: ({ event }) => event.type === "acquire" && isPid(event.holder),
    isTrying: ({ context }) => Object.keys(context.permits).length > 0,
    isKnown: ({ context, event }) => event.type === "report" && Object.hasOwn(context.permits, event.permit),
    isFailure: ({ event }) => event.type === "report" && event.outcome === "failure",
    isSuccess: ({ event }) => event.type === "report" && event.outcome === "success",
    isLastStraw: ({ context }) => context.failures + 1 >= context.failureThreshold,
  },
  actions: {
    watch: (_, { holder }: { readonly holder: Pid }) => {
      monitor(holder);
    },
    takePermit: assign(({ context, event }) => {
      if (event.type !== "report") return {};
      const { [event.permit]: _, ...permits } = context.permits;
      return { permits };
    }),
    takePermitsOfDead: assign(({ context, event }) => {
      if (event.type !== "sys.down") return {};
      const isDead = (pid: Pid): boolean => isPid(event.object) && samePid(pid, event.object);
      const permits = Object.fromEntries(Object.entries(context.permits).filter(([, pid]) => !isDead(pid)));
      return { permits, watched: context.watched.filter((pid) => !isDead(pid)) };
    }),
    forgetPermits: assign({ permits: {} }),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
    tellOpened: ({ context: { entry, failures } }) =>
      tellEvent(llmEvents.breaker_opened, { entry, failures }),
    tellHalfOpened: ({ context: { entry } }) => tellEvent(llmEvents.breaker_half_opened, { entry }),
    tellClosed: ({ context: { entry } }) => tellEvent(llmEvents.breaker_closed, { entry }),
    startRecovery: assign({ openUntilMs: ({ context }) => ownWorld().clock.now() + context.recoveryMs }),
    answer: (_, { to, value }: { readonly to: Ref | undefined; readonly value: unknown }) => {
      if (to !== undefined) reply(to, value);
    },
    refuse: ({ context }, { to }: { readonly to: Ref | undefined }) => {
      if (to !== undefined) reply(to, { granted: false, retryInMs: remainingMs(context) });
    },
    describe: ({ context }, { to, state }: { readonly to: Ref | undefined; readonly state: string }) => {
      if (to === undefined) return;
      const { entry, failures, permits } = context;
      const retryInMs = state === "open" ? remainingMs(context) : 0;
      reply(to, { entry, state, failures, permits: Object.keys(permits).length, retryInMs });
    },
  },
});

const grant = breakerSetup.enqueueActions(({ context, event, self, enqueue }) => {
  if (event.type !== "acquire") return;
  const { holder, replyTo } = event;
  const permitsGiven = context.permitsGiven + 1;
  const permit = permitId(self.sessionId, permitsGiven);
  enqueue.assign({ permitsGiven, permits: { ...context.permits, [permit]: holder } });
  if (!context.watched.some((pid) => samePid(pid, holder))) {
    enqueue.assign({ watched: [...context.watched, holder] });
    enqueue({ type: "watch", params: { holder } });
  }
  enqueue({ type: "answer", params: { to: replyTo, value: { granted: true, permit } } });
});

const refusal = {
  type: "refuse" as const,
  params: ({ event }: { event: Acquire }) => ({ to: event.replyTo }),
};

const accepted = {
  type: "answer" as const,
  params: ({ event }: { event: ReportEvent }) => ({ to: event.replyTo, value: { accepted: true } }),
};

const declined = {
  type: "answer" as const,
  params: ({ event }: { event: ReportEvent }) => ({ to: event.replyTo, value: { accepted: false } }),
};

export const circuitBreaker = breakerSetup.createMachine({
  id: "llm_circuit_breaker",
  context: ({ input }) => ({
    ...input,
    failures: 0,
    permits: {},
    permitsGiven: 0,
    watched: [],
    openUntilMs: 0,
  }),
  initial: "closed",
  on: {
    report: { actions: declined },
    "sys.down": { actions: "takePermitsOfDead" },
  },
  states: {
    closed: {
      entry: ["forgetFailures", "forgetPermits"],
      on: {
        acquire: { guard: "hasHolder", actions: grant },
        report: [
          {
            guard: and(["isKnown", "isFailure", "isLastStraw"]),
            target: "open",
            actions: ["countFailure", accepted],
          },
          { guard: and(["isKnown", "isFailure"]), actions: ["takePermit", "countFailure", accepted] },
          { guard: and(["isKnown", "isSuccess"]), actions: ["takePermit", "forgetFailures", accepted] },
          { guard: "isKnown", actions: ["takePermit", accepted] },
        ],
        status: describedAs("closed"),
      },
    },
    open: {
      entry: ["forgetPermits", "startRecovery", "tellOpened"],
      after: { recovery: "half_open" },
      on: {
        acquire: { actions: refusal },
        status: describedAs("open"),
      },
    },
    half_open: {
      entry: "tellHalfOpened",
      on: {
        acquire: [
          { guard: "isTrying", actions: refusal },
          { guard: "hasHolder", actions: grant },
        ],
        report: [
          { guard: and(["isKnown", "isSuccess"]), target: "closed", actions: ["tellClosed", accepted] },
          { guard: and(["isKnown", "isFailure"]), target: "open", actions: ["countFailure", accepted] },
          { guard: "isKnown", actions: ["takePermit", accepted] },
        ],
        status: describedAs("half_open"),
      },
    },
  },
});

function describedAs(state: BreakerStatus["state"]) {
  const params = ({ event }: { event: Status }) => ({ to: event.replyTo, state });
  return { actions: { type: "describe" as const, params } };
}

/** Names the breaker too: a permit of one that was started again must not pass for one of the new. */
function permitId(breaker: string, number: number): string {
  return `${breaker}#${number}`;
}

function remainingMs(context: BreakerContext): number {
  return Math.max(0, Math.ceil(context.openUntilMs - ownWorld().clock.now()));
}
