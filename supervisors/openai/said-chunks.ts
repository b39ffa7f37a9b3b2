// What a model says, as the chunks of a stream in OpenAI's form. Pure: it takes events and gives text.
import type { Answered } from "../../actors/llm/complete.ts";
import type { SaidEvent } from "../../actors/llm/model-event.ts";
import { type AnswerFrame, about, finishReason, shownCall, shownUsage } from "./chat-answer.ts";
import { type Problem, problemJson, refusal } from "./problem.ts";

export interface StreamTerms {
  readonly frame: AnswerFrame;
  readonly wantsUsage: boolean;
  /** Its text is to be JSON by a schema. Such an answer may begin again with another provider, so it is told when it is whole. */
  readonly isStructured: boolean;
  /** The model may want tools used. They are told when the answer is whole, for the same reason. */
  readonly hasTools: boolean;
}

type Field = "content" | "reasoning_content";

/** Pieces that come one after the other and were not written yet become one chunk, so that a slow reader gets fewer of them. */
export class SaidChunks {
  readonly #terms: StreamTerms;
  readonly #head: string;
  readonly #tail: string;
  #waiting: { readonly field: Field; text: string }[] = [];
  /** Characters of the answer's text that were taken, by whoever writes it now. */
  #taken = 0;
  #hasText = false;
  #isBegun = false;
  #problem: Problem | undefined;

  constructor(terms: StreamTerms) {
    const { frame, wantsUsage } = terms;
    this.#terms = terms;
    const start = JSON.stringify({ id: frame.id, object: "chat.completion.chunk", ...rest(frame) });
    this.#head = `data: ${start.slice(0, -1)},"choices":[{"index":0,"delta":`;
    this.#tail = `,"finish_reason":null}]${wantsUsage ? ',"usage":null' : ""}}\n\n`;
  }

  /** Why the stream cannot go on, where that is so. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  take(event: SaidEvent): void {
    switch (event.type) {
      case "text":
        this.#taken += event.text.length;
        if (!this.#terms.isStructured) this.#add("content", event.text);
        break;
      case "reasoning":
        this.#add("reasoning_content", event.text);
        break;
      case "restarted":
        this.#restart();
        break;
    }
  }

  /** The chunks of what was taken since the last time. */
  flush(): string {
    const waiting = this.#waiting;
    this.#waiting = [];
    let chunks = "";
    for (const { field, text } of waiting) {
      const half = isHalf(text) ? text.slice(-1) : "";
      // The other half of a character comes with the next piece.
      if (half !== "") this.#waiting.push({ field, text: half });
      const whole = half === "" ? text : text.slice(0, -1);
      if (whole !== "") chunks += this.#chunk(`{"${field}":${JSON.stringify(whole)}}`);
    }
    return chunks;
  }

  /** All that is left to be written, to the end of the stream. */
  finish(answered: Answered): string {
    const { completion } = answered;
    const { text, tool_calls: calls, usage } = completion;
    const { frame, isStructured, wantsUsage } = this.#terms;
    this.#add("content", isStructured ? text : text.slice(this.#taken));
    let chunks = this.#rest();
    if (calls !== undefined && calls.length > 0) {
      const shown = calls.map((call, index) => ({ index, ...shownCall(call) }));
      chunks += this.#chunk(JSON.stringify({ tool_calls: shown }));
    }
    const choice = { index: 0, delta: {}, finish_reason: finishReason(completion) };
    const last = { id: frame.id, object: "chat.completion.chunk", ...rest(frame) };
    const none = wantsUsage ? { usage: null } : {};
    chunks += this.#begun();
    chunks += line(JSON.stringify({ ...last, choices: [choice], ...none, aiex: about(answered) }));
    if (wantsUsage && usage !== undefined) {
      chunks += line(JSON.stringify({ ...last, choices: [], usage: shownUsage(usage) }));
    }
    return `${chunks}${line("[DONE]")}`;
  }

  /** The end of a stream that comes to none: OpenAI's SDKs throw what it says. */
  fail(problem: Problem): string {
    return `${this.#rest()}${line(problemJson(problem))}`;
  }

  /** Text that was written cannot be taken back. Beside calls of tools it is a remark, and bears to be followed by another. */
  #restart(): void {
    this.#taken = 0;
    if (!this.#hasText) return;
    if (this.#terms.hasTools) this.#add("content", "\n\n");
    else this.#problem ??= begunAgain();
  }

  #add(field: Field, text: string): void {
    if (text === "") return;
    if (field === "content") this.#hasText = true;
    const last = this.#waiting.at(-1);
    if (last?.field === field) last.text += text;
    else this.#waiting.push({ field, text });
  }

  /** With a half of a character that nothing followed. */
  #rest(): string {
    const chunks = this.flush();
    const halves = this.#waiting;
    this.#waiting = [];
    return halves.reduce(
      (all, { field, text }) => all + this.#chunk(`{"${field}":${JSON.stringify(text)}}`),
      chunks,
    );
  }

  #chunk(delta: string): string {
    return `${this.#begun()}${this.#head}${delta}${this.#tail}`;
  }

  /** The first chunk says who speaks. */
  #begun(): string {
    if (this.#isBegun) return "";
    this.#isBegun = true;
    return `${this.#head}{"role":"assistant","content":""}${this.#tail}`;
  }
}

function rest({ created, model }: AnswerFrame): object {
  return { created, model };
}

function line(data: string): string {
  return `data: ${data}\n\n`;
}

/** Whether a text ends in the first half of a surrogate pair. */
function isHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

function begunAgain(): Problem {
  const words =
    "The provider failed after a part of the answer was written, and another one could only begin it again. What was written is a part of an answer that nobody goes on with. Ask again.";
  return refusal(503, "answer_began_again", words);
}
