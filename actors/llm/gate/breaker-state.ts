// The mind of a circuit breaker (M. Nygard, "Release It!", 2nd edition, "Circuit Breaker"): a provider that fails too often is left
// alone, then one request of the whole cluster tries whether it is well again. No process and no clock is touched here.
//
// That it opens and closes is agreed upon by version: each such change is one more than the last that is known, the higher one
// wins everywhere, and what comes late or twice changes nothing. A permit is known only in the state that gave it.
import { type Pid, type Ref, samePid } from "../../../runtime/process/pid.ts";
import type { GateOutcome } from "../gate.ts";
import { heldRetryMs, probeRetryMs } from "./limits.ts";

export interface BreakerRules {
  readonly failureThreshold: number;
  readonly recoveryMs: number;
  readonly failureRate: number;
  readonly windowRequests: number;
  /** Milliseconds until an answer begins above which it is slow; undefined where none is. */
  readonly slowMs: number | undefined;
  readonly slowRate: number;
}

/** A change that all nodes are told of. */
export interface BreakerChange {
  readonly version: number;
  /** The node that made it: of two of one version that with the greater name counts. */
  readonly by: string;
  readonly isOpen: boolean;
  /** A person opened it, and a person has to close it. */
  readonly isHeld: boolean;
  /** Milliseconds until somebody may try, from when it was told. */
  readonly leftMs: number;
  readonly failures: number;
}

interface Result {
  readonly failed: boolean;
  readonly slow: boolean;
}

interface Waiter {
  readonly permit: string;
  readonly holder: Pid;
  readonly from: Ref;
  readonly dueMs: number;
}

/** The one request that tries; while `isSure` is false it is not known yet whether another node tries. */
interface Probe extends Waiter {
  readonly isSure: boolean;
}

export interface Breaker {
  readonly rules: BreakerRules;
  readonly node: string;
  readonly is: "closed" | "open" | "half_open";
  readonly isHeld: boolean;
  readonly version: number;
  readonly by: string;
  readonly openUntilMs: number;
  /** Failures in a row. */
  readonly failures: number;
  /** The last requests, the latest at the end. */
  readonly window: readonly Result[];
  readonly permits: ReadonlyMap<string, Pid>;
  readonly probe: Probe | undefined;
  /** Requests that wait for what comes of the probe. */
  readonly waiters: readonly Waiter[];
  /** When this node asks again whether it may try; another one did the last time. */
  readonly tryAgainMs: number;
}

export type BreakerEvent =
  | ({ readonly type: "asked"; readonly nowMs: number } & Waiter)
  | {
      readonly type: "reported";
      readonly permit: string;
      readonly outcome: GateOutcome;
      readonly firstMs: number | undefined;
      readonly nowMs: number;
    }
  | { readonly type: "gone"; readonly holder: Pid; readonly nowMs: number }
  /** Whether the probe may be made: the cluster has granted it, or has given it to another node. */
  | { readonly type: "probe"; readonly permit: string; readonly granted: boolean; readonly nowMs: number }
  | { readonly type: "heard"; readonly change: BreakerChange; readonly nowMs: number }
  | { readonly type: "ordered"; readonly order: BreakerOrder; readonly nowMs: number }
  | { readonly type: "woken"; readonly nowMs: number };

export type BreakerOrder = "open" | "close" | "reset";

export type BreakerAction =
  | { readonly type: "grant"; readonly from: Ref; readonly permit: string; readonly holder: Pid }
  | {
      readonly type: "refuse";
      readonly from: Ref;
      readonly permit: string;
      readonly retryInMs: number;
    }
  /** Have the cluster say whether this node may try. */
  | { readonly type: "try"; readonly permit: string }
  /** Nobody of this node tries any more. */
  | { readonly type: "tried"; readonly permit: string }
  | { readonly type: "spread" }
  | { readonly type: "tell"; readonly is: "opened" | "half_opened" | "closed"; readonly failures: number };

export interface BreakerStep {
  readonly state: Breaker;
  readonly actions: readonly BreakerAction[];
}

export function newBreaker(rules: BreakerRules, node: string): Breaker {
  return {
    ...{ rules, node, is: "closed", isHeld: false, version: 0, by: "", openUntilMs: 0, failures: 0 },
    ...{ window: [], permits: new Map(), probe: undefined, waiters: [], tryAgainMs: 0 },
  };
}

export function breakerStep(state: Breaker, event: BreakerEvent): BreakerStep {
  switch (event.type) {
    case "asked":
      return asked(recovered(state, event.nowMs), event);
    case "reported":
      return reported(state, event);
    case "gone":
      return gone(state, event.holder, event.nowMs);
    case "probe":
      return probed(state, event);
    case "heard":
      return heard(state, event.change, event.nowMs);
    case "ordered":
      return ordered(state, event.order, event.nowMs);
    case "woken":
      return woken(recovered(state, event.nowMs), event.nowMs);
  }
}

