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
  /** Tokens; `cached`: those of the input that came from a cache, `kept`: those that were put there. */
  readonly usage?: {
    readonly input: number;
    readonly cached?: number;
    readonly kept?: number;
    readonly output: number;
  };
  /** The tools that it wants used, after the text. */
  readonly calls?: readonly SpokenCall[];
}

export interface SpokenCall {
  readonly id?: string;
  readonly name: string;
  /** As JSON, in the parts in which it is streamed where the provider streams it. */
  readonly json: string | readonly string[];
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

function openaiPieces(parts: readonly string[], spoken: Named): string[] {
  const { model, thinks, refusal, finish, usage, calls = [] } = spoken;
  const head = {
    id: "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG",
    object: "chat.completion.chunk",
    created: 1_741_570_283,
    model,
    service_tier: "default",
    system_fingerprint: "fp_fc9f1d7035",
  };
  const chunk = (rest: object) => `data: ${JSON.stringify({ ...head, ...rest })}\n\n`;
  const delta = (content: object, finish_reason: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: content, logprobs: null, finish_reason }], usage: null });
  const pieces = [
    delta({ role: "assistant", content: "", refusal: null }),
    ...(thinks ?? []).map((reasoning_content) => delta({ reasoning_content })),
    ...parts.map((content) => delta({ content })),
    ...(refusal === undefined ? [] : [delta({ refusal })]),
    ...calls.flatMap((call, index) =>
      openaiCall(call, index).map((tool_call) => delta({ tool_calls: [tool_call] })),
    ),
  ];
  if (finish === null) return pieces;
  pieces.push(delta({}, finish ?? (calls.length > 0 ? "tool_calls" : "stop")));
  if (usage !== undefined) pieces.push(chunk({ choices: [], usage: openaiUsage(usage) }));
  return [...pieces, "data: [DONE]\n\n"];
}

/** The first says what is called, all others add to its arguments. */
function openaiCall({ id, name, json }: SpokenCall, index: number): readonly object[] {
  const parts = typeof json === "string" ? [json] : json;
  const first = {
    index,
    ...(id === undefined ? {} : { id }),
    type: "function",
    function: { name, arguments: "" },
  };
  return [first, ...parts.map((part) => ({ index, function: { arguments: part } }))];
}

function openaiUsage({ input, cached, kept, output }: NonNullable<Spoken["usage"]>): object {
  const caches = { cached_tokens: cached, cache_write_tokens: kept, audio_tokens: 0 };
  const details = cached === undefined && kept === undefined ? {} : { prompt_tokens_details: caches };
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output, ...details };
}

function anthropicPieces(parts: readonly string[], spoken: Named): string[] {
  const { model, thinks, finish, usage, calls = [] } = spoken;
  const event = (type: string, rest: object = {}) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const cached = usage?.cached === undefined ? {} : { cache_read_input_tokens: usage.cached };
  const kept = usage?.kept === undefined ? {} : { cache_creation_input_tokens: usage.kept };
  const read = (usage?.input ?? 1) - (usage?.cached ?? 0) - (usage?.kept ?? 0);
  const message = {
    id: "msg_01XFDUDYJgAACzvnptvVoYEL",
    type: "message",
    role: "assistant",
    content: [],
    model,
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: read, ...cached, ...kept, output_tokens: 1 },
  };
  const blocks = anthropicBlocks(parts, thinks ?? [], calls).flatMap(({ start, deltas }, index) => [
    event("content_block_start", { index, content_block: start }),
    ...deltas.map((delta) => event("content_block_delta", { index, delta })),
    event("content_block_stop", { index }),
  ]);
  const pieces = [event("message_start", { message }), event("ping"), ...blocks];
  if (finish === null) return pieces;
  const delta = { stop_reason: finish ?? (calls.length > 0 ? "tool_use" : "end_turn"), stop_sequence: null };
  return [
    ...pieces,
    event("message_delta", { delta, usage: { output_tokens: usage?.output ?? 1 } }),
    event("message_stop"),
  ];
}

interface Block {
  readonly start: object;
  readonly deltas: readonly object[];
}

function anthropicBlocks(
  parts: readonly string[],
  thinks: readonly string[],
  calls: readonly SpokenCall[],
): readonly Block[] {
  const thinking = thinks.map((text) => ({ type: "thinking_delta", thinking: text }));
  const signature = { type: "signature_delta", signature: "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk" };
  const text = parts.map((part) => ({ type: "text_delta", text: part }));
  const uses = calls.map(({ id, name, json }) => ({
    start: { type: "tool_use", ...(id === undefined ? {} : { id }), name, input: {} },
    deltas: ["", ...(typeof json === "string" ? [json] : json)].map((partial_json) => ({
      type: "input_json_delta",
      partial_json,
    })),
  }));
  return [
    ...(thinks.length === 0
      ? []
      : [{ start: { type: "thinking", thinking: "", signature: "" }, deltas: [...thinking, signature] }]),
    { start: { type: "text", text: "" }, deltas: text },
    ...uses,
  ];
}

function ollamaPieces(
  parts: readonly string[],
  { model, thinks, finish, usage, calls = [] }: Named,
): string[] {
  const line = (rest: object) =>
    `${JSON.stringify({ model, created_at: "2026-01-01T00:00:00.312Z", ...rest })}\n`;
  const speak = (message: object) =>
    line({ message: { role: "assistant", content: "", ...message }, done: false });
  const pieces = [
    speak({}),
    ...(thinks ?? []).map((thinking) => speak({ thinking })),
    ...parts.map((content) => speak({ content })),
    ...calls.map((call) => speak({ tool_calls: [ollamaCall(call)] })),
  ];
  if (finish === null) return pieces;
  const counts = usage === undefined ? {} : { prompt_eval_count: usage.input, eval_count: usage.output };
  const times = { total_duration: 4_883_583_458, load_duration: 1_334_875, eval_duration: 4_535_599_000 };
  const message = { role: "assistant", content: "" };
  return [...pieces, line({ message, done: true, done_reason: finish ?? "stop", ...times, ...counts })];
}

/** As data, where the arguments are JSON. */
function ollamaCall({ id, name, json }: SpokenCall): object {
  const text = typeof json === "string" ? json : json.join("");
  const call = { function: { name, arguments: dataIn(text) } };
  return id === undefined ? call : { id, ...call };
}

function dataIn(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
