// The wire formats that the scripted server speaks: an answer as the pieces in which a real server streams it.

export const dialects = ["openai", "anthropic", "ollama"] as const;
export type Dialect = (typeof dialects)[number];

/** What a model answers. */
export interface Spoken {
  /** The text, in the parts in which it is streamed. */
  readonly say: string | readonly string[];
  /** Reasoning that is streamed before the text. */
  readonly thinks?: readonly string[];
  /** Why it ends, in the provider's own word. Default: what each says for a whole answer. Null: no end marker follows. */
  readonly finish?: string | null;
  /** Words of refusal, as OpenAI streams them beside the text. */
  readonly refusal?: string;
  /** Default: the model that the request named. */
  readonly model?: string;
  readonly usage?: { readonly input: number; readonly output: number };
}

/** The pieces of an answer's body, end marker included. Every dialect begins with one that holds no text. */
export function piecesOf(dialect: Dialect, spoken: Spoken, model: string): string[] {
  const parts = typeof spoken.say === "string" ? [spoken.say] : spoken.say;
  const named = { ...spoken, model: spoken.model ?? model };
  if (dialect === "openai") return openaiPieces(parts, named);
  return dialect === "anthropic" ? anthropicPieces(parts, named) : ollamaPieces(parts, named);
}

/** What a server says about an error, with the status line or in a stream. */
export function errorBody(dialect: Dialect, type: string, message: string): string {
  if (dialect === "openai") return JSON.stringify({ error: { message, type, param: null, code: type } });
  if (dialect === "anthropic") return JSON.stringify({ type: "error", error: { type, message } });
  return JSON.stringify({ error: message });
}

/** An error in the middle of a stream. */
export function errorPiece(dialect: Dialect, type: string, message: string): string {
  const body = errorBody(dialect, type, message);
  if (dialect === "openai") return `data: ${body}\n\n`;
  return dialect === "anthropic" ? `event: error\ndata: ${body}\n\n` : `${body}\n`;
}

/** What keeps a connection open and says nothing. Ollama has no such thing but empty lines. */
export const keepAlive: Readonly<Record<Dialect, string>> = {
  openai: ": keep-alive\n\n",
  anthropic: 'event: ping\ndata: {"type": "ping"}\n\n',
  ollama: "\n",
};

/** A server's list of its models. */
export function modelList(dialect: Dialect, models: readonly string[]): string {
  if (dialect === "ollama") return JSON.stringify({ models: models.map((name) => ({ name, model: name })) });
  return JSON.stringify({ object: "list", data: models.map((id) => ({ id, object: "model" })) });
}

type Named = Spoken & { readonly model: string };

function openaiPieces(parts: readonly string[], { model, thinks, refusal, finish, usage }: Named): string[] {
  const chunk = (rest: object) =>
    `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model, ...rest })}\n\n`;
  const delta = (content: object, finish_reason: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason }] });
  const pieces = [
    delta({ role: "assistant", content: "" }),
    ...(thinks ?? []).map((reasoning_content) => delta({ reasoning_content })),
    ...parts.map((content) => delta({ content })),
    ...(refusal === undefined ? [] : [delta({ refusal })]),
  ];
  if (finish === null) return pieces;
  pieces.push(delta({}, finish ?? "stop"));
  if (usage !== undefined) {
    const { input, output } = usage;
    pieces.push(
      chunk({
        choices: [],
        usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
      }),
    );
  }
  return [...pieces, "data: [DONE]\n\n"];
}

function anthropicPieces(parts: readonly string[], { model, thinks, finish, usage }: Named): string[] {
  const event = (type: string, rest: object = {}) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const block = (index: number, content_block: object, deltas: readonly object[]) => [
    event("content_block_start", { index, content_block }),
    ...deltas.map((delta) => event("content_block_delta", { index, delta })),
    event("content_block_stop", { index }),
  ];
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    content: [],
    model,
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: usage?.input ?? 1, output_tokens: 1 },
  };
  const thinking = (thinks ?? []).map((text) => ({ type: "thinking_delta", thinking: text }));
  const text = parts.map((part) => ({ type: "text_delta", text: part }));
  const pieces = [
    event("message_start", { message }),
    event("ping"),
    ...(thinking.length === 0 ? [] : block(0, { type: "thinking", thinking: "", signature: "" }, thinking)),
    ...block(thinking.length === 0 ? 0 : 1, { type: "text", text: "" }, text),
  ];
  if (finish === null) return pieces;
  const delta = { stop_reason: finish ?? "end_turn", stop_sequence: null };
  return [
    ...pieces,
    event("message_delta", { delta, usage: { output_tokens: usage?.output ?? 1 } }),
    event("message_stop"),
  ];
}

function ollamaPieces(parts: readonly string[], { model, thinks, finish, usage }: Named): string[] {
  const line = (rest: object) =>
    `${JSON.stringify({ model, created_at: "2026-01-01T00:00:00Z", ...rest })}\n`;
  const speak = (message: object) =>
    line({ message: { role: "assistant", content: "", ...message }, done: false });
  const pieces = [
    speak({}),
    ...(thinks ?? []).map((thinking) => speak({ thinking })),
    ...parts.map((content) => speak({ content })),
  ];
  if (finish === null) return pieces;
  const counts = usage === undefined ? {} : { prompt_eval_count: usage.input, eval_count: usage.output };
  const message = { role: "assistant", content: "" };
  return [...pieces, line({ message, done: true, done_reason: finish ?? "stop", ...counts })];
}
