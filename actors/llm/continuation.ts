// What follows when an attempt has failed or was not allowed: the same place again, another one, or nothing more. Pure.
import { backoffMs } from "./backoff.ts";
import type { CompletionRequest, Message } from "./completion.ts";
import type { Place } from "./entries.ts";
import {
  allUnavailable,
  budgetUsed,
  type Failure,
  type FailureCode,
  limited,
  noTries,
  type Tries,
} from "./failure.ts";
import type { GateRefusal } from "./gate.ts";
import { lineMsMax, retryAfterMsMax } from "./limits.ts";
import type { Opening, Said } from "./said.ts";
import { isShort } from "./seam.ts";

/** Where an order stands with those that may answer it. */
export interface Course {
  /** The one that is asked, or will be next, and those that come after it; never empty. */
  readonly places: readonly [Place, ...Place[]];
  /** Failures in a row, by place. */
  readonly failures: Readonly<Record<string, number>>;
  readonly refusals: readonly Refused[];
  readonly tries: Tries;
  readonly last: Failure | undefined;
  /** Milliseconds that it has waited for rates and places so far. */
  readonly waitedMs: number;
}

interface Refused {
  readonly place: Place;
  readonly refusal: GateRefusal;
}

export interface CourseLimits {
  /** Further attempts at one place after the first. */
  readonly retriesMax: number;
  readonly backoffFactor: number;
  /** Attempts in vain after which none follows. */
  readonly paidMax: number;
  /** Milliseconds that may be waited for rates and places in all. */
  readonly waitMsMax: number;
}

/** The time, the end of it, and a number in [0, 1) for the jitter. */
export interface Moment {
  readonly nowMs: number;
  readonly dueMs: number;
  readonly random: number;
}

export type Decision =
  | { readonly goesOn: true; readonly course: Course; readonly pauseMs: number }
  | { readonly goesOn: false; readonly tries: Tries; readonly failure: Failure };

export interface Failed {
  readonly failure: Failure;
  readonly failsOver: boolean;
  readonly mayCost: boolean;
}

/** What another node, with a connection and perhaps a server of its own, may fare better with. */
const ofTheNode: ReadonlySet<FailureCode> = new Set(["connection", "interrupted", "protocol", "timeout"]);

export function courseOver(places: readonly [Place, ...Place[]]): Course {
  return { places, failures: {}, refusals: [], tries: noTries, last: undefined, waitedMs: 0 };
}

/**
 * An attempt at the first place has failed. Before anything was heard it is tried again there, with a pause; in the middle
 * of a text, where somebody reads and waits, whoever else can goes on with it at once.
 */
export function afterFailure(
  course: Course,
  { failure, failsOver, mayCost }: Failed,
  isHeard: boolean,
  limits: CourseLimits,
  { nowMs, dueMs, random }: Moment,
): Decision {
  const [present, ...others] = course.places;
  const tries = triedOnce(course.tries, mayCost);
  if (tries.inVain >= limits.paidMax) return { goesOn: false, tries, failure };
  const count = (course.failures[keyOf(present)] ?? 0) + 1;
  const failures = { ...course.failures, [keyOf(present)]: count };
  const going = { ...course, failures, tries, last: failure };
  const { retryAfterMs = 0 } = failure;
  const pauseMs = backoffMs(count, random, retryAfterMs, limits.backoffFactor);
  const isWorthIt = retryAfterMs <= retryAfterMsMax && nowMs + pauseMs < dueMs;
  const mayRepeat = failure.retryable && count <= limits.retriesMax && isWorthIt;
  // Words that were added for going on may be what it does not take.
  const next = failsOver || isHeard ? others.filter((other) => mayFareBetter(other, present, failure)) : [];
  // Who asks for a long pause, or was lost with its node, is waited for only where nobody else can answer.
  const isBest = failure.code !== "interrupted" && retryAfterMs <= lineMsMax;
  if (mayRepeat && !isHeard && (isBest || next.length === 0)) {
    return { goesOn: true, course: going, pauseMs };
  }
  const rest = [...next, ...(mayRepeat ? [present] : [])];
  const [first, ...more] = rest;
  if (first === undefined) return { goesOn: false, tries, failure: unrivalled(going, failure) };
  const before = failures[keyOf(first)] ?? 0;
  const wait =
    first === present ? pauseMs : before === 0 ? 0 : backoffMs(before, random, 0, limits.backoffFactor);
  return { goesOn: true, course: { ...going, places: [first, ...more] }, pauseMs: wait };
}

