// An order on its way to an answer, as its process knows it: where it stands, what was said, and what follows from what happens.
// Pure; the process does what comes out of it.
import type { ExitReason } from "../../runtime/process/exit-reason.ts";
import type { AttemptInput, AttemptOutcome } from "./attempt.ts";
import { affordable, mostOf, type Need, needOf } from "./choice.ts";
import type { Answered, CompletionResult } from "./complete.ts";
import type { CheckedOrder, Completion } from "./completion.ts";
import {
  afterFailure,
  afterRefusal,
  type Course,
  type CourseLimits,
  courseOver,
  type Decision,
  goingOn,
  lineMs,
  type Moment,
  openingOf,
  triedOnce,
} from "./continuation.ts";
import type { Place } from "./entries.ts";
import { deadlinePassed, type Failure, interrupted } from "./failure.ts";
import type { ModelEvent, SaidEvent } from "./model-event.ts";
import { totalUsd, usageOf } from "./parts.ts";
import { closed, heard, nothingSaid, type Opening, opened, type Said } from "./said.ts";
import { estimateTokens } from "./tokens.ts";

export interface Answering {
  readonly order: CheckedOrder;
  readonly need: Need;
  readonly hears: boolean;
  /** The name of this node; undefined where it is a program alone. */
  readonly node: string | undefined;
  readonly limits: CourseLimits;
  readonly course: Course;
  readonly said: Said;
  /** The text that the order came with, as long as it counts. */
  readonly before: string;
  /** The number of the attempt that is made now, from 1. */
  readonly attempt: number;
  readonly opening: Opening;
  /** The provider is being asked. */
  readonly isGranted: boolean;
  /** US dollars that attempts have cost so far, at most. */
  readonly spentUsd: number;
}

export interface AnsweringOptions {
  readonly order: CheckedOrder;
  /** Those that may answer it. */
  readonly places: readonly Place[];
  readonly hears: boolean;
  readonly node: string | undefined;
  readonly retriesMax: number;
  readonly backoffFactor: number;
}

/** What happened led to this: events for whoever listens, then a pause and the next attempt, or the end. */
export interface Step {
  readonly state: Answering;
  readonly events: readonly SaidEvent[];
  readonly next:
    | { readonly goesOn: true; readonly pauseMs: number }
    | { readonly goesOn: false; readonly result: CompletionResult };
}

export type Begun =
  | { readonly ok: true; readonly state: Answering }
  | { readonly ok: false; readonly failure: Failure };

export function beginAnswering(options: AnsweringOptions): Begun {
  const { order, places, hears, node, retriesMax, backoffFactor } = options;
  const need = needOf(order.request);
  const chosen = affordable(places, need, order.cost_max_usd);
  if (!chosen.ok) return chosen;
  const [first, ...others] = chosen.places;
  if (first === undefined)
    throw new TypeError("An order is given to a process with a place that may answer it.");
  const limits = {
    retriesMax,
    backoffFactor,
    paidMax: order.paid_attempts ?? Number.POSITIVE_INFINITY,
    waitMsMax: order.limit_wait_ms ?? Number.POSITIVE_INFINITY,
  };
  const state: Answering = {
    order,
    need,
    hears,
    node,
    limits,
    course: courseOver([first, ...others]),
    said: nothingSaid,
    before: order.so_far ?? "",
    attempt: 0,
    opening: "first",
    isGranted: false,
    spentUsd: 0,
  };
  return { ok: true, state };
}

/** The next attempt is made: at the first place of the course, and with this. */
export function nextAttempt(
  state: Answering,
  leftMs: number,
): { readonly state: Answering; readonly place: Place; readonly input: Omit<AttemptInput, "owner"> } {
  const { order, course, said, before, limits, need, hears } = state;
  const [place] = course.places;
  const opening = openingOf(said, order.request, before);
  const text = opening === "on" ? `${before}${said.text}` : "";
  const reason = course.last?.message ?? "The text so far was written before.";
  const node = place.node ?? state.node;
  const writer = {
    entry: place.name,
    ...(node === undefined ? {} : { node }),
    model: order.request.model ?? place.model ?? "unknown",
  };
  // Whoever gave the text, and has heard nothing yet, knows that it is gone on with.
  const isFirst = opening === "first" || (opening === "on" && !said.hasSpoken);
  const speaking = opened(said, writer, opening, reason, isFirst);
  const attempt = state.attempt + 1;
  const input = {
    attempt,
    entry: place.name,
    request: opening === "on" ? goingOn(order.request, text) : order.request,
    need: { ...need, inputTokens: need.inputTokens + estimateTokens(text) },
    lane: order.lane,
    run: order.run,
    user: order.user,
    waitMsMax: lineMs(course, limits, leftMs),
    hears,
  };
  return { state: { ...state, said: speaking, attempt, opening, isGranted: false }, place, input };
}

export function granted(state: Answering): Answering {
  return { ...state, isGranted: true };
}

