// An answer as Ollama's chat streams it: a JSON value in each line, the last of which says that it is done.
import type { Completion } from "../completion.ts";
import type { Answer } from "./answer.ts";
import { countIn, isObject, listIn, misshapen, objectIn, textIn } from "./fields.ts";
import type { Peer } from "./peer.ts";
import type { JsonObject } from "./wire.ts";

export class OllamaReading {
  readonly #answer: Answer;
  readonly #peer: Peer;

  constructor(answer: Answer, peer: Peer) {
    this.#answer = answer;
    this.#peer = peer;
  }

  /** One line. True for the last one. */
  take({ message: given, model, done, done_reason, prompt_eval_count, eval_count }: JsonObject): boolean {
    const answer = this.#answer;
    const message = objectIn(given, "message", this.#peer);
    const content = textIn(message?.content, "message.content", this.#peer);
    const thought = textIn(message?.thinking, "message.thinking", this.#peer);
    const calls = message?.tool_calls ?? undefined;
    const asked = calls === undefined ? 0 : this.#takeCalls(listIn(calls, "message.tool_calls", this.#peer));
    answer.heard(content.length + thought.length + asked);
    answer.name(model);
    answer.think(thought);
    answer.say(content);
    if (done !== true) return false;
    // What came from its cache it does not count at all.
    answer.count({ read: countIn(prompt_eval_count), written: countIn(eval_count) });
    answer.end(done_reason === "length" ? "length" : "stop");
    return true;
  }

  completion(): Completion {
    return this.#answer.completion();
  }

  /** The characters of their arguments. */
  #takeCalls(calls: readonly unknown[]): number {
    let characters = 0;
    for (const [at, given] of calls.entries()) {
      const name = `message.tool_calls.${at}`;
      const call = objectIn(given, name, this.#peer);
      const asked = objectIn(call?.function, `${name}.function`, this.#peer);
      const id = textIn(call?.id, `${name}.id`, this.#peer);
      const tool = textIn(asked?.name, `${name}.function.name`, this.#peer);
      const json = this.#jsonOf(asked?.arguments, `${name}.function.arguments`);
      this.#answer.tools.addWhole({ ...(id === "" ? {} : { id }), name: tool, json });
      characters += json.length + 1;
    }
    return characters;
  }

  /** As text, so that one place checks and counts the arguments of all providers. */
  #jsonOf(given: unknown, name: string): string {
    if (!isObject(given)) return textIn(given, name, this.#peer);
    try {
      return JSON.stringify(given);
    } catch {
      throw misshapen(this.#peer, name, "an object that can be written");
    }
  }
}
