// The circuit breakers of one entry of llm.providers, one for each model: told of by all nodes of the cluster, tried by one.
import { createHash } from "node:crypto";
import {
  demonitor,
  GroupMessage,
  joinGroup,
  monitor,
  monitorGroup,
  noReply,
  ok,
  type Pid,
  type Ref,
  reply,
  replyWith,
  self,
  send,
  sendAfter,
  sendGroup,
  server,
  tellEvent,
} from "../../../runtime/index.ts";
import { llmEvents } from "../events.ts";
import { ownWorld } from "../own-world.ts";
import type {
  BreakerAnswer,
  BreakerAsk,
  BreakerProtocol,
  BreakerReport,
  BreakerStatus,
  ModelBreaker,
} from "./breaker-protocol.ts";
import {
  type Breaker,
  type BreakerAction,
  type BreakerChange,
  type BreakerEvent,
  type BreakerOrder,
  type BreakerRules,
  breakerStep,
  breakerWakeMs,
  changeOf,
  newBreaker,
  retryInMs,
} from "./breaker-state.ts";
import { breakersPerEntryMax } from "./limits.ts";
import { beginProbe, endProbe, type ProbeAnswer } from "./probe.ts";
import { llmScope } from "./scope.ts";

export interface BreakerInput {
  readonly entry: string;
  readonly rules: BreakerRules;
}

type News = {
  readonly type: "breaker_news";
  readonly changes: readonly (readonly [string, BreakerChange])[];
};
type BreakerMessage = GroupMessage | News | ProbeAnswer | { readonly type: "wake" };

/** Defines the process `llm.breaker.<entry>`. It stands beside the group scope `llm`. */
export const circuitBreaker = server("llm_circuit_breaker", {
  init: (input: BreakerInput) => ok(new Breakers(input)),
  calls: {
    peek: (breakers: Breakers, { model }: { readonly model: string }) =>
      replyWith({ retryInMs: breakers.peek(model) }, breakers),
    acquire: (breakers: Breakers, ask: BreakerAsk, from: Ref) => {
      breakers.ask(ask, from);
      return noReply(breakers);
    },
    order: (
      breakers: Breakers,
      { order, model }: BreakerProtocol["calls"]["order"]["payload"],
      from: Ref,
    ) => {
      breakers.order(order, model);
      reply(from, breakers.status());
      return noReply(breakers);
    },
    status: (breakers: Breakers, _: undefined, from: Ref) => {
      reply(from, breakers.status());
      return noReply(breakers);
    },
  },
  casts: {
    report: (breakers: Breakers, report: BreakerReport) => {
      breakers.report(report);
      return noReply(breakers);
    },
  },
  info: (breakers, message) => {
    breakers.hear(message as unknown as BreakerMessage);
    return noReply(breakers);
  },
  formatState: (breakers) => breakers.status(),
});

/** What a person orders for all models of an entry is kept under this, which no model is called. */
const everyModel = "";

