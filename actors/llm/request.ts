// One attempt at one provider, as a process of its own: it gets a permit from the breaker, asks, and tells the breaker how it
// went. What it came to is its output, which the coordinator reads from its DOWN message; a completion goes straight to
// whoever asked.
import { assign, fromPromise, setup } from "xstate";
import { call, cast, monitor, type Pid, type Ref, reply, self, tellEvent } from "../../runtime/index.ts";
import { type Acquired, breakerOf, type Outcome } from "./circuit-breaker.ts";
import { type Completion, type CompletionRequest, completion } from "./completion.ts";
import { llmEvents } from "./events.ts";
import { type Failure, type ProviderFailure, providerFailure, type Tries } from "./failure.ts";
import { ownWorld } from "./own-world.ts";
import { type Provider, ProviderError } from "./provider.ts";
import { Undisclosed } from "./undisclosed.ts";

export interface AttemptInput {
  readonly entry: string;
  readonly request: CompletionRequest;
  /** Who gets the completion. */
  readonly replyTo: Ref;
  /** Whose end makes the attempt pointless. */
  readonly coordinator: Pid;
  /** Milliseconds for the provider to answer. */
  readonly timeoutMs: number;
  /** What was tried before. */
  readonly tries: Tries;
}

/** What an attempt came to. */
export type AttemptOutcome =
  | { readonly is: "answered" }
  /** The breaker gave no permit; milliseconds until it may. */
  | { readonly is: "refused"; readonly retryInMs: number }
  | {
      readonly is: "failed";
      readonly failure: Failure;
      readonly failsOver: boolean;
      readonly mayCost: boolean;
    };

type Answer =
  | { readonly ok: true; readonly completion: Completion }
  | ({ readonly ok: false } & ProviderFailure);

interface AttemptContext extends Omit<AttemptInput, "request"> {
  readonly request: Undisclosed<CompletionRequest>;
  readonly permit: string;
  readonly retryInMs: number;
  readonly answer: Undisclosed<Answer> | undefined;
}

interface Question {
  readonly entry: string;
  readonly request: Undisclosed<CompletionRequest>;
}

/** The logic of an attempt at `provider`. */
export function attemptAt(provider: Provider) {
  return attempt.provide({
    actors: {
      ask: fromPromise<Answer, Question>(({ input, signal }) => ask(provider, input, signal)),
    },
  });
}

export type AttemptLogic = ReturnType<typeof attemptAt>;

