// The coordinator's mind: which request is where, which entry it is tried at next, and what has to be done about an event.
// No process, clock or randomness is touched here.
import type { ExitReason } from "../../runtime/process/exit-reason.ts";
import { type Pid, type Ref, samePid } from "../../runtime/process/pid.ts";
import { backoffMs } from "./backoff.ts";
import type { CompletionOrder, CompletionRequest } from "./completion.ts";
import {
  allUnavailable,
  deadlinePassed,
  type Failure,
  interrupted,
  noProvider,
  noTries,
  type Tries,
  tooManyWaiting,
  unknownProvider,
} from "./failure.ts";
import { completionMsDefault, retryAfterMsMax, waitingRequestsMax } from "./limits.ts";
import type { AttemptOutcome } from "./request.ts";
import { Undisclosed } from "./undisclosed.ts";

/** An entry of llm.providers, as far as the choice between them needs it. */
export interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly concurrentMax: number;
  readonly timeoutMs: number;
}

export interface DispatchSettings {
  /** In the order in which they are tried. */
  readonly entries: readonly Entry[];
  /** Further attempts at one entry after the first. */
  readonly retriesMax: number;
}

export interface Job {
  readonly id: number;
  readonly replyTo: Ref;
  readonly request: Undisclosed<CompletionRequest>;
  readonly deadlineMs: number;
  readonly dueMs: number;
  /** The entry it is at, and those that come after it. */
  readonly candidates: readonly string[];
  /** Attempts at the present entry that failed. */
  readonly failed: number;
  /** Attempts at all entries. */
  readonly tries: Tries;
  /** Attempts in vain after which none follows. */
  readonly paidMax: number;
  readonly place: Place;
  readonly last: Failure | undefined;
  /** Entries whose breaker refused it, and when the first of them may be tried. */
  readonly refusedBy: readonly string[];
  readonly retryInMs: number;
}

/** Where a job is. A running one has no pid until its process was started. */
type Place =
  | { readonly is: "waiting" }
  | { readonly is: "pausing" }
  | { readonly is: "running"; readonly attempt: number; readonly pid: Pid | undefined };

export interface Dispatch extends DispatchSettings {
  /** In order of arrival. */
  readonly jobs: ReadonlyMap<number, Job>;
  readonly lastJob: number;
  readonly lastAttempt: number;
}

export type DispatchEvent =
  | { readonly type: "asked"; readonly order: CompletionOrder; readonly replyTo: Ref; readonly nowMs: number }
  | { readonly type: "started"; readonly attempt: number; readonly pid: Pid }
  | Ending<{ readonly type: "not_started"; readonly attempt: number; readonly reason: ExitReason }>
  | Ending<{
      readonly type: "ended";
      readonly pid: Pid;
      readonly reason: ExitReason;
      readonly outcome: AttemptOutcome | undefined;
    }>
  | { readonly type: "pause_over"; readonly job: number }
  | { readonly type: "deadline"; readonly job: number };

/** The end of an attempt may lead to a pause: it needs the time, and a number in [0, 1) for the jitter. */
type Ending<E> = E & { readonly nowMs: number; readonly random: number };

export type DispatchAction =
  | {
      readonly type: "start";
      readonly attempt: number;
      readonly entry: string;
      readonly request: Undisclosed<CompletionRequest>;
      readonly replyTo: Ref;
      readonly timeoutMs: number;
      readonly tries: Tries;
    }
  /** Watch the process, then let it begin. */
  | { readonly type: "begin"; readonly pid: Pid }
  | { readonly type: "stop"; readonly pid: Pid }
  | { readonly type: "answer"; readonly replyTo: Ref; readonly failure: Failure; readonly tries: Tries }
  | { readonly type: "set_deadline"; readonly job: number; readonly delayMs: number }
  | { readonly type: "set_pause"; readonly job: number; readonly delayMs: number }
  | { readonly type: "clear_timers"; readonly job: number };

export interface Step {
  readonly state: Dispatch;
  readonly actions: readonly DispatchAction[];
}

export function emptyDispatch(settings: DispatchSettings): Dispatch {
  return { ...settings, jobs: new Map(), lastJob: 0, lastAttempt: 0 };
}