class Breakers {
  readonly #entry: string;
  readonly #rules: BreakerRules;
  readonly #node = self().node;
  readonly #group: string;
  /** The one that was asked for last stands last. */
  readonly #states = new Map<string, Breaker>();
  /** By permit: the model that it is for, and the watch over its holder. */
  readonly #asked = new Map<string, { readonly model: string; readonly watch: Ref }>();
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor({ entry, rules }: BreakerInput) {
    this.#entry = entry;
    this.#rules = rules;
    this.#group = `breaker.${entry}`;
    joinGroup(llmScope, this.#group, self());
    monitorGroup(llmScope, this.#group);
  }

  ask({ permit, model, holder, waitMs }: BreakerAsk, from: Ref): void {
    const nowMs = ownWorld().clock.now();
    const order = this.#states.get(everyModel);
    if (order?.isHeld === true) {
      reply(from, { granted: false, retryInMs: retryInMs(order, nowMs) } satisfies BreakerAnswer);
      return;
    }
    this.#asked.set(permit, { model, watch: this.#watch(holder) });
    this.#step(model, { type: "asked", permit, holder, from, dueMs: nowMs + waitMs, nowMs });
  }

  peek(model: string): number {
    const nowMs = ownWorld().clock.now();
    for (const key of [everyModel, model]) {
      const state = this.#states.get(key);
      if (state?.is === "open" && (state.isHeld || state.openUntilMs > nowMs)) return retryInMs(state, nowMs);
    }
    return 0;
  }

  report({ permit, outcome, firstMs }: BreakerReport): void {
    const model = this.#forget(permit);
    if (model === undefined) return;
    this.#step(model, { type: "reported", permit, outcome, firstMs, nowMs: ownWorld().clock.now() });
  }

  order(order: BreakerOrder, model: string | undefined): void {
    const nowMs = ownWorld().clock.now();
    const isOpening = order === "open";
    // What is ordered for all holds for those too that are not known yet.
    if (model === undefined) this.#step(everyModel, { type: "ordered", order, nowMs });
    const models =
      model === undefined ? [...this.#states.keys()].filter((known) => known !== everyModel) : [model];
    if (isOpening && model === undefined) return;
    for (const one of models) this.#step(one, { type: "ordered", order, nowMs });
  }

  hear(message: BreakerMessage): void {
    const nowMs = ownWorld().clock.now();
    if (message instanceof GroupMessage) {
      if (message.change === "join") this.#greet(message.pids, nowMs);
    } else if (message.type === "breaker_news") {
      for (const [model, change] of message.changes) this.#step(model, { type: "heard", change, nowMs });
    } else if (message.type === "probe") {
      const { model, permit, granted } = message;
      this.#step(model, { type: "probe", permit, granted, nowMs });
    } else if (message.type === "wake") {
      this.#wakeMs = Number.POSITIVE_INFINITY;
      for (const model of this.#states.keys()) this.#step(model, { type: "woken", nowMs });
    }
  }

  status(): BreakerStatus {
    const nowMs = ownWorld().clock.now();
    const all = [...this.#states].map(([model, state]): ModelBreaker => {
      const { is, isHeld, failures, permits, openUntilMs } = state;
      const isDue = is === "open" && !isHeld && nowMs >= openUntilMs;
      const left = is === "open" && !isDue ? retryInMs(state, nowMs) : 0;
      return {
        ...{ model, state: isDue ? "half_open" : is, held: isHeld, failures },
        ...{ permits: permits.size, retryInMs: left },
      };
    });
    const order = ["open", "half_open", "closed"] as const;
    const state = order.find((one) => all.some((model) => model.state === one)) ?? "closed";
    return {
      entry: this.#entry,
      state,
      held: all.some(({ held }) => held),
      failures: Math.max(0, ...all.map(({ failures }) => failures)),
      permits: all.reduce((sum, { permits }) => sum + permits, 0),
      retryInMs: Math.max(0, ...all.map((one) => one.retryInMs)),
      models: all.filter(({ model }) => model !== everyModel),
    };
  }

  #step(model: string, event: BreakerEvent): void {
    const before = this.#states.get(model) ?? newBreaker(this.#rules, this.#node);
    const { state, actions } = breakerStep(before, event);
    if (event.type === "asked") this.#states.delete(model);
    this.#states.set(model, state);
    this.#forgetOldest();
    for (const action of actions) this.#act(model, action);
    this.#wakeAt(breakerWakeMs(state), event.nowMs);
  }

  #act(model: string, action: BreakerAction): void {
    switch (action.type) {
      case "grant":
        reply(action.from, { granted: true } satisfies BreakerAnswer);
        return;
      case "refuse":
        this.#forget(action.permit);
        reply(action.from, { granted: false, retryInMs: action.retryInMs } satisfies BreakerAnswer);
        return;
      case "try":
        beginProbe({ id: probeId(this.#entry, model), model, permit: action.permit });
        return;
      case "tried":
        endProbe(action.permit);
        return;
      case "spread":
        this.#spread(model);
        return;
      case "tell": {
        const told = { entry: this.#entry };
        if (action.is === "opened")
          tellEvent(llmEvents.breaker_opened, { ...told, failures: action.failures });
        else if (action.is === "closed") tellEvent(llmEvents.breaker_closed, told);
        else tellEvent(llmEvents.breaker_half_opened, told);
      }
    }
  }

  #spread(model: string): void {
    const state = this.#states.get(model);
    const change = state && changeOf(state, ownWorld().clock.now());
    if (change === undefined) return;
    sendGroup(llmScope, this.#group, { type: "breaker_news", changes: [[model, change]] } as never);
  }

  /** Whoever is new, or was away, is told all that ever happened. */
  #greet(pids: readonly Pid[], nowMs: number): void {
    const changes = [...this.#states].flatMap(([model, state]) => {
      const change = changeOf(state, nowMs);
      return change === undefined ? [] : [[model, change] as const];
    });
    if (changes.length === 0) return;
    for (const pid of pids) {
      if (pid.node !== this.#node) send(pid, { type: "breaker_news", changes } as never);
    }
  }

  /** Its model, where it was known. */
  #forget(permit: string): string | undefined {
    const asked = this.#asked.get(permit);
    if (asked === undefined) return undefined;
    this.#asked.delete(permit);
    demonitor(asked.watch, { flush: true });
    return asked.model;
  }

  #watch(holder: Pid): Ref {
    return monitor(holder, () => {
      const nowMs = ownWorld().clock.now();
      for (const model of this.#states.keys()) this.#step(model, { type: "gone", holder, nowMs });
      this.#forgetPermits();
    });
  }

  /** Permits that no state knows any more are those of holders that ended, or from before a change. */
  #forgetPermits(): void {
    for (const [permit, { model }] of this.#asked) {
      const state = this.#states.get(model);
      const isKnown =
        state !== undefined &&
        (state.permits.has(permit) ||
          state.probe?.permit === permit ||
          state.waiters.some((waiter) => waiter.permit === permit));
      if (!isKnown) this.#forget(permit);
    }
  }

  #forgetOldest(): void {
    if (this.#states.size <= breakersPerEntryMax) return;
    for (const [model, { is, permits, isHeld }] of this.#states) {
      if (model === everyModel || is !== "closed" || permits.size > 0 || isHeld) continue;
      this.#states.delete(model);
      return;
    }
  }

  #wakeAt(atMs: number | undefined, nowMs: number): void {
    if (atMs === undefined || atMs >= this.#wakeMs) return;
    this.#wakeMs = atMs;
    sendAfter(self(), { type: "wake" } as never, Math.max(0, Math.ceil(atMs - nowMs)));
  }
}

/** The lock of the cluster under which one request tries; a model may be called anything, and be long. */
function probeId(entry: string, model: string): string {
  return `llm.probe/${entry}/${createHash("sha256").update(model).digest("hex").slice(0, 24)}`;
}