const attempt = setup({
  types: {
    context: {} as AttemptContext,
    // `begin` comes once the coordinator watches, so that it cannot miss the end.
    events: {} as { readonly type: "begin" } | { readonly type: "sys.down" },
    input: {} as AttemptInput,
    output: {} as AttemptOutcome | undefined,
  },
  actors: {
    acquire: fromPromise<Acquired, string>(({ input }) =>
      call(breakerOf(input), "acquire", { holder: self() }),
    ),
    ask: fromPromise<Answer, Question>(() => Promise.reject(new Error("An attempt needs a provider."))),
  },
  delays: { timeout: ({ context }) => context.timeoutMs },
  actions: {
    watchCoordinator: ({ context }) => {
      monitor(context.coordinator);
    },
    tellBegan: ({ context: { entry } }) => tellEvent(llmEvents.request_began, { entry, request: self() }),
    tellOutcome: ({ context }) => tellOutcome(context),
    tellAbandoned: ({ context: { entry } }) =>
      tellEvent(llmEvents.request_abandoned, { entry, request: self() }),
    noteTimeout: assign({ answer: ({ context }) => new Undisclosed(lateAnswer(context)) }),
    report: ({ context }) => {
      cast(breakerOf(context.entry), "report", { permit: context.permit, outcome: outcomeOf(context) });
    },
    answerCaller: ({ context }) => {
      const answer = context.answer?.reveal();
      if (answer?.ok !== true) return;
      const { entry, tries: before } = context;
      const tries = { ...before, requests: before.requests + 1 };
      reply(context.replyTo, { ok: true, completion: answer.completion, entry, tries });
    },
  },
}).createMachine({
  id: "llm_request",
  context: ({ input: { request, ...input } }) => ({
    ...input,
    request: new Undisclosed(request),
    permit: "",
    retryInMs: 0,
    answer: undefined,
  }),
  entry: "watchCoordinator",
  initial: "assigned",
  on: { "sys.down": ".abandoned" },
  output: ({ context }) => attemptOutcome(context),
  states: {
    assigned: { on: { begin: "acquiring" } },
    acquiring: {
      invoke: {
        src: "acquire",
        input: ({ context }) => context.entry,
        onDone: [
          {
            guard: ({ event }) => event.output.granted,
            target: "asking",
            actions: assign(({ event }) => (event.output.granted ? { permit: event.output.permit } : {})),
          },
          {
            target: "refused",
            actions: assign(({ event }) =>
              event.output.granted ? {} : { retryInMs: event.output.retryInMs },
            ),
          },
        ],
      },
    },
    asking: {
      entry: "tellBegan",
      after: { timeout: { target: "failed", actions: "noteTimeout" } },
      invoke: {
        src: "ask",
        input: ({ context }) => ({ entry: context.entry, request: context.request }),
        onDone: [
          {
            guard: ({ event }) => event.output.ok,
            target: "answered",
            actions: assign({ answer: ({ event }) => new Undisclosed(event.output) }),
          },
          { target: "failed", actions: assign({ answer: ({ event }) => new Undisclosed(event.output) }) },
        ],
      },
    },
    answered: { type: "final", entry: ["tellOutcome", "report", "answerCaller"] },
    refused: { type: "final" },
    failed: { type: "final", entry: ["tellOutcome", "report"] },
    abandoned: { type: "final", entry: "tellAbandoned" },
  },
});

/** Asks the provider. Whatever it throws or gives becomes an answer. */
async function ask(provider: Provider, { entry, request }: Question, signal: AbortSignal): Promise<Answer> {
  try {
    const given = await provider.complete(request.reveal(), { signal, world: ownWorld() });
    const checked = completion.safeParse(given);
    if (checked.success) return { ok: true, completion: checked.data };
    throw new ProviderError(
      "bad_response",
      `What it answered is no completion: ${checked.error.issues[0]?.message}.`,
    );
  } catch (thrown) {
    return { ok: false, ...providerFailure(thrown, entry, provider.secrets) };
  }
}

function lateAnswer({ entry, timeoutMs }: AttemptContext): Answer {
  const late = new ProviderError(
    "timeout",
    `Its answer was not whole within ${timeoutMs} ms, the time for one request. Raise timeout_ms, or ask for less.`,
  );
  return { ok: false, ...providerFailure(late, entry, []) };
}

function tellOutcome({ entry, answer }: AttemptContext): void {
  const given = answer?.reveal();
  if (given === undefined) return;
  const told = { entry, request: self() };
  if (!given.ok) {
    tellEvent(llmEvents.request_failed, { ...told, code: given.failure.code });
    return;
  }
  const { finish, usage } = given.completion;
  const tokens = { inputTokens: usage?.input_tokens ?? 0, outputTokens: usage?.output_tokens ?? 0 };
  tellEvent(llmEvents.request_answered, { ...told, ...tokens, finish });
}

function outcomeOf({ answer }: AttemptContext): Outcome {
  const given = answer?.reveal();
  if (given === undefined) return "neutral";
  if (given.ok) return "success";
  return given.countsAgainstProvider ? "failure" : "neutral";
}

function attemptOutcome({ answer, retryInMs }: AttemptContext): AttemptOutcome {
  const given = answer?.reveal();
  if (given === undefined) return { is: "refused", retryInMs };
  if (given.ok) return { is: "answered" };
  return { is: "failed", failure: given.failure, failsOver: given.failsOver, mayCost: given.mayCost };
}