/** What an event changes and what has to be done about it, in order. */
export function step(state: Dispatch, event: DispatchEvent): Step {
  switch (event.type) {
    case "asked":
      return asked(state, event.order, event.replyTo, event.nowMs);
    case "started":
      return started(state, event.attempt, event.pid);
    case "not_started":
    case "ended": {
      const job = jobOf(state, event);
      if (job === undefined) return unchanged(state);
      return then(concluded(state, job, event), startWaiting);
    }
    case "pause_over": {
      const job = state.jobs.get(event.job);
      if (job?.place.is !== "pausing") return unchanged(state);
      return startWaiting(put(state, { ...job, place: { is: "waiting" } }));
    }
    case "deadline": {
      const job = state.jobs.get(event.job);
      if (job === undefined) return unchanged(state);
      // Its process is ended and not left to its own timeout: that would be blamed on the provider.
      const { place } = job;
      const stop: readonly DispatchAction[] =
        place.is === "running" && place.pid !== undefined ? [{ type: "stop", pid: place.pid }] : [];
      const late = place.is === "running" ? withTry(job, true) : job;
      const { state: without, actions } = finished(state, late, deadlinePassed(job.deadlineMs, job.last));
      return then({ state: without, actions: [...actions, ...stop] }, startWaiting);
    }
  }
}

/** How many requests are with an entry. */
export function countAt(state: Dispatch, entry: string, ...places: readonly Place["is"][]): number {
  let count = 0;
  for (const job of state.jobs.values())
    if (job.candidates[0] === entry && places.includes(job.place.is)) count += 1;
  return count;
}

function asked(state: Dispatch, order: CompletionOrder, replyTo: Ref, nowMs: number): Step {
  const names = state.entries.map((entry) => entry.name);
  const refuse = (failure: Failure): Step => ({
    state,
    actions: [{ type: "answer", replyTo, failure, tries: noTries }],
  });
  if (names.length === 0) return refuse(noProvider());
  const { provider, request, deadline_ms: deadlineMs = completionMsDefault } = order;
  if (provider !== undefined && !names.includes(provider)) return refuse(unknownProvider(provider, names));
  const id = state.lastJob + 1;
  const job: Job = {
    id,
    replyTo,
    request: new Undisclosed(request),
    deadlineMs,
    dueMs: nowMs + deadlineMs,
    // Who names a provider has decided where the text may go: no other one gets to see it.
    candidates: provider === undefined ? names : [provider],
    failed: 0,
    tries: noTries,
    paidMax: order.paid_attempts ?? Number.POSITIVE_INFINITY,
    place: { is: "waiting" },
    last: undefined,
    refusedBy: [],
    retryInMs: Number.POSITIVE_INFINITY,
  };
  const admitted = startWaiting({ ...put(state, job), lastJob: id });
  const waiting = [...admitted.state.jobs.values()].filter((other) => other.place.is !== "running").length;
  const mustWait = admitted.state.jobs.get(id)?.place.is === "waiting";
  if (mustWait && waiting > waitingRequestsMax) return refuse(tooManyWaiting(waitingRequestsMax));
  const deadline: DispatchAction = { type: "set_deadline", job: id, delayMs: deadlineMs };
  return { state: admitted.state, actions: [deadline, ...admitted.actions] };
}

function started(state: Dispatch, attempt: number, pid: Pid): Step {
  for (const job of state.jobs.values()) {
    if (job.place.is !== "running" || job.place.attempt !== attempt) continue;
    return { state: put(state, { ...job, place: { ...job.place, pid } }), actions: [{ type: "begin", pid }] };
  }
  // Its request was given up while the process was being started.
  return { state, actions: [{ type: "stop", pid }] };
}

type AttemptEnd = Extract<DispatchEvent, { readonly type: "ended" | "not_started" }>;

function concluded(state: Dispatch, job: Job, event: AttemptEnd): Step {
  const entry = job.candidates[0] ?? "";
  const outcome = event.type === "ended" ? event.outcome : undefined;
  // What was ended from outside may have been answered by then; what was not started was not even asked.
  const interruptedJob = event.type === "ended" ? withTry(job, true) : job;
  if (outcome === undefined)
    return failed(state, interruptedJob, event, interrupted(entry, event.reason), true);
  switch (outcome.is) {
    case "answered":
      return finished(state, job, undefined);
    case "refused": {
      const refused = {
        ...job,
        refusedBy: [...job.refusedBy, entry],
        retryInMs: Math.min(job.retryInMs, outcome.retryInMs),
      };
      return failedOver(state, refused);
    }
    case "failed":
      return failed(state, withTry(job, outcome.mayCost), event, outcome.failure, outcome.failsOver);
  }
}

