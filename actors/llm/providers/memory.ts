// A provider that answers from a script: for tests and demonstrations, without any network.
import type { Secret } from "../../../runtime/secret.ts";
import type { World } from "../../../runtime/world.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import type { ModelEvent } from "../model-event.ts";
import { type Model, type Provider, type ProviderContext, ProviderError } from "../provider.ts";

/** What becomes of one request: an answer, an error that is thrown as it is, or nothing ever. `afterMs` of the world's time. */
export type ScriptLine =
  | { readonly answer: string | Completion; readonly afterMs?: number }
  | { readonly fail: unknown; readonly afterMs?: number }
  | { readonly hang: true }
  /** Piece by piece, with `everyMs` before each; then whole, or it ends with an error, or says nothing more ever. */
  | {
      readonly say: readonly (string | ModelEvent)[];
      readonly everyMs?: number;
      readonly end?: Partial<Completion> | { readonly fail: unknown } | "hang";
    };

export interface MemoryCall {
  readonly request: CompletionRequest;
  readonly signal: AbortSignal;
}

export interface MemoryProviderOptions {
  readonly secrets?: readonly Secret[];
  /** Goes on as if nothing had happened when its signal fires, as badly written adapters do. */
  readonly ignoresSignal?: boolean;
}

export class MemoryProvider implements Provider {
  readonly kind = "memory";
  readonly secrets: readonly Secret[];
  /** Every request so far, in order. */
  readonly calls: MemoryCall[] = [];
  readonly #lines: readonly ScriptLine[];
  readonly #ignoresSignal: boolean;

  /** One line for each request; the last one is for all that follow. */
  constructor(lines: readonly [ScriptLine, ...ScriptLine[]], options: MemoryProviderOptions = {}) {
    this.#lines = lines;
    this.secrets = options.secrets ?? [];
    this.#ignoresSignal = options.ignoresSignal ?? false;
  }

  async complete(request: CompletionRequest, { signal, world, hear }: ProviderContext): Promise<Completion> {
    const line = this.#lines[Math.min(this.calls.length, this.#lines.length - 1)] ?? { hang: true };
    this.calls.push({ request, signal });
    const pause = (ms: number): Promise<void> => this.#pause(ms, signal, world);
    if ("say" in line) return this.#say(line, hear, pause);
    await pause("hang" in line ? Number.POSITIVE_INFINITY : (line.afterMs ?? 0));
    if ("fail" in line) throw line.fail;
    if ("hang" in line) throw new ProviderError("timeout", "The request was given up.");
    const whole = typeof line.answer === "string" ? completionOf(line.answer) : line.answer;
    if (whole.text !== "") hear?.({ type: "text", text: whole.text });
    for (const call of whole.tool_calls ?? []) hear?.({ type: "tool_call", call });
    return whole;
  }

  async #say(
    { say, everyMs = 0, end = {} }: Extract<ScriptLine, { readonly say: unknown }>,
    hear: ProviderContext["hear"],
    pause: (ms: number) => Promise<void>,
  ): Promise<Completion> {
    const pieces = say.map((piece) => (typeof piece === "string" ? textOf(piece) : piece));
    for (const piece of pieces) {
      await pause(everyMs);
      hear?.(piece);
    }
    await pause(end === "hang" ? Number.POSITIVE_INFINITY : 0);
    if (end === "hang") throw new ProviderError("timeout", "The request was given up.");
    if ("fail" in end) throw end.fail;
    const text = pieces.flatMap((piece) => (piece.type === "text" ? [piece.text] : [])).join("");
    const calls = pieces.flatMap((piece) => (piece.type === "tool_call" ? [piece.call] : []));
    const called = calls.length === 0 ? {} : ({ finish: "tool_calls", tool_calls: calls } as const);
    return { ...completionOf(text), ...called, ...end };
  }

  /** Throws when the signal fires. */
  async #pause(ms: number, signal: AbortSignal, world: World): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        if (timer !== undefined) world.timers.clear(timer);
        reject(new ProviderError("timeout", "The request was given up."));
      };
      const end = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const timer = ms === Number.POSITIVE_INFINITY ? undefined : world.timers.set(ms, end);
      if (!this.#ignoresSignal) signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  async models(): Promise<readonly Model[]> {
    return [{ name: "memory" }];
  }
}

function textOf(text: string): ModelEvent {
  return { type: "text", text };
}

function completionOf(text: string): Completion {
  return { text, model: "memory", finish: "stop" };
}
