// An answer as Anthropic's messages stream it: blocks that begin, grow and end.
import type { Completion } from "../completion.ts";
import type { Answer, Finish } from "./answer.ts";
import { countIn, isObject, misshapen, objectIn, textIn } from "./fields.ts";
import type { Peer } from "./peer.ts";
import type { JsonObject } from "./wire.ts";

export class AnthropicReading {
  readonly #answer: Answer;
  readonly #peer: Peer;
  /** The places of the blocks that are tools which we offered; others run at Anthropic. */
  readonly #tools = new Set<number>();
  #finish: Finish = "stop";

  constructor(answer: Answer, peer: Peer) {
    this.#answer = answer;
    this.#peer = peer;
  }

  /** One event. True for the one after which nothing comes. What is not known is left alone, as new kinds come at any time. */
  take(event: JsonObject): boolean {
    switch (event.type) {
      case "content_block_delta":
        this.#grow(event);
        return false;
      case "content_block_start":
        this.#begin(event);
        return false;
      case "message_start":
        this.#start(objectIn(event.message, "message", this.#peer));
        return false;
      case "message_delta":
        this.#change(event);
        return false;
      case "message_stop":
        this.#answer.end(this.#finish);
        return true;
      case "ping":
        return false;
      default:
        if (typeof event.type !== "string") throw misshapen(this.#peer, "type", "text");
        this.#answer.heard(0);
        return false;
    }
  }

  completion(): Completion {
    return this.#answer.completion();
  }

  #start(message: JsonObject | undefined): void {
    this.#answer.heard(0);
    this.#answer.name(message?.model);
    this.#count(message?.usage);
  }

  #begin({ index, content_block }: JsonObject): void {
    const block = objectIn(content_block, "content_block", this.#peer) ?? {};
    const text = block.type === "text" ? textIn(block.text, "content_block.text", this.#peer) : "";
    const place = countIn(index);
    if (block.type === "tool_use" && place !== undefined) {
      this.#tools.add(place);
      const whole = isObject(block.input) && Object.keys(block.input).length > 0 ? block.input : undefined;
      const id = textIn(block.id, "content_block.id", this.#peer);
      const name = textIn(block.name, "content_block.name", this.#peer);
      this.#answer.tools.add(place, { ...(id === "" ? {} : { id }), name, whole });
    }
    // That a block begins is a sign of life of a model that wants something used.
    this.#answer.heard(text.length + (block.type === "tool_use" ? 1 : 0));
    this.#answer.say(text);
  }

  #grow({ index, delta: given }: JsonObject): void {
    const answer = this.#answer;
    const delta = objectIn(given, "delta", this.#peer) ?? {};
    const text = textIn(delta.text, "delta.text", this.#peer);
    if (text !== "") {
      answer.heard(text.length);
      answer.say(text);
      return;
    }
    const thought = textIn(delta.thinking, "delta.thinking", this.#peer);
    const json = textIn(delta.partial_json, "delta.partial_json", this.#peer);
    answer.heard(thought.length + json.length);
    answer.think(thought);
    const place = countIn(index);
    if (json !== "" && place !== undefined && this.#tools.has(place)) answer.tools.add(place, { json });
  }

  #change({ delta: given, usage }: JsonObject): void {
    const delta = objectIn(given, "delta", this.#peer) ?? {};
    const reason = textIn(delta.stop_reason, "delta.stop_reason", this.#peer);
    this.#answer.heard(0);
    if (reason !== "") this.#finish = finishes.get(reason) ?? "stop";
    this.#count(usage);
  }

  /** The first event counts what was read, from the cache and into it too, and the last ones what was written so far. */
  #count(given: unknown): void {
    if (!isObject(given)) return;
    const cached = countIn(given.cache_read_input_tokens);
    const kept = countIn(given.cache_creation_input_tokens);
    const plain = countIn(given.input_tokens);
    const read = plain === undefined ? undefined : plain + (kept ?? 0) + (cached ?? 0);
    this.#answer.count({ read, cached, kept, written: countIn(given.output_tokens) });
  }
}

const finishes: ReadonlyMap<string, Finish> = new Map<string, Finish>([
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["refusal", "refused"],
]);