export function hearing(
  state: Answering,
  pieces: readonly ModelEvent[],
): { readonly state: Answering; readonly events: readonly SaidEvent[] } {
  const { said, events } = heard(state.said, pieces, state.before);
  // Once the answer has begun again, what it came with counts no more.
  const before = events.some(({ type }) => type === "restarted") ? "" : state.before;
  return { state: { ...state, said, before }, events };
}

/** The attempt has ended. `outcome` is undefined where its process was ended from outside, for `reason`. */
export function attemptEnded(
  state: Answering,
  outcome: AttemptOutcome | undefined,
  reason: ExitReason,
  moment: Moment,
): Step {
  if (outcome?.is === "answered") return answered(state, outcome.completion, outcome.costUsd);
  const isHeard = state.said.hasSpoken || state.before.trim() !== "";
  const { state: quiet, events } = silenced(state);
  const { course, limits, isGranted } = quiet;
  if (outcome?.is === "refused") {
    return decided(quiet, events, afterRefusal(course, outcome.refusal, outcome.waitedMs, limits, moment));
  }
  const [{ name }] = course.places;
  // What was ended from outside may have been answered by then; what was not asked costs nothing.
  const failed = outcome ?? { failure: interrupted(name, reason), failsOver: true, mayCost: isGranted };
  return decided(paid(quiet, failed.mayCost), events, afterFailure(course, failed, isHeard, limits, moment));
}

/** The time for all of it is over. */
export function expired(state: Answering, deadlineMs: number): Step {
  const { state: quiet, events } = silenced(state);
  const { course, isGranted } = quiet;
  const tries = isGranted ? triedOnce(course.tries, true) : course.tries;
  return over(quiet, events, { goesOn: false, tries, failure: deadlinePassed(deadlineMs, course.last) });
}

function answered(
  state: Answering,
  { text = "", tool_calls = [], ...rest }: Omit<Completion, "text"> & { readonly text?: string },
  costUsd: number | null,
): Step {
  const calls = state.said.hasCalled ? [] : tool_calls.map((call) => ({ type: "tool_call" as const, call }));
  const pieces: readonly ModelEvent[] = [...(text === "" ? [] : [{ type: "text" as const, text }]), ...calls];
  const last = hearing(state, pieces);
  const spent = { model: rest.model, usage: rest.usage, costUsd };
  const { said, events } = closed(last.state.said, spent, last.state.before);
  const { parts } = said;
  const { usage: _, ...completion } = rest;
  const usage = usageOf(parts);
  const result: Answered = {
    completion: {
      ...completion,
      text: said.text,
      ...(tool_calls.length === 0 ? {} : { tool_calls }),
      ...(usage === undefined ? {} : { usage }),
    },
    entry: state.course.places[0].name,
    parts,
    costUsd: totalUsd(parts),
    tries: triedOnce(state.course.tries, false),
  };
  const next = { goesOn: false, result: { ok: true, ...result } } as const;
  return { state: { ...last.state, said }, events: [...last.events, ...events], next };
}

/** What was held back of an attempt that says no more. */
function silenced(state: Answering): Pick<Step, "state" | "events"> {
  const { said, events } = closed(state.said, { costUsd: null }, state.before);
  return { state: { ...state, said }, events };
}

function paid(state: Answering, mayCost: boolean): Answering {
  if (!mayCost) return state;
  const { costMaxUsd } = mostOf(state.need, state.course.places[0]);
  return { ...state, spentUsd: state.spentUsd + (costMaxUsd ?? 0) };
}

function decided(state: Answering, events: readonly SaidEvent[], decision: Decision): Step {
  if (!decision.goesOn) return over(state, events, decision);
  const { order, need, spentUsd } = state;
  const { course, pauseMs } = decision;
  if (order.cost_max_usd === undefined || spentUsd === 0) {
    return { state: { ...state, course }, events, next: { goesOn: true, pauseMs } };
  }
  const left = affordable(course.places, need, order.cost_max_usd - spentUsd);
  if (!left.ok)
    return over(state, events, { goesOn: false, tries: course.tries, failure: course.last ?? left.failure });
  const [first, ...others] = left.places;
  if (first === undefined) throw new TypeError("What may be paid for is never nothing.");
  return {
    state: { ...state, course: { ...course, places: [first, ...others] } },
    events,
    next: { goesOn: true, pauseMs },
  };
}

/** Nobody is left that could answer: what was said is given as a part, and where nothing was, why. */
function over(
  state: Answering,
  events: readonly SaidEvent[],
  { tries, failure }: Extract<Decision, { readonly goesOn: false }>,
): Step {
  const { said } = state;
  const last = said.parts.at(-1);
  if (said.text.trim() === "" || last === undefined) {
    return { state, events, next: { goesOn: false, result: { ok: false, failure, tries } } };
  }
  const { entry, model } = last;
  const result: CompletionResult = {
    ok: true,
    completion: { text: said.text, model, finish: "partial" },
    entry,
    parts: said.parts,
    costUsd: null,
    tries,
    failure,
  };
  return { state, events, next: { goesOn: false, result } };
}
