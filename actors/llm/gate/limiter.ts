// The limiter of a node: places at each entry of llm.providers, rates that the cluster shares, and pauses that providers ask for.
import {
  type ClusterStore,
  demonitor,
  GroupMessage,
  joinGroup,
  monitor,
  monitorGroup,
  named,
  noReply,
  ok,
  type Pid,
  type Protocol,
  type Ref,
  reply,
  self,
  send,
  sendAfter,
  sendGroup,
  server,
} from "../../../runtime/index.ts";
import { formatPid } from "../../../runtime/process/pid.ts";
import type { Lane } from "../completion.ts";
import { ownWorld } from "../own-world.ts";
import type { ToldLimits } from "../provider.ts";
import { ClusterQuota } from "./cluster-quota.ts";
import { giveBackMs, pauseMsMax } from "./limits.ts";
import { OwnQuota } from "./own-quota.ts";
import { newQueue, type Queue, type QueueAction, type QueueEvent, queueStep, queueWakeMs } from "./queue.ts";
import type { Quota, Share } from "./quota.ts";
import { type Amounts, nothing, type Rates } from "./rate.ts";
import { llmScope } from "./scope.ts";

export interface LimiterOptions {
  /** Requests at the same time at an entry. */
  readonly placesMax: ReadonlyMap<string, number>;
  /** By entry, and for all of them together under `everyEntry`. */
  readonly rates: ReadonlyMap<string, Rates>;
  /** What the cluster keeps; undefined while the node is alone. */
  readonly store: () => ClusterStore | undefined;
}

export interface LimiterAsk {
  /** What the request is known by from now on; made by whoever asks, and used once. */
  readonly permit: string;
  readonly entry: string;
  readonly lane: Lane;
  /** Of text in and out, at the most. */
  readonly tokens: number;
  /** The process that will report; when it ends without a report its place is given back. */
  readonly holder: Pid;
  readonly waitMs: number;
}

export type LimiterAnswer =
  | { readonly granted: true }
  | { readonly granted: false; readonly retryInMs: number; readonly what: string };

export interface LimiterReport {
  readonly permit: string;
  readonly entry: string;
  /** Undefined where nobody knows. */
  readonly used: Amounts | undefined;
  readonly limits: ToldLimits | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface EntryLimits {
  readonly entry: string;
  readonly running: number;
  readonly waiting: number;
  readonly placesMax: number;
  /** Milliseconds for which its provider wants to be left alone. */
  readonly pausedMs: number;
}

export interface LimiterProtocol extends Protocol {
  readonly calls: {
    readonly acquire: { readonly payload: LimiterAsk; readonly reply: LimiterAnswer };
    readonly status: { readonly payload: undefined; readonly reply: readonly EntryLimits[] };
  };
  readonly casts: { readonly report: LimiterReport };
  readonly messages: { readonly type: string };
}

export const limiterName = "llm.limiter";
export const limiterAt = named<LimiterProtocol>(limiterName);

/** The limiters of all nodes. */
const group = "limiter";

interface Pause {
  readonly type: "limiter_pause";
  readonly from: string;
  /** What comes late, after a later one of the same node, changes nothing. */
  readonly number: number;
  readonly entry: string;
  readonly leftMs: number;
}

type LimiterMessage =
  | GroupMessage
  | Pause
  | { readonly type: "shared"; readonly entry: string; readonly share: Share }
  | { readonly type: "wake"; readonly entry: string }
  | { readonly type: "flush" };

/** Defines the process `llm.limiter`. It stands beside the group scope `llm`. */
export function llmLimiter(options: LimiterOptions) {
  return server("llm_limiter", {
    init: () => ok(new Limiter(options)),
    calls: {
      acquire: (limiter: Limiter, ask: LimiterAsk, from: Ref) => {
        limiter.ask(ask, from);
        return noReply(limiter);
      },
      status: (limiter: Limiter, _: undefined, from: Ref) => {
        reply(from, limiter.status());
        return noReply(limiter);
      },
    },
    casts: {
      report: (limiter: Limiter, report: LimiterReport) => {
        limiter.report(report);
        return noReply(limiter);
      },
    },
    info: (limiter, message) => {
      limiter.hear(message as unknown as LimiterMessage);
      return noReply(limiter);
    },
    terminate: (limiter) => limiter.close(),
    formatState: (limiter) => limiter.status(),
  });
}

class Limiter {
  readonly #options: LimiterOptions;
  readonly #world = ownWorld();
  readonly #self = self();
  readonly #queues = new Map<string, Queue>();
  /** The watch over the holder, by permit. */
  readonly #watches = new Map<string, Ref>();
  readonly #heard = new Map<string, number>();
  readonly #wakesMs = new Map<string, number>();
  #told = 0;
  #own: OwnQuota | undefined;
  #shared: { readonly of: ClusterStore; readonly quota: ClusterQuota } | undefined;
  #isFlushing = false;

