// A provider that answers from a script, without any network: for tests, for demonstrations, and where no model is at hand.
import type { Secret } from "../../../runtime/secret.ts";
import type { World } from "../../../runtime/world.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import { firstByteMsDefault, silenceMsDefault } from "../limits.ts";
import type { ModelEvent, ToolCall } from "../model-event.ts";
import {
  type Model,
  type Provider,
  type ProviderContext,
  ProviderError,
  type TimeoutPhase,
  type ToldLimit,
} from "../provider.ts";
import type { CheckedAnswer, CheckedScript, Script } from "./scripted-answers.ts";
import { checkedScript, readScript } from "./scripted-file.ts";
import { lastUserMessage, ScriptedTurns } from "./scripted-turn.ts";

export interface ScriptedOptions {
  /** The script, or the path of a file with one, which is read with the first request. */
  readonly script: Script | string;
  /** The entry of llm.providers that it answers as. */
  readonly entry?: string;
  /** Factor of all pauses: 0 answers at once. Default: 1. */
  readonly pace?: number;
  /** Milliseconds until an answer has to begin, and between two pieces of it. Default: 60,000 each. */
  readonly firstByteMs?: number;
  readonly silenceMs?: number;
}

export class ScriptedProvider implements Provider {
  readonly kind = "scripted";
  readonly secrets: readonly Secret[] = [];
  readonly #options: ScriptedOptions;
  #loading: Promise<Loaded> | undefined;

  constructor(options: ScriptedOptions) {
    this.#options = options;
  }

  async complete(request: CompletionRequest, context: ProviderContext): Promise<Completion> {
    const { script, turns } = await this.#loaded(context.world);
    const answer = turns.next(request);
    if (answer === undefined) throw noAnswer(request);
    tellLimits(answer, context);
    return this.#play(answer, request.model ?? script.model, context);
  }

  async models({ world }: ProviderContext): Promise<readonly Model[]> {
    const { script } = await this.#loaded(world);
    return [{ name: script.model, tools: true, structured: true }];
  }

  #loaded(world: World): Promise<Loaded> {
    const { script: given, entry } = this.#options;
    const load = async (): Promise<Loaded> => {
      const script =
        typeof given === "string"
          ? await readScript(world.files, given)
          : checkedScript(given, "in the program");
      return { script, turns: new ScriptedTurns(script.answers, entry) };
    };
    this.#loading ??= load();
    // A file that was put right meanwhile is read again.
    this.#loading.catch(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #play(answer: CheckedAnswer, model: string, context: ProviderContext): Promise<Completion> {
    const { finish, usage, fail, cut, hang, every_ms } = answer;
    const pieces = piecesOf(answer);
    const toolCalls: ToolCall[] = [];
    let text = "";
    for (const [index, { event, afterMs }] of pieces.entries()) {
      await this.#pause(afterMs, index === 0 ? "first_byte" : "silence", context);
      if (event.type === "text") text += event.text;
      if (event.type === "tool_call") toolCalls.push(event.call);
      context.hear?.(event);
    }
    const wait = hang === true ? Number.POSITIVE_INFINITY : pieces.length === 0 ? answer.after_ms : every_ms;
    await this.#pause(wait, pieces.length === 0 ? "first_byte" : "silence", context);
    if (fail !== undefined) throw failureOf(fail, pieces.length > 0);
    if (cut === true) throw cutOff(text.length);
    return {
      text,
      ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
      model: answer.model ?? model,
      finish: finish ?? (toolCalls.length === 0 ? "stop" : "tool_calls"),
      ...(usage === undefined ? {} : { usage: usageOf(usage) }),
    };
  }

  /** Takes as long as the script says, and no longer than a real provider would be waited for. */
  async #pause(givenMs: number, phase: TimeoutPhase, { world, signal }: ProviderContext): Promise<void> {
    const { pace = 1, firstByteMs = firstByteMsDefault, silenceMs = silenceMsDefault } = this.#options;
    const limitMs = phase === "first_byte" ? firstByteMs : silenceMs;
    const ms = givenMs === Number.POSITIVE_INFINITY ? givenMs : givenMs * pace;
    if (signal.aborted) throw givenUp();
    if (ms === 0) return;
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        world.timers.clear(timer);
        reject(givenUp());
      };
      const timer = world.timers.set(Math.min(ms, limitMs), () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      });
      signal.addEventListener("abort", giveUp, { once: true });
    });
    if (ms > limitMs) throw new ProviderError("timeout", `Nothing came of it for ${limitMs} ms.`, { phase });
  }
}

interface Loaded {
  readonly script: CheckedScript;
  readonly turns: ScriptedTurns;
}

interface Piece {
  readonly event: ModelEvent;
  readonly afterMs: number;
}

function piecesOf({ say, after_ms, every_ms }: CheckedAnswer): readonly Piece[] {
  return (typeof say === "string" ? [say] : say).map((one, index) => {
    const afterMs =
      (typeof one === "string" ? undefined : one.after_ms) ?? (index === 0 ? after_ms : every_ms);
    if (typeof one === "string") return { afterMs, event: { type: "text", text: one } };
    if ("text" in one) return { afterMs, event: { type: "text", text: one.text } };
    if ("reasoning" in one) return { afterMs, event: { type: "reasoning", text: one.reasoning } };
    const { id = `call_${index + 1}`, name, arguments: given } = one.tool_call;
    return { afterMs, event: { type: "tool_call", call: { id, name, arguments: given } } };
  });
}

function tellLimits({ limits: told }: CheckedAnswer, { limits }: ProviderContext): void {
  if (told === undefined) return;
  const { requests, tokens } = told;
  limits?.({
    ...(requests === undefined ? {} : { requests: limitOf(requests) }),
    ...(tokens === undefined ? {} : { tokens: limitOf(tokens) }),
  });
}

function limitOf({
  reset_ms,
  limit,
  remaining,
}: NonNullable<NonNullable<CheckedAnswer["limits"]>["requests"]>): ToldLimit {
  return { limit, remaining, ...(reset_ms === undefined ? {} : { resetMs: reset_ms }) };
}

function usageOf({
  cached_tokens,
  cache_write_tokens,
  ...usage
}: NonNullable<CheckedAnswer["usage"]>): NonNullable<Completion["usage"]> {
  return {
    ...usage,
    ...(cached_tokens === undefined ? {} : { cached_tokens }),
    ...(cache_write_tokens === undefined ? {} : { cache_write_tokens }),
  };
}

function failureOf(
  { code, message, retry_after_ms, phase }: NonNullable<CheckedAnswer["fail"]>,
  hasBegun: boolean,
): ProviderError {
  return new ProviderError(code, message, {
    ...(hasBegun ? { mayCost: true as const } : {}),
    ...(retry_after_ms === undefined ? {} : { retryAfterMs: retry_after_ms }),
    ...(phase === undefined ? {} : { phase }),
  });
}

function cutOff(characters: number): ProviderError {
  return new ProviderError("protocol", `Its answer was cut off after ${characters} characters. Try again.`);
}

function givenUp(): ProviderError {
  return new ProviderError("timeout", "The request was given up before its answer was whole.");
}

function noAnswer(request: CompletionRequest): ProviderError {
  const length = lastUserMessage(request).length;
  return new ProviderError(
    "invalid_request",
    `Its script has no answer to this message of ${length} characters. Add one, or one without "when".`,
  );
}
