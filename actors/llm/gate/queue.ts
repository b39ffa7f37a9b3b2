// Who waits for an entry of llm.providers and who goes next: places, lanes, pauses. No process and no clock is touched here.
import { type Pid, type Ref, samePid } from "../../../runtime/process/pid.ts";
import type { Lane } from "../completion.ts";
import { laneDelayMs, placeRetryMs, waitingMax } from "./limits.ts";
import type { Share } from "./quota.ts";

interface Waiting {
  readonly permit: string;
  readonly holder: Pid;
  readonly from: Ref;
  /** Text in and out, at the most. */
  readonly tokens: number;
  readonly dueMs: number;
  /** When it counts as having come: by its lane later than it did. */
  readonly turnMs: number;
}

export interface Queue {
  readonly placesMax: number;
  readonly running: ReadonlyMap<string, Pid>;
  /** In the order in which they go. */
  readonly waiting: readonly Waiting[];
  /** Those for which a share of the rate is being asked for. */
  readonly asking: readonly string[];
  /** Nobody goes before: the provider wants to be left alone until then. */
  readonly pausedUntilMs: number;
  /** Nobody goes before: the rate is used up until then, and which one it is. */
  readonly quotaAtMs: number;
  readonly quotaWhat: string;
}

export type QueueEvent =
  | {
      readonly type: "asked";
      readonly permit: string;
      readonly holder: Pid;
      readonly from: Ref;
      readonly lane: Lane;
      readonly tokens: number;
      readonly waitMs: number;
      readonly nowMs: number;
    }
  | { readonly type: "shared"; readonly share: Share; readonly nowMs: number }
  | { readonly type: "released"; readonly permit: string; readonly nowMs: number }
  | { readonly type: "gone"; readonly holder: Pid; readonly nowMs: number }
  | { readonly type: "paused"; readonly untilMs: number; readonly nowMs: number }
  | { readonly type: "woken"; readonly nowMs: number };

export type QueueAction =
  | { readonly type: "grant"; readonly from: Ref }
  | { readonly type: "refuse"; readonly from: Ref; readonly retryInMs: number; readonly what: string }
  | { readonly type: "take"; readonly wants: readonly { readonly permit: string; readonly tokens: number }[] }
  /** A share was taken for somebody who does not wait any more. */
  | { readonly type: "unused"; readonly permit: string }
  /** Its holder ended: nobody knows what it used. */
  | { readonly type: "lost"; readonly permit: string };

export interface QueueStep {
  readonly state: Queue;
  readonly actions: readonly QueueAction[];
}

export function newQueue(placesMax: number): Queue {
  return {
    ...{ placesMax, running: new Map(), waiting: [], asking: [] },
    ...{ pausedUntilMs: 0, quotaAtMs: 0, quotaWhat: "" },
  };
}

export function queueStep(state: Queue, event: QueueEvent): QueueStep {
  const { nowMs } = event;
  switch (event.type) {
    case "asked":
      return asked(state, event);
    case "shared":
      return shared(state, event.share, nowMs);
    case "released": {
      if (!state.running.has(event.permit)) return { state, actions: [] };
      const running = new Map(state.running);
      running.delete(event.permit);
      return proceed({ ...state, running }, nowMs);
    }
    case "gone":
      return gone(state, event.holder, nowMs);
    case "paused":
      return proceed({ ...state, pausedUntilMs: Math.max(state.pausedUntilMs, event.untilMs) }, nowMs);
    case "woken":
      return proceed(state, nowMs);
  }
}

/** When it wants to be woken; undefined where nothing is to come. */
export function queueWakeMs(
  { waiting, asking, pausedUntilMs, quotaAtMs }: Queue,
  nowMs: number,
): number | undefined {
  const idle = waiting.filter(({ permit }) => !asking.includes(permit));
  if (idle.length === 0) return undefined;
  const opensMs = Math.max(pausedUntilMs, quotaAtMs);
  return Math.min(...idle.map(({ dueMs }) => dueMs), opensMs > nowMs ? opensMs : Number.POSITIVE_INFINITY);
}