  constructor(options: LimiterOptions) {
    this.#options = options;
    joinGroup(llmScope, group, this.#self);
    monitorGroup(llmScope, group);
    this.#quota();
  }

  ask({ permit, entry, lane, tokens, holder, waitMs }: LimiterAsk, from: Ref): void {
    this.#watches.set(permit, this.#watch(permit, holder));
    this.#step(entry, { type: "asked", permit, holder, from, lane, tokens, waitMs, nowMs: this.#nowMs });
  }

  report({ permit, entry, used, limits, retryAfterMs }: LimiterReport): void {
    const watch = this.#watches.get(permit);
    if (watch !== undefined) demonitor(watch, { flush: true });
    this.#watches.delete(permit);
    const quota = this.#quota();
    quota.done(entry, permit, used);
    if (limits !== undefined) quota.told(entry, limits);
    if (retryAfterMs !== undefined && retryAfterMs > 0) {
      const leftMs = Math.min(retryAfterMs, pauseMsMax);
      this.#pause(entry, leftMs);
      sendGroup(llmScope, group, this.#pauseNews(entry, leftMs) as never);
    }
    this.#step(entry, { type: "released", permit, nowMs: this.#nowMs });
    this.#flushSoon();
  }

  hear(message: LimiterMessage): void {
    if (message instanceof GroupMessage) this.#regroup(message);
    else if (message.type === "limiter_pause") this.#hearPause(message);
    else if (message.type === "shared") {
      this.#step(message.entry, { type: "shared", share: message.share, nowMs: this.#nowMs });
    } else if (message.type === "wake") {
      this.#wakesMs.delete(message.entry);
      this.#step(message.entry, { type: "woken", nowMs: this.#nowMs });
    } else if (message.type === "flush") {
      this.#isFlushing = false;
      void this.#shared?.quota.flush();
    }
  }

  status(): readonly EntryLimits[] {
    const nowMs = this.#nowMs;
    const entries = new Set([...this.#options.placesMax.keys(), ...this.#queues.keys()]);
    return [...entries].map((entry) => {
      const { running, waiting, placesMax, pausedUntilMs } = this.#queue(entry);
      const pausedMs = Math.max(0, Math.ceil(pausedUntilMs - nowMs));
      return { entry, running: running.size, waiting: waiting.length, placesMax, pausedMs };
    });
  }

  close(): void {
    this.#shared?.quota.close();
  }

  get #nowMs(): number {
    return this.#world.clock.now();
  }

  #queue(entry: string): Queue {
    return this.#queues.get(entry) ?? newQueue(this.#options.placesMax.get(entry) ?? 1);
  }

  #step(entry: string, event: QueueEvent): void {
    const { state, actions } = queueStep(this.#queue(entry), event);
    this.#queues.set(entry, state);
    for (const action of actions) this.#act(entry, action);
    this.#wakeAt(entry, event.nowMs);
  }

  #act(entry: string, action: QueueAction): void {
    switch (action.type) {
      case "grant":
        reply(action.from, { granted: true } satisfies LimiterAnswer);
        return;
      case "refuse": {
        const { retryInMs, what } = action;
        reply(action.from, { granted: false, retryInMs, what } satisfies LimiterAnswer);
        return;
      }
      case "take":
        this.#take(entry, action.wants);
        return;
      case "unused":
        this.#quota().done(entry, action.permit, nothing);
        this.#flushSoon();
        return;
      case "lost":
        this.#quota().done(entry, action.permit, undefined);
    }
  }

  #take(entry: string, wants: readonly { readonly permit: string; readonly tokens: number }[]): void {
    const asked = wants.map(({ permit, tokens }) => ({ permit, amounts: { requests: 1, tokens } }));
    const share = this.#quota().take(entry, asked);
    if (!(share instanceof Promise)) {
      this.#step(entry, { type: "shared", share, nowMs: this.#nowMs });
      return;
    }
    // A fault of the store's ends the limiter as any other: those who wait are told by its end.
    void share.then((given) => send(this.#self, { type: "shared", entry, share: given } as never));
  }

  /** What the cluster shares where the node has a part in it. */
  #quota(): Quota {
    const { rates } = this.#options;
    const world = this.#world;
    const store = this.#options.store();
    if (store === undefined) {
      this.#own ??= new OwnQuota(world.clock, rates);
      return this.#own;
    }
    if (this.#shared?.of !== store) {
      this.#shared?.quota.close();
      const writer = formatPid(this.#self);
      const quota = new ClusterQuota({ world, bucket: store.bucket("limits"), rates, writer });
      this.#shared = { of: store, quota };
    }
    return this.#shared.quota;
  }

  #flushSoon(): void {
    if (this.#isFlushing || this.#shared?.quota.hasNews !== true) return;
    this.#isFlushing = true;
    sendAfter(this.#self, { type: "flush" } as never, giveBackMs);
  }

  #pause(entry: string, leftMs: number): void {
    const nowMs = this.#nowMs;
    this.#step(entry, { type: "paused", untilMs: nowMs + leftMs, nowMs });
  }

  #pauseNews(entry: string, leftMs: number): Pause {
    this.#told += 1;
    return { type: "limiter_pause", from: formatPid(this.#self), number: this.#told, entry, leftMs };
  }

  #hearPause({ from, number, entry, leftMs }: Pause): void {
    if (from === formatPid(this.#self) || number <= (this.#heard.get(from) ?? 0)) return;
    this.#heard.set(from, number);
    this.#pause(entry, Math.min(leftMs, pauseMsMax));
  }

  /** Whoever is new, or was away, is told of the pauses that go on. */
  #regroup({ change, pids }: GroupMessage): void {
    // The node may have a part in what the cluster shares by now, and hears of it before anybody asks.
    this.#quota();
    for (const pid of pids) {
      if (change === "leave") this.#heard.delete(formatPid(pid));
      if (change === "leave" || pid.node === this.#self.node) continue;
      for (const { entry, pausedMs } of this.status()) {
        if (pausedMs > 0) send(pid, this.#pauseNews(entry, pausedMs) as never);
      }
    }
  }

  #watch(permit: string, holder: Pid): Ref {
    return monitor(holder, () => {
      this.#watches.delete(permit);
      for (const entry of this.#queues.keys())
        this.#step(entry, { type: "gone", holder, nowMs: this.#nowMs });
    });
  }

  #wakeAt(entry: string, nowMs: number): void {
    const atMs = queueWakeMs(this.#queue(entry), nowMs);
    if (atMs === undefined || atMs >= (this.#wakesMs.get(entry) ?? Number.POSITIVE_INFINITY)) return;
    this.#wakesMs.set(entry, atMs);
    sendAfter(this.#self, { type: "wake", entry } as never, Math.max(0, Math.ceil(atMs - nowMs)));
  }
}