/** When it wants to be woken, on the clock of its node; undefined where nothing is to come. */
export function breakerWakeMs(state: Breaker): number | undefined {
  const { is, isHeld, openUntilMs, waiters, probe, tryAgainMs } = state;
  const times = waiters.map(({ dueMs }) => dueMs);
  if (waiters.length > 0 && probe === undefined) times.push(tryAgainMs);
  if (is === "open" && !isHeld) times.push(openUntilMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** How it stands as the change that led to it; undefined where nothing ever happened. */
export function changeOf(
  { version, by, is, isHeld, openUntilMs, failures }: Breaker,
  nowMs: number,
): BreakerChange | undefined {
  if (version === 0) return undefined;
  const leftMs = Math.max(0, Math.ceil(openUntilMs - nowMs));
  return { version, by, isOpen: is !== "closed", isHeld, leftMs, failures };
}

/** Milliseconds until a request may try again. */
export function retryInMs({ is, isHeld, openUntilMs }: Breaker, nowMs: number): number {
  if (isHeld) return heldRetryMs;
  if (is === "closed") return 0;
  return is === "open" ? Math.max(0, Math.ceil(openUntilMs - nowMs)) : probeRetryMs;
}

/** An open one that was left alone for long enough is half open. */
function recovered(state: Breaker, nowMs: number): BreakerStep {
  if (state.is !== "open" || state.isHeld || nowMs < state.openUntilMs) return { state, actions: [] };
  return { state: { ...state, is: "half_open" }, actions: [told("half_opened", state)] };
}

function woken({ state, actions }: BreakerStep, nowMs: number): BreakerStep {
  const late = state.waiters.filter(({ dueMs }) => dueMs <= nowMs);
  const waiters = state.waiters.filter(({ dueMs }) => dueMs > nowMs);
  const told = [...actions, ...late.map((waiter) => refusal(waiter, probeRetryMs))];
  const isTurn = state.is === "half_open" && state.probe === undefined && nowMs >= state.tryAgainMs;
  if (!isTurn) return { state: { ...state, waiters }, actions: told };
  const next = nextProbe({ ...state, waiters }, nowMs);
  return { state: next.state, actions: [...told, ...next.actions] };
}

function asked({ state, actions }: BreakerStep, event: Waiter & { readonly nowMs: number }): BreakerStep {
  const { permit, holder, from, dueMs, nowMs } = event;
  const also = (next: Breaker, ...more: readonly BreakerAction[]): BreakerStep => ({
    state: next,
    actions: [...actions, ...more],
  });
  if (state.is === "closed") return also(granted(state, event), { type: "grant", from, permit, holder });
  if (state.is === "open") return also(state, refusal(event, retryInMs(state, nowMs)));
  const waiter: Waiter = { permit, holder, from, dueMs };
  if (state.probe === undefined && nowMs >= state.tryAgainMs)
    return also({ ...state, probe: { ...waiter, isSure: false } }, { type: "try", permit });
  if (dueMs <= nowMs) return also(state, refusal(event, probeRetryMs));
  return also({ ...state, waiters: [...state.waiters, waiter] });
}

function granted(state: Breaker, { permit, holder }: Pick<Waiter, "permit" | "holder">): Breaker {
  return { ...state, permits: new Map(state.permits).set(permit, holder) };
}

type Reported = Extract<BreakerEvent, { readonly type: "reported" }>;

function reported(state: Breaker, { permit, outcome, firstMs, nowMs }: Reported): BreakerStep {
  if (!state.permits.has(permit)) return { state, actions: [] };
  const permits = new Map(state.permits);
  permits.delete(permit);
  const without = { ...state, permits };
  if (state.probe?.permit === permit) return probeReported(without, outcome, nowMs);
  if (outcome === "neutral") return { state: without, actions: [] };
  const { slowMs, windowRequests } = state.rules;
  const failed = outcome === "failure";
  const result = { failed, slow: slowMs !== undefined && firstMs !== undefined && firstMs > slowMs };
  const next = {
    ...without,
    failures: failed ? state.failures + 1 : 0,
    window: [...state.window, result].slice(-windowRequests),
  };
  return isTooMuch(next) ? opened(next, nowMs) : { state: next, actions: [] };
}

function probeReported(state: Breaker, outcome: GateOutcome, nowMs: number): BreakerStep {
  if (outcome === "success") return closed(state);
  if (outcome === "failure") return opened({ ...state, failures: state.failures + 1 }, nowMs);
  return nextProbe(state, nowMs);
}

function isTooMuch({ failures, window, rules }: Breaker): boolean {
  if (failures >= rules.failureThreshold) return true;
  if (window.length < rules.windowRequests) return false;
  const share = (key: keyof Result): number => window.filter((result) => result[key]).length / window.length;
  return share("failed") >= rules.failureRate || share("slow") >= rules.slowRate;
}

/** Nothing is known of what the probe came to: another one tries, the first of those who wait. */
function nextProbe(state: Breaker, nowMs: number): BreakerStep {
  const { probe, waiters } = state;
  const actions: BreakerAction[] = probe === undefined ? [] : [{ type: "tried", permit: probe.permit }];
  const [first, ...rest] = waiters.filter(({ dueMs }) => dueMs > nowMs);
  const late = waiters.filter(({ dueMs }) => dueMs <= nowMs);
  actions.push(...late.map((waiter) => refusal(waiter, probeRetryMs)));
  if (first === undefined) return { state: { ...state, probe: undefined, waiters: [] }, actions };
  return {
    state: { ...state, probe: { ...first, isSure: false }, waiters: rest },
    actions: [...actions, { type: "try", permit: first.permit }],
  };
}

function probed(
  state: Breaker,
  event: { readonly permit: string; readonly granted: boolean; readonly nowMs: number },
): BreakerStep {
  const { probe } = state;
  if (probe === undefined || probe.permit !== event.permit || probe.isSure) {
    // The right to try came too late: the cluster has found out meanwhile.
    return { state, actions: event.granted ? [{ type: "tried", permit: event.permit }] : [] };
  }
  const { permit, holder, from } = probe;
  if (event.granted) {
    return {
      state: { ...granted(state, probe), probe: { ...probe, isSure: true } },
      actions: [{ type: "grant", from, permit, holder }],
    };
  }
  // Another node tries. Who may wait does, until it is known what came of that.
  const { isSure: _, ...waiter } = probe;
  const canWait = probe.dueMs > event.nowMs;
  const waiters = canWait ? [waiter, ...state.waiters] : state.waiters;
  return {
    state: { ...state, probe: undefined, waiters, tryAgainMs: event.nowMs + probeRetryMs },
    actions: canWait ? [] : [refusal(probe, probeRetryMs)],
  };
}

function gone(state: Breaker, holder: Pid, nowMs: number): BreakerStep {
  const isOf = (pid: Pid): boolean => samePid(pid, holder);
  const permits = new Map([...state.permits].filter(([, pid]) => !isOf(pid)));
  const waiters = state.waiters.filter((waiter) => !isOf(waiter.holder));
  const next = { ...state, permits, waiters };
  const wasTrying = state.probe !== undefined && isOf(state.probe.holder);
  return wasTrying ? nextProbe(next, nowMs) : { state: next, actions: [] };
}

function heard(state: Breaker, change: BreakerChange, nowMs: number): BreakerStep {
  const { version, by, isOpen, isHeld, leftMs, failures } = change;
  const isNewer = version > state.version || (version === state.version && by > state.by);
  if (!isNewer) return { state, actions: [] };
  const openUntilMs = nowMs + leftMs;
  const known = { ...state, version, by, isHeld, failures };
  if (isOpen) return changed({ ...known, is: "open", openUntilMs }, state, openUntilMs - nowMs);
  return changed({ ...known, is: "closed", openUntilMs: 0, failures: 0 }, state, 0);
}

function ordered(state: Breaker, order: BreakerOrder, nowMs: number): BreakerStep {
  if (order === "open") return opened({ ...state, isHeld: true }, nowMs);
  return closed({ ...state, isHeld: false });
}

function opened(state: Breaker, nowMs: number): BreakerStep {
  const { version, node, rules } = state;
  const openUntilMs = nowMs + rules.recoveryMs;
  const next: Breaker = { ...state, is: "open", version: version + 1, by: node, openUntilMs };
  const { state: after, actions } = changed(next, state, rules.recoveryMs);
  return { state: after, actions: [{ type: "spread" }, ...actions] };
}

function closed(state: Breaker): BreakerStep {
  const { version, node } = state;
  const next: Breaker = { ...state, is: "closed", isHeld: false, version: version + 1, by: node };
  const { state: after, actions } = changed({ ...next, failures: 0, openUntilMs: 0 }, state, 0);
  return { state: after, actions: [{ type: "spread" }, ...actions] };
}

/** It has opened or closed: what was granted before counts no more, and those who waited learn of it. */
function changed(next: Breaker, before: Breaker, leftMs: number): BreakerStep {
  const { probe, waiters } = before;
  const actions: BreakerAction[] = [];
  // Its right to try ends; where it was not granted yet, the one who asked learns of it as those who wait do.
  if (probe !== undefined) actions.push({ type: "tried", permit: probe.permit });
  const waiting = probe === undefined || probe.isSure ? waiters : [probe, ...waiters];
  const isClosed = next.is === "closed";
  for (const waiter of waiting) {
    const { from, permit, holder } = waiter;
    const refused = refusal(waiter, next.isHeld ? heldRetryMs : leftMs);
    actions.push(isClosed ? { type: "grant", from, permit, holder } : refused);
  }
  if ((before.is === "closed") !== isClosed || before.is === "half_open")
    actions.push(told(isClosed ? "closed" : "opened", next));
  const permits = new Map(isClosed ? waiting.map(({ permit, holder }) => [permit, holder]) : []);
  return { state: { ...next, window: [], permits, probe: undefined, waiters: [] }, actions };
}

function refusal({ from, permit }: Pick<Waiter, "from" | "permit">, retryInMs: number): BreakerAction {
  return { type: "refuse", from, permit, retryInMs };
}

function told(is: "opened" | "half_opened" | "closed", { failures }: Breaker): BreakerAction {
  return { type: "tell", is, failures };
}
