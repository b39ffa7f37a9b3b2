// An answer as OpenAI's chat completions stream it. Servers that speak alike leave out what they like.
import type { Completion } from "../completion.ts";
import type { Answer, Finish } from "./answer.ts";
import { countIn, isObject, listIn, objectIn, textIn } from "./fields.ts";
import type { Peer } from "./peer.ts";
import type { JsonObject } from "./wire.ts";

export class OpenAiReading {
  readonly #answer: Answer;
  readonly #peer: Peer;
  #refusal = "";

  constructor(answer: Answer, peer: Peer) {
    this.#answer = answer;
    this.#peer = peer;
  }

  /** The reason of its end is here. */
  get hasEnded(): boolean {
    return this.#answer.hasEnded;
  }

  /** One event. The end of the body, or its end marker, is the end of the answer: counts follow the reason why it ends. */
  take({ choices, model, usage }: JsonObject): boolean {
    const answer = this.#answer;
    if (model !== undefined) answer.name(model);
    const choice = objectIn(listIn(choices, "choices", this.#peer)[0], "choices.0", this.#peer);
    if (choice === undefined) answer.heard(0);
    else {
      const delta = objectIn(choice.delta, "choices.0.delta", this.#peer);
      if (delta === undefined) answer.heard(0);
      else this.#takeDelta(delta);
      const reason = textIn(choice.finish_reason, "choices.0.finish_reason", this.#peer);
      if (reason !== "") answer.end(finishes.get(reason) ?? "stop");
    }
    if (isObject(usage)) this.#count(usage);
    return false;
  }

  completion(): Completion {
    if (this.#refusal !== "") this.#answer.end("refused");
    return this.#answer.completion();
  }

  #takeDelta(delta: JsonObject): void {
    const peer = this.#peer;
    const content = textIn(delta.content, "choices.0.delta.content", peer);
    const refusal = textIn(delta.refusal, "choices.0.delta.refusal", peer);
    const thought =
      textIn(delta.reasoning_content, "choices.0.delta.reasoning_content", peer) ||
      textIn(delta.reasoning, "choices.0.delta.reasoning", peer);
    const calls = delta.tool_calls ?? undefined;
    const asked =
      calls === undefined ? 0 : this.#takeCalls(listIn(calls, "choices.0.delta.tool_calls", peer));
    this.#answer.heard(content.length + refusal.length + thought.length + asked);
    this.#answer.think(thought);
    this.#answer.say(content);
    this.#answer.say(refusal);
    this.#refusal ||= refusal;
  }

  /** The characters of their arguments. */
  #takeCalls(calls: readonly unknown[]): number {
    let characters = 0;
    for (const [at, given] of calls.entries()) {
      const name = `choices.0.delta.tool_calls.${at}`;
      const call = objectIn(given, name, this.#peer);
      const asked = objectIn(call?.function, `${name}.function`, this.#peer);
      const json = textIn(asked?.arguments, `${name}.function.arguments`, this.#peer);
      const id = textIn(call?.id, `${name}.id`, this.#peer);
      this.#answer.tools.add(countIn(call?.index) ?? at, {
        ...(id === "" ? {} : { id }),
        name: textIn(asked?.name, `${name}.function.name`, this.#peer),
        json,
      });
      // A call without arguments is a sign of life too.
      characters += json.length + 1;
    }
    return characters;
  }

  #count({
    prompt_tokens,
    prompt_tokens_details: details,
    prompt_cache_hit_tokens,
    completion_tokens,
  }: JsonObject) {
    const cached = isObject(details) ? details.cached_tokens : prompt_cache_hit_tokens;
    this.#answer.count({
      read: countIn(prompt_tokens),
      cached: countIn(cached),
      kept: isObject(details) ? countIn(details.cache_write_tokens) : undefined,
      written: countIn(completion_tokens),
    });
  }
}

const finishes: ReadonlyMap<string, Finish> = new Map<string, Finish>([
  ["length", "length"],
  ["content_filter", "refused"],
]);
