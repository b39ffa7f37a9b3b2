// A provider that answers from a script: for tests and demonstrations, without any network.
import type { Secret } from "../../../runtime/secret.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import { type Provider, type ProviderContext, ProviderError } from "../provider.ts";

/** What becomes of one request: an answer, an error that is thrown as it is, or nothing ever. `afterMs` of the world's time. */
export type ScriptLine =
  | { readonly answer: string | Completion; readonly afterMs?: number }
  | { readonly fail: unknown; readonly afterMs?: number }
  | { readonly hang: true };

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

  async complete(request: CompletionRequest, { signal, world }: ProviderContext): Promise<Completion> {
    const line = this.#lines[Math.min(this.calls.length, this.#lines.length - 1)] ?? { hang: true };
    this.calls.push({ request, signal });
    const afterMs = "hang" in line ? Number.POSITIVE_INFINITY : (line.afterMs ?? 0);
    await new Promise<void>((resolve, reject) => {
      const timer = afterMs === Number.POSITIVE_INFINITY ? undefined : world.timers.set(afterMs, resolve);
      if (this.#ignoresSignal) return;
      signal.addEventListener("abort", () => {
        if (timer !== undefined) world.timers.clear(timer);
        reject(new ProviderError("timeout", "The request was given up."));
      });
    });
    if ("fail" in line) throw line.fail;
    if ("hang" in line) throw new ProviderError("timeout", "The request was given up.");
    return typeof line.answer === "string" ? completionOf(line.answer) : line.answer;
  }
}

function completionOf(text: string): Completion {
  return { text, model: "memory", finish: "stop" };
}
