// One attempt at one provider, as a process of its own on the node that has the entry: it asks the gate, then the provider,
// passes on what it hears in batches, tells the gate how it went, and ends. What it came to is its output.
import { exit, monitor, type Pid, self, send, tellEvent } from "../../runtime/index.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import { OwnedTimer } from "../../runtime/process/owned-timer.ts";
import type { World } from "../../runtime/world.ts";
import { mostOf, type Need } from "./choice.ts";
import {
  type Completion,
  type CompletionRequest,
  completion,
  isPlainCompletion,
  type Lane,
} from "./completion.ts";
import type { LlmEntry } from "./entries.ts";
import { llmEvents } from "./events.ts";
import { type Failure, failedGate, notHere, type ProviderFailure, providerFailure } from "./failure.ts";
import type { Gate, GateRefusal } from "./gate.ts";
import type { ModelEvent } from "./model-event.ts";
import { ownWorld } from "./own-world.ts";
import { costMaxOf, costOf } from "./prices.ts";
import { ProviderError, type ToldLimits } from "./provider.ts";

/** Under which nodes know the logic of attempts, so that others can have them made here. */
export const attemptKey = "llm.attempt";

export interface AttemptInput {
  /** Of its order, from 1. */
  readonly attempt: number;
  /** The process of the request: it hears of all, and its end makes the attempt pointless. */
  readonly owner: Pid;
  readonly entry: string;
  readonly request: CompletionRequest;
  readonly need: Need;
  readonly lane: Lane;
  readonly run: string | undefined;
  readonly user: string | undefined;
  /** Milliseconds that it may wait in line at the gate. */
  readonly waitMsMax: number;
  /** Whether the owner wants to hear the answer as it comes. */
  readonly hears: boolean;
}

/** What an attempt came to. */
export type AttemptOutcome =
  | {
      readonly is: "answered";
      /** Its text is left out where the owner has heard it. */
      readonly completion: Omit<Completion, "text"> & { readonly text?: string };
      readonly costUsd: number | null;
      readonly times: AttemptTimes;
    }
  | { readonly is: "refused"; readonly refusal: GateRefusal; readonly waitedMs: number }
  | {
      readonly is: "failed";
      readonly failure: Failure;
      readonly failsOver: boolean;
      readonly mayCost: boolean;
      /** Undefined where no provider was asked. */
      readonly times: AttemptTimes | undefined;
    };

/** Milliseconds from asking to the end, and to the first piece of the answer. */
export interface AttemptTimes {
  readonly tookMs: number;
  readonly firstMs: number | undefined;
}

/** What the owner hears while it lasts. `attempt`: an owner that has gone on with another one takes no notice, and ends it. */
export type AttemptWord =
  /** The gate has let it through: the provider is asked. */
  | { readonly type: "granted"; readonly attempt: number; readonly pid: Pid }
  | {
      readonly type: "said";
      readonly attempt: number;
      readonly pid: Pid;
      readonly pieces: readonly ModelEvent[];
    };

export interface AttemptHost {
  readonly entries: ReadonlyMap<string, LlmEntry>;
  readonly gate: Gate;
}

/** The logic of attempts at the entries of this node. When its process ends, however that be, the provider's signal fires. */
export function llmAttempt(host: AttemptHost) {
  return function llmAttempt(input: AttemptInput): Promise<AttemptOutcome> {
    return attempt(host, input);
  };
}

export type AttemptLogic = ReturnType<typeof llmAttempt>;

type Answer =
  | { readonly ok: true; readonly completion: Completion }
  | ({ readonly ok: false } & ProviderFailure);