function failed(
  state: Dispatch,
  job: Job,
  { nowMs, random }: AttemptEnd,
  failure: Failure,
  failsOver: boolean,
): Step {
  const failing: Job = { ...job, failed: job.failed + 1, last: failure };
  const { retryAfterMs = 0 } = failure;
  const delayMs = backoffMs(failing.failed, random, retryAfterMs);
  const isWorthIt = retryAfterMs <= retryAfterMsMax && nowMs + delayMs < job.dueMs;
  if (job.tries.inVain >= job.paidMax) return finished(state, failing, failure);
  if (failure.retryable && failing.failed <= state.retriesMax && isWorthIt) {
    const paused = put(state, { ...failing, place: { is: "pausing" } });
    return { state: paused, actions: [{ type: "set_pause", job: job.id, delayMs }] };
  }
  return failsOver ? failedOver(state, failing) : finished(state, failing, failure);
}

/** Goes on to the next entry; where there is none, the last error is the answer. */
function failedOver(state: Dispatch, job: Job): Step {
  const candidates = job.candidates.slice(1);
  if (candidates.length === 0)
    return finished(state, job, job.last ?? allUnavailable(job.refusedBy, job.retryInMs));
  return unchanged(put(state, { ...job, candidates, failed: 0, place: { is: "waiting" } }));
}

/** Ends a job. Without a failure its caller has been answered. */
function finished(state: Dispatch, job: Job, failure: Failure | undefined): Step {
  const jobs = new Map(state.jobs);
  jobs.delete(job.id);
  const actions: DispatchAction[] = [{ type: "clear_timers", job: job.id }];
  const { replyTo, tries } = job;
  if (failure !== undefined) actions.push({ type: "answer", replyTo, failure, tries });
  return { state: { ...state, jobs }, actions };
}

/** Starts what waits, in order of arrival, as far as its entry has a place free. */
function startWaiting(state: Dispatch): Step {
  const free = new Map(
    state.entries.map(({ name, concurrentMax }) => [name, concurrentMax - countAt(state, name, "running")]),
  );
  const jobs = new Map(state.jobs);
  const actions: DispatchAction[] = [];
  let attempt = state.lastAttempt;
  for (const job of state.jobs.values()) {
    const entry = state.entries.find(({ name }) => name === job.candidates[0]);
    const places = free.get(entry?.name ?? "") ?? 0;
    if (job.place.is !== "waiting" || entry === undefined || places <= 0) continue;
    free.set(entry.name, places - 1);
    attempt += 1;
    jobs.set(job.id, { ...job, place: { is: "running", attempt, pid: undefined } });
    const { request, replyTo, tries } = job;
    const { name, timeoutMs } = entry;
    actions.push({ type: "start", attempt, entry: name, request, replyTo, timeoutMs, tries });
  }
  return { state: { ...state, jobs, lastAttempt: attempt }, actions };
}

function jobOf(state: Dispatch, event: AttemptEnd): Job | undefined {
  for (const job of state.jobs.values()) {
    if (job.place.is !== "running") continue;
    const isIt =
      event.type === "ended" ? samePid(job.place.pid, event.pid) : job.place.attempt === event.attempt;
    if (isIt) return job;
  }
  return undefined;
}

function withTry(job: Job, mayCost: boolean): Job {
  const { requests, inVain } = job.tries;
  return { ...job, tries: { requests: requests + 1, inVain: inVain + (mayCost ? 1 : 0) } };
}

function put(state: Dispatch, job: Job): Dispatch {
  return { ...state, jobs: new Map(state.jobs).set(job.id, job) };
}

function unchanged(state: Dispatch): Step {
  return { state, actions: [] };
}

function then(first: Step, next: (state: Dispatch) => Step): Step {
  const second = next(first.state);
  return { state: second.state, actions: [...first.actions, ...second.actions] };
}