/** The gate did not let an attempt at the first place through, after it had waited for `waitedMs`. */
export function afterRefusal(
  course: Course,
  refusal: GateRefusal,
  waitedMs: number,
  { waitMsMax }: CourseLimits,
  { nowMs, dueMs }: Moment,
): Decision {
  const [present, next, ...others] = course.places;
  const refusals = [...course.refusals, { place: present, refusal }];
  const waited = { ...course, refusals, waitedMs: course.waitedMs + waitedMs };
  if (next !== undefined)
    return { goesOn: true, course: { ...waited, places: [next, ...others] }, pauseMs: 0 };
  const soonest = soonestOf(refusals, "limit");
  const pauseMs = soonest?.refusal.retryInMs ?? 0;
  const isInTime = waited.waitedMs + pauseMs <= waitMsMax && nowMs + pauseMs < dueMs;
  // One who is told to come back at once has been waited for in line already.
  if (soonest !== undefined && pauseMs > 0 && isInTime) {
    const again = {
      ...waited,
      places: [soonest.place] as const,
      refusals: [],
      waitedMs: waited.waitedMs + pauseMs,
    };
    return { goesOn: true, course: again, pauseMs };
  }
  return { goesOn: false, tries: course.tries, failure: refused(waited) };
}

/** Milliseconds that the next attempt may wait in line. */
export function lineMs(course: Course, { waitMsMax }: CourseLimits, leftMs: number): number {
  const most = Math.max(0, Math.min(waitMsMax - course.waitedMs, leftMs));
  return course.places.length > 1 ? Math.min(most, lineMsMax) : most;
}

export function triedOnce({ requests, inVain }: Tries, isInVain: boolean): Tries {
  return { requests: requests + 1, inVain: inVain + (isInVain ? 1 : 0) };
}

/**
 * How the next attempt stands to what was said: prose goes on; what has to be of one piece begins again, as does what has no
 * text yet, because nobody can go on with that.
 */
export function openingOf(said: Said, request: CompletionRequest, before: string): Opening {
  const text = `${before}${said.text}`;
  const isOfOnePiece = request.answer_schema !== undefined || said.hasCalled;
  if (text.trim() !== "" && !isOfOnePiece) return "on";
  return said.hasSpoken || before !== "" ? "again" : "first";
}

/** The request that has a model go on with `text`. */
export function goingOn(request: CompletionRequest, text: string): CompletionRequest {
  const further: readonly Message[] = [
    { role: "assistant", content: text },
    { role: "user", content: isShort(text) ? wholeWords : goOnWords },
  ];
  return { ...request, messages: [...request.messages, ...further] };
}

/** True where a model is to go on with a text, which may have been whole when it was cut off: then nothing comes behind it. */
export function mayBeWhole({ messages }: Pick<CompletionRequest, "messages">): boolean {
  return messages.at(-1)?.content === goOnWords;
}

const wholeWords =
  "Your answer was cut off after its first characters, which stand above. Give the whole answer: begin it with exactly those characters, and do not say that it was cut off.";

const goOnWords =
  "Your answer was cut off where it stops above. Go on with it at exactly that character, as one text: do not repeat any of it, do not begin again, and do not say that it was cut off.";

function keyOf({ name, node }: Place): string {
  return `${name}@${node ?? ""}`;
}

function mayFareBetter(other: Place, failed: Place, { code }: Failure): boolean {
  return other.name !== failed.name || other.isLocal || ofTheNode.has(code);
}

function soonestOf(refusals: readonly Refused[], reason: "limit" | "breaker") {
  return refusals
    .flatMap(({ place, refusal }) => (refusal.reason === reason ? [{ place, refusal }] : []))
    .toSorted((left, right) => left.refusal.retryInMs - right.refusal.retryInMs)[0];
}

/** What is said where nobody is left: that a rate is used up is what can be waited for. */
function unrivalled(course: Course, failure: Failure): Failure {
  return course.refusals.some(({ refusal }) => refusal.reason === "limit") ? refused(course) : failure;
}

function refused({ refusals, last }: Course): Failure {
  const byLimit = soonestOf(refusals, "limit")?.refusal;
  if (byLimit?.reason === "limit") return limited(byLimit.what, byLimit.retryInMs);
  if (last !== undefined) return last;
  const budget = refusals.map(({ refusal }) => refusal).find(({ reason }) => reason === "budget");
  if (budget?.reason === "budget") return budgetUsed(budget.what, budget.retryInMs);
  const names = [...new Set(refusals.map(({ place }) => place.name))];
  return allUnavailable(names, soonestOf(refusals, "breaker")?.refusal.retryInMs ?? 0);
}