async function attempt(host: AttemptHost, input: AttemptInput): Promise<AttemptOutcome> {
  const { owner, request } = input;
  const entry = host.entries.get(input.entry);
  if (entry === undefined) return unasked(notHere(input.entry));
  const told = { entry: entry.name, request: self() };
  let isAsking = false;
  monitor(owner, () => {
    if (isAsking) tellEvent(llmEvents.request_abandoned, told);
    exit("shutdown");
  });
  const world = ownWorld();
  const arrivedMs = world.clock.now();
  const price = request.model === undefined ? entry.price : entry.priceOf(request.model);
  const granted = await acquire(
    host.gate,
    input,
    entry,
    mostOf(input.need, { outputTokens: entry.outputTokens, price }),
  );
  if ("failure" in granted) return unasked(granted.failure);
  const beganMs = world.clock.now();
  if (!granted.granted) return { is: "refused", refusal: granted.refusal, waitedMs: beganMs - arrivedMs };
  isAsking = true;
  tellEvent(llmEvents.request_began, told);
  send(owner, { type: "granted", attempt: input.attempt, pid: self() } satisfies AttemptWord);
  const ear = new Ear(input, world);
  const given = await ask(entry, input, ear);
  // It throws where the process has ended meanwhile: nobody hears of it then, and the gate has its permit back.
  currentProcess();
  ear.end();
  // A connection that broke in the middle of an answer had been worth something.
  const answer = given.ok || !ear.hasHeard ? given : { ...given, mayCost: true };
  const times = { tookMs: world.clock.now() - beganMs, firstMs: ear.firstMs(beganMs) };
  const costUsd = costUsdOf(answer, entry);
  host.gate.report({
    permit: granted.permit,
    outcome: outcomeOf(answer),
    usage: answer.ok ? answer.completion.usage : undefined,
    costUsd: costUsd ?? undefined,
    tookMs: times.tookMs,
    firstMs: times.firstMs,
    limits: ear.limits,
    retryAfterMs: answer.ok ? undefined : answer.failure.retryAfterMs,
  });
  tellOutcome(answer, told);
  if (!answer.ok) {
    const { failure, failsOver, mayCost } = answer;
    return { is: "failed", failure, failsOver, mayCost, times };
  }
  const { text, ...rest } = answer.completion;
  return { is: "answered", completion: ear.hasTold ? rest : { ...rest, text }, costUsd, times };
}

async function acquire(
  gate: Gate,
  { request, lane, run, user, waitMsMax }: AttemptInput,
  entry: LlmEntry,
  most: { readonly tokens: number; readonly costMaxUsd: number | null },
) {
  const model = request.model ?? entry.model ?? entry.kind;
  try {
    return await gate.acquire({ entry: entry.name, model, lane, ...most, run, user, waitMsMax });
  } catch (error) {
    return { failure: failedGate(entry.name, error instanceof Error ? error.message : `${error}`) };
  }
}

/** Asks the provider. Whatever it throws or gives becomes an answer. */
async function ask(
  { name, provider, timeoutMs }: LlmEntry,
  { request }: AttemptInput,
  ear: Ear,
): Promise<Answer> {
  const process = currentProcess();
  const giveUp = new AbortController();
  const release = (): void => giveUp.abort();
  process.releases ??= new Set();
  process.releases.add(release);
  try {
    const context = { signal: giveUp.signal, world: ownWorld(), hear: ear.hear, limits: ear.learn };
    const given = await inTime(timeoutMs, () => provider.complete(request, context));
    if (isPlainCompletion(given)) return { ok: true, completion: given };
    const checked = completion.safeParse(given);
    if (checked.success) return { ok: true, completion: checked.data };
    throw new ProviderError(
      "protocol",
      `What it answered is no completion: ${checked.error.issues[0]?.message}.`,
    );
  } catch (thrown) {
    // Whatever it still does is for nobody: it may have been too late, or have thrown for what it was told.
    giveUp.abort();
    return { ok: false, ...providerFailure(thrown, name, provider.secrets) };
  } finally {
    process.releases?.delete(release);
  }
}

/** What `work` gives, unless that takes too long. */
function inTime<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const process = currentProcess();
  return new Promise((resolve, reject) => {
    // It ends with the process.
    new OwnedTimer(process.kernel, process, timeoutMs, () => reject(tooLate(timeoutMs)));
    Promise.resolve(work()).then(resolve, reject);
  });
}

