// One order, as a process of its own, from when it is taken until it is answered: it has one attempt made at a time, hears it,
// and goes on by another one where that fails. Whoever asked is answered by it, and hears the answer from it as it comes.
import {
  cast,
  type DownMessage,
  type ExitReason,
  exit,
  monitor,
  noReply,
  ok,
  type Ref,
  reply,
  sameRef,
  self,
  send,
  sendAfter,
  server,
  spawnMonitor,
  spawnRequest,
  stopWith,
  tellEvent,
} from "../../runtime/index.ts";
import {
  type Answering,
  attemptEnded,
  beginAnswering,
  expired,
  granted,
  hearing,
  nextAttempt,
  type Step,
} from "./answering.ts";
import {
  type AttemptInput,
  type AttemptLogic,
  type AttemptOutcome,
  type AttemptWord,
  attemptKey,
} from "./attempt.ts";
import type { CompletionResult, SaidMessage } from "./complete.ts";
import type { Place } from "./entries.ts";
import { llmEvents } from "./events.ts";
import { noTries } from "./failure.ts";
import type { SaidEvent } from "./model-event.ts";
import { ownWorld } from "./own-world.ts";
import type { RequestInput } from "./request-input.ts";
import type { AttemptReport, RequestOver, RequestPlace } from "./request-report.ts";

type RequestMessage =
  | AttemptWord
  /** The DOWN of an attempt. */
  | (DownMessage & { readonly type: "ended" })
  /** The DOWN of who waits for the answer, or of the coordinator. */
  | (DownMessage & { readonly type: "deserted" })
  /** Another node has had its time to begin with an attempt. */
  | { readonly type: "overdue"; readonly attempt: number }
  | { readonly type: "paused_enough" }
  | { readonly type: "deadline" };

/** The logic of orders whose attempts on this node are made with `attempts`. */
export function llmRequest(attempts: AttemptLogic) {
  return server("llm_request", {
    init: (input: RequestInput) => ok(new Request(attempts, input), { continue: "begin" }),
    continue: (request) => goOn(request, request.begin()),
    info: (request, message) => goOn(request, request.hear(message as unknown as RequestMessage)),
    // What people and models wrote is no business of reports.
    formatState: (request) => request.shown,
  });
}

/** Undefined while nothing has come of it. */
type End = "answered" | "deserted" | undefined;

function goOn(request: Request, end: End) {
  return end === undefined ? noReply(request) : stopWith("normal", request);
}

class Request {
  readonly #attempts: AttemptLogic;
  readonly #input: RequestInput;
  #state: Answering | undefined;
  /** An attempt is made; otherwise it pauses. */
  #isAsking = false;
  /** By its monitor. */
  #attempt: Ref | undefined;

  constructor(attempts: AttemptLogic, input: RequestInput) {
    this.#attempts = attempts;
    this.#input = input;
  }

