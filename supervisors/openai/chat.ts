// Answers one request for a chat completion, whole or piece by piece, for code of a process.
import type { Answered } from "../../actors/llm/complete.ts";
import type { CompletionOrder } from "../../actors/llm/completion.ts";
import { CompletionFailed, type Failure } from "../../actors/llm/failure.ts";
import type { SaidEvent } from "../../actors/llm/model-event.ts";
import { AiexError } from "../../runtime/errors.ts";
import type { HttpExchange } from "../../runtime/http-server/exchange.ts";
import type { World } from "../../runtime/world.ts";
import { type AnswerFrame, chatCompletion } from "./chat-answer.ts";
import { type ChatOrder, readChatOrder } from "./chat-order.ts";
import { endpointLimits } from "./limits.ts";
import {
  badRequest,
  idHeader,
  type Problem,
  problemHeaders,
  problemJson,
  problemOfFailure,
  refusal,
} from "./problem.ts";
import { SaidChunks } from "./said-chunks.ts";

/** Has an order answered, for code of a process. What is said is heard in order, all of it before this settles. */
export type Complete = (
  order: CompletionOrder,
  terms: { readonly hear?: (event: SaidEvent) => void; readonly signal: AbortSignal },
) => Promise<Answered>;

export interface ChatTerms {
  readonly world: World;
  readonly complete: Complete;
  /** One that no other answer has. */
  readonly newId: () => string;
}

/** Resolves when the exchange is over, whatever became of it. @throws what is a fault of ours */
export async function answerChat(exchange: HttpExchange, terms: ChatTerms): Promise<void> {
  const body = await exchange.readBody(endpointLimits.bodyBytesMax);
  if (body.kind === "gone") return;
  if (body.kind === "too_large") {
    const most = endpointLimits.bodyBytesMax;
    refuse(exchange, {
      ...badRequest(`A request has at most ${most} bytes.`),
      status: 413,
      code: "too_large",
    });
    return;
  }
  const read = readChatOrder(body.bytes);
  if (!read.ok) {
    refuse(exchange, read.problem);
    return;
  }
  const { order } = read;
  const frame: AnswerFrame = {
    id: terms.newId(),
    created: Math.floor(terms.world.clock.wallTime() / 1_000),
    model: order.model,
  };
  if (order.isStream) await streamed(exchange, terms, order, frame);
  else await whole(exchange, terms, order, frame);
}

/** The answer that there is none, where none has begun. */
export function refuse(
  exchange: HttpExchange,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  exchange.answer(problem.status, { ...problemHeaders(problem), ...headers }, problemJson(problem));
}

/** @throws what is no expected failure */
function problemOf(error: unknown): Problem {
  if (error instanceof CompletionFailed) return problemOfFailure(error.failure);
  if (!(error instanceof AiexError) || error.code === "misuse") throw error;
  // A part of this program that is just being started again.
  return refusal(503, error.code, error.message);
}

async function whole(
  exchange: HttpExchange,
  { complete }: ChatTerms,
  { order, ignored }: ChatOrder,
  frame: AnswerFrame,
): Promise<void> {
  let answered: Answered;
  try {
    answered = await complete(order, { signal: exchange.gone });
  } catch (error) {
    if (!exchange.gone.aborted) refuse(exchange, problemOf(error));
    return;
  }
  // Whoever gets a whole answer would take a part of one for it.
  if (answered.completion.finish === "partial") refuse(exchange, problemOfFailure(whyPartial(answered)));
  else {
    const headers = {
      ...headersOf("application/json", ignored),
      ...idHeader(answered.completion.request_id),
    };
    exchange.answer(200, headers, chatCompletion(frame, answered));
  }
}

async function streamed(
  exchange: HttpExchange,
  { complete, world }: ChatTerms,
  { order, ignored, wantsUsage }: ChatOrder,
  frame: AnswerFrame,
): Promise<void> {
  const { answer_schema: schema, tools } = order.request;
  const chunks = new SaidChunks({
    ...{ frame, wantsUsage },
    isStructured: schema !== undefined,
    hasTools: tools !== undefined,
  });
  const stopped = new AbortController();
  const writer = new ChunkWriter(exchange, world, chunks, headersOf("text/event-stream", ignored));
  const hear = (event: SaidEvent): void => {
    chunks.take(event);
    if (chunks.problem === undefined) writer.soon();
    else stopped.abort();
  };
  try {
    const signal = AbortSignal.any([exchange.gone, stopped.signal]);
    const answered = await complete(order, { hear, signal });
    const isPartial = answered.completion.finish === "partial";
    writer.end(isPartial ? chunks.fail(problemOfFailure(whyPartial(answered))) : chunks.finish(answered));
  } catch (error) {
    if (exchange.gone.aborted) return;
    const problem = chunks.problem ?? problemOf(error);
    if (exchange.isBegun) writer.end(chunks.fail(problem));
    else refuse(exchange, problem);
  } finally {
    writer.stop();
  }
}

/** Writes what there is whenever the reader is not behind, and says that it is alive where there is nothing. */
class ChunkWriter {
  readonly #exchange: HttpExchange;
  readonly #world: World;
  readonly #chunks: SaidChunks;
  readonly #headers: Readonly<Record<string, string>>;
  #isBehind = false;
  #isDue = false;
  #isStopped = false;
  #isQuiet = true;
  #timer: unknown;

  constructor(
    exchange: HttpExchange,
    world: World,
    chunks: SaidChunks,
    headers: Readonly<Record<string, string>>,
  ) {
    this.#exchange = exchange;
    this.#world = world;
    this.#chunks = chunks;
    this.#headers = headers;
    this.#look();
  }

  /** Writes when all is heard that has come together. */
  soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#world.turns.soon(() => {
      this.#isDue = false;
      this.#write();
    });
  }

  end(text: string): void {
    this.#send(text);
    this.#exchange.end();
  }

  stop(): void {
    this.#isStopped = true;
    this.#world.timers.clear(this.#timer);
  }

  #write(): void {
    if (this.#isBehind || this.#isStopped) return;
    const text = this.#chunks.flush();
    if (text !== "") this.#send(text);
  }

  #send(text: string): void {
    this.#isQuiet = false;
    this.#exchange.begin(200, this.#headers);
    if (this.#exchange.write(text)) return;
    this.#isBehind = true;
    void this.#exchange.whenRead().then(() => {
      this.#isBehind = false;
      this.#write();
    });
  }

  /** From the first sign of life on, a failure is told in the stream and no longer by a status. */
  #look(): void {
    this.#timer = this.#world.timers.set(endpointLimits.quietMsMax, () => {
      if (this.#isStopped) return;
      if (this.#isQuiet && !this.#isBehind) this.#send(": the answer is being worked on\n\n");
      this.#isQuiet = true;
      this.#look();
    });
  }
}

function whyPartial({ failure, entry }: Answered): Failure {
  const message = `Provider "${entry}" broke off in the middle of its answer, and nobody could go on with it. Ask again.`;
  return failure ?? { code: "interrupted", message, retryable: true };
}

function headersOf(type: string, ignored: readonly string[]): Record<string, string> {
  return {
    "content-type": type,
    ...(type === "text/event-stream" ? { "cache-control": "no-cache" } : {}),
    ...(ignored.length === 0 ? {} : { "x-aiex-ignored": ignored.join(", ") }),
  };
}