function tooLate(timeoutMs: number): ProviderError {
  return new ProviderError(
    "timeout",
    `Its answer was not whole within ${timeoutMs} ms, the time for one request. Raise timeout_ms, or ask for less.`,
    { phase: "total" },
  );
}

/** Hears what the provider says, and passes it on: once in a turn of the event loop, and the rest before the end. */
class Ear {
  readonly hear = (event: ModelEvent): void => this.#hear(event);
  readonly learn = (told: ToldLimits): void => {
    this.limits = told;
  };
  limits: ToldLimits | undefined;
  hasTold = false;
  readonly #input: AttemptInput;
  readonly #world: World;
  #firstMs: number | undefined;
  #pieces: ModelEvent[] = [];
  #isOver = false;
  #wake: () => void = () => {};

  constructor(input: AttemptInput, world: World) {
    this.#input = input;
    this.#world = world;
    // What it throws is that the process has ended meanwhile.
    if (input.hears) this.#passOn().catch(() => {});
  }

  get hasHeard(): boolean {
    return this.#firstMs !== undefined;
  }

  firstMs(beganMs: number): number | undefined {
    return this.#firstMs === undefined ? undefined : this.#firstMs - beganMs;
  }

  end(): void {
    this.#isOver = true;
    this.#tell();
    this.#wake();
  }

  #hear(event: ModelEvent): void {
    this.#firstMs ??= this.#world.clock.now();
    if (!this.#input.hears || this.#isOver) return;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.type !== "tool_call" && last.type === event.type) {
      this.#pieces[this.#pieces.length - 1] = { type: last.type, text: `${last.text}${event.text}` };
      return;
    }
    this.#pieces.push(event);
    if (this.#pieces.length === 1) this.#wake();
  }

  /** Waits as code of the process, so that it sends as that: the provider's code may run on behalf of any, or of none. */
  async #passOn(): Promise<void> {
    while (!this.#isOver) {
      if (this.#pieces.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      await new Promise<void>((resolve) => this.#world.turns.afterIo(resolve));
      this.#tell();
    }
  }

  #tell(): void {
    if (this.#pieces.length === 0) return;
    const { owner, attempt } = this.#input;
    const pieces = this.#pieces.splice(0);
    this.hasTold ||= pieces.some(({ type }) => type === "text");
    send(owner, { type: "said", attempt, pid: self(), pieces } satisfies AttemptWord);
  }
}

function unasked(failure: Failure): AttemptOutcome {
  return { is: "failed", failure, failsOver: true, mayCost: false, times: undefined };
}

/** 0 for what was never sent; null where nobody knows. */
function costUsdOf(answer: Answer, entry: LlmEntry): number | null {
  if (!answer.ok) return answer.mayCost ? null : 0;
  const { usage, model } = answer.completion;
  const price = entry.priceOf(model) ?? entry.price;
  // What costs nothing does so for any number of tokens.
  if (costMaxOf(anyTokens, price) === 0) return 0;
  return usage === undefined ? null : costOf(usage, price);
}

const anyTokens = { input_tokens: 1, output_tokens: 1 } as const;

function outcomeOf(answer: Answer): "success" | "failure" | "neutral" {
  if (answer.ok) return "success";
  return answer.countsAgainstProvider ? "failure" : "neutral";
}

function tellOutcome(answer: Answer, told: { readonly entry: string; readonly request: Pid }): void {
  if (!answer.ok) {
    tellEvent(llmEvents.request_failed, { ...told, code: answer.failure.code });
    return;
  }
  const { finish, usage } = answer.completion;
  const tokens = { inputTokens: usage?.input_tokens ?? 0, outputTokens: usage?.output_tokens ?? 0 };
  tellEvent(llmEvents.request_answered, { ...told, ...tokens, finish });
}