  get shown(): unknown {
    return { job: this.#input.job, attempt: this.#state?.attempt, isAsking: this.#isAsking };
  }

  begin(): End {
    const { coordinator, caller, order, places, hears, settings, dueMs } = this.#input;
    const { node, retriesMax, backoffFactor } = settings;
    monitor(coordinator, { tag: "deserted" });
    if (caller !== undefined) monitor(caller, { tag: "deserted" });
    const begun = beginAnswering({ order, places, hears, node, retriesMax, backoffFactor });
    if (!begun.ok) return this.#answer({ ok: false, failure: begun.failure, tries: noTries }, undefined);
    this.#state = begun.state;
    const leftMs = dueMs - ownWorld().clock.now();
    sendAfter(self(), { type: "deadline" }, Math.max(0, leftMs));
    this.#ask(begun.state, leftMs);
    return undefined;
  }

  hear(message: RequestMessage): End {
    const state = this.#state;
    if (message.type === "deserted") return "deserted";
    if (state === undefined) return undefined;
    switch (message.type) {
      case "granted":
      case "said":
        this.#hearAttempt(state, message);
        return undefined;
      case "ended":
        return this.#attemptEnded(state, message);
      case "overdue": {
        const isUnheard = this.#isAsking && state.attempt === message.attempt && !state.isGranted;
        // Should it begin all the same, it is ended with its first word.
        return isUnheard ? this.#conclude(state, undefined, "noconnection", undefined) : undefined;
      }
      case "paused_enough":
        this.#ask(state, this.#input.dueMs - ownWorld().clock.now());
        return undefined;
      case "deadline":
        return this.#follow(expired(state, this.#input.deadlineMs), undefined);
    }
  }

  #ask(before: Answering, leftMs: number): void {
    const { state, place, input } = nextAttempt(before, leftMs);
    this.#state = state;
    this.#isAsking = true;
    // That it waits for its first attempt is what the coordinator takes it for.
    if (input.attempt > 1) this.#tellWhere(state, "waiting");
    this.#attempt = start(
      this.#attempts,
      place,
      { ...input, owner: self() },
      this.#input.settings.failoverMs,
    );
  }

  #hearAttempt(state: Answering, word: AttemptWord): void {
    // Of an attempt that it has gone on without.
    if (!this.#isAsking || word.attempt !== state.attempt) exit(word.pid, "shutdown");
    else if (word.type === "granted") {
      this.#state = granted(state);
      this.#tellWhere(state, "running");
    } else {
      const heard = hearing(state, word.pieces);
      this.#state = heard.state;
      this.#tell(heard.state, heard.events);
    }
  }

  #attemptEnded(state: Answering, { ref, reason, output }: DownMessage): End {
    if (!this.#isAsking || this.#attempt === undefined || !sameRef(ref, this.#attempt)) return undefined;
    const outcome = reason === "normal" ? (output as AttemptOutcome | undefined) : undefined;
    return this.#conclude(state, outcome, reason, reportOf(state, outcome));
  }

  #conclude(
    state: Answering,
    outcome: AttemptOutcome | undefined,
    reason: ExitReason,
    report: AttemptReport | undefined,
  ): End {
    const { clock, random } = ownWorld();
    const moment = { nowMs: clock.now(), dueMs: this.#input.dueMs, random: random.next() };
    return this.#follow(attemptEnded(state, outcome, reason, moment), report);
  }

  #follow({ state, events, next }: Step, report: AttemptReport | undefined): End {
    this.#state = state;
    this.#isAsking = false;
    this.#tell(state, events);
    if (!next.goesOn) return this.#answer(next.result, report);
    const { coordinator, dueMs } = this.#input;
    if (report !== undefined) cast(coordinator, "attempted", report);
    if (next.pauseMs > 0) {
      this.#tellWhere(state, "pausing");
      sendAfter(self(), { type: "paused_enough" }, next.pauseMs);
    } else this.#ask(state, dueMs - ownWorld().clock.now());
    return undefined;
  }

  #tell({ said }: Answering, events: readonly SaidEvent[]): void {
    if (events.length === 0) return;
    const { hears, caller } = this.#input;
    for (const event of events) {
      if (event.type !== "continued" && event.type !== "restarted") continue;
      tellEvent(llmEvents[`answer_${event.type}`], { entry: event.entry, request: self() });
    }
    if (!hears || caller === undefined) return;
    const first = said.told - events.length + 1;
    send(caller, { type: "llm.said", first, events } satisfies SaidMessage);
  }

  #tellWhere({ course }: Answering, is: RequestPlace["is"]): void {
    const { coordinator, job } = this.#input;
    cast(coordinator, "at", { job, entry: course.places[0].name, is } satisfies RequestPlace);
  }

  #answer(result: CompletionResult, report: AttemptReport | undefined): End {
    const { replyTo, coordinator, job } = this.#input;
    if (result.ok && result.failure !== undefined) {
      const { entry, failure } = result;
      tellEvent(llmEvents.answer_partial, { entry, request: self(), code: failure.code });
    }
    reply(replyTo, result);
    cast(coordinator, "over", { job, report } satisfies RequestOver);
    return "answered";
  }
}

/** Starts an attempt, whose end comes as `ended`. */
function start(attempts: AttemptLogic, { node }: Place, input: AttemptInput, failoverMs: number): Ref {
  const monitor = { tag: "ended", output: true };
  if (node === undefined) return spawnMonitor(attempts, { input, monitor }).ref;
  const asked = { input, monitor, isWatched: true, startTimeoutMs: failoverMs };
  const { ref } = spawnRequest(node, attemptKey, asked);
  sendAfter(self(), { type: "overdue", attempt: input.attempt }, failoverMs + input.waitMsMax);
  return ref;
}

/** Undefined where no provider was asked. */
function reportOf({ course }: Answering, outcome: AttemptOutcome | undefined): AttemptReport | undefined {
  if (outcome === undefined || outcome.is === "refused" || outcome.times === undefined) return undefined;
  const [{ name: entry, node }] = course.places;
  const isAnswered = outcome.is === "answered";
  return {
    entry,
    node,
    code: isAnswered ? null : outcome.failure.code,
    tookMs: outcome.times.tookMs,
    firstMs: outcome.times.firstMs,
    usage: isAnswered ? outcome.completion.usage : undefined,
    costUsd: isAnswered ? outcome.costUsd : null,
  };
}
