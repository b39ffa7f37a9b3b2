// What a model says while it answers, in one vocabulary for all providers.

/** A tool that the model wants used. Told once, when its arguments are whole and are JSON; never in part. */
export interface ToolCall {
  /** The provider's own id for it, unique in the answer; made up where the provider gives none, or the same one twice. */
  readonly id: string;
  readonly name: string;
  /** The arguments, as data: an object. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Tokens of one request, as the provider counts them. */
export interface Usage {
  /** All that it read, what came from its cache included. */
  readonly input_tokens: number;
  /** Of those, what came from its cache. */
  readonly cached_tokens?: number | undefined;
  /** And what it put there, where that has a price of its own. */
  readonly cache_write_tokens?: number | undefined;
  readonly output_tokens: number;
}

/** One piece of an answer, in the order in which the model said it. */
export type ModelEvent =
  | { readonly type: "text"; readonly text: string }
  /** What it thinks before it answers. It is no part of the answer. */
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "tool_call"; readonly call: ToolCall };

/** One entry's share of an answer: an answer that was gone on with by another entry has several. */
export interface AnswerPart {
  /** The entry of llm.providers. */
  readonly entry: string;
  /** The node that asked it; left out where that is a program alone. */
  readonly node?: string;
  /** As the provider calls it. */
  readonly model: string;
  /** Characters of the text that it wrote, in UTF-16 units. */
  readonly characters: number;
  /** What it took, where its provider says so: not of a part that was cut off. */
  readonly usage?: Usage | undefined;
  /** US dollars that it cost; null where that is not known. */
  readonly costUsd?: number | null;
}

/**
 * What whoever listens hears, in order. `restarted`: the answer begins again from nothing, by another attempt: what was heard
 * so far does not count. `continued`: another entry goes on with the text so far.
 */
export type SaidEvent =
  | ModelEvent
  | { readonly type: "restarted"; readonly entry: string; readonly reason: string }
  | { readonly type: "continued"; readonly entry: string; readonly reason: string };