type Asked = Extract<QueueEvent, { readonly type: "asked" }>;

function asked(state: Queue, { permit, holder, from, lane, tokens, waitMs, nowMs }: Asked): QueueStep {
  if (state.waiting.length >= waitingMax) {
    const what = `${waitingMax} requests that wait already`;
    return { state, actions: [{ type: "refuse", from, retryInMs: placeRetryMs, what }] };
  }
  const turnMs = nowMs + laneDelayMs[lane];
  const one: Waiting = { permit, holder, from, tokens, dueMs: nowMs + waitMs, turnMs };
  const behind = state.waiting.findIndex((other) => other.turnMs > turnMs);
  const at = behind < 0 ? state.waiting.length : behind;
  return proceed({ ...state, waiting: state.waiting.toSpliced(at, 0, one) }, nowMs);
}

function shared(state: Queue, share: Share, nowMs: number): QueueStep {
  const running = new Map(state.running);
  const actions: QueueAction[] = [];
  const granted = state.asking.slice(0, share.count);
  for (const permit of granted) {
    const one = state.waiting.find((other) => other.permit === permit);
    if (one === undefined) {
      actions.push({ type: "unused", permit });
      continue;
    }
    running.set(permit, one.holder);
    actions.push({ type: "grant", from: one.from });
  }
  const isShort = share.count < state.asking.length;
  const waiting = state.waiting.filter(({ permit }) => !granted.includes(permit));
  const quota = isShort ? { quotaAtMs: nowMs + Math.max(1, share.retryInMs), quotaWhat: share.what } : {};
  const next = proceed({ ...state, running, waiting, asking: [], ...quota }, nowMs);
  return { state: next.state, actions: [...actions, ...next.actions] };
}

function gone(state: Queue, holder: Pid, nowMs: number): QueueStep {
  const isOf = (pid: Pid): boolean => samePid(pid, holder);
  const lost = [...state.running].filter(([, pid]) => isOf(pid)).map(([permit]) => permit);
  const waiting = state.waiting.filter((one) => !isOf(one.holder));
  if (lost.length === 0 && waiting.length === state.waiting.length) return { state, actions: [] };
  const running = new Map([...state.running].filter(([, pid]) => !isOf(pid)));
  const next = proceed({ ...state, running, waiting }, nowMs);
  return {
    state: next.state,
    actions: [...lost.map((permit) => ({ type: "lost" as const, permit })), ...next.actions],
  };
}

/** Lets go who may, and refuses who cannot wait for as long as it takes. */
function proceed(state: Queue, nowMs: number): QueueStep {
  const { waiting, asking, running, placesMax, pausedUntilMs, quotaAtMs, quotaWhat } = state;
  if (waiting.length === 0) return { state, actions: [] };
  const isAsking = (one: Waiting): boolean => asking.includes(one.permit);
  const closedUntilMs = Math.max(pausedUntilMs, quotaAtMs);
  const isClosed = closedUntilMs > nowMs;
  const free = placesMax - running.size - asking.length;
  const next = isClosed || asking.length > 0 ? [] : waiting.slice(0, Math.max(0, free));
  const what = isClosed ? (pausedUntilMs >= quotaAtMs ? retryAfter : quotaWhat) : "max_concurrent_requests";
  const retryInMs = isClosed ? closedUntilMs - nowMs : placeRetryMs;
  const isRefused = (one: Waiting): boolean =>
    !isAsking(one) && !next.includes(one) && (one.dueMs <= nowMs || (isClosed && one.dueMs < closedUntilMs));
  const actions: QueueAction[] = waiting
    .filter(isRefused)
    .map(({ from }) => ({ type: "refuse", from, retryInMs: Math.ceil(retryInMs), what }));
  if (next.length > 0)
    actions.push({ type: "take", wants: next.map(({ permit, tokens }) => ({ permit, tokens })) });
  return {
    state: {
      ...state,
      waiting: waiting.filter((one) => !isRefused(one)),
      asking: next.length > 0 ? next.map(({ permit }) => permit) : asking,
    },
    actions,
  };
}

const retryAfter = "the provider's own wish to be left alone (Retry-After)";
