// The three interfaces of models that are measured, and what is asked and answered over them: each answer at once, by a server that
// thinks about nothing.

export const dialects = ["openai", "anthropic", "ollama"] as const;
export type Dialect = (typeof dialects)[number];

export const model = "bench";

export type Line = { role: "system"; content: string } | { role: "user"; content: string };

export const system = "You answer in one sentence.";
export const question: Line[] = [
  { role: "system", content: system },
  { role: "user", content: "What is the answer to everything?" },
];

/** The question whose answer comes in so many pieces. */
export function longQuestion(pieces: number) {
  return [{ role: "user" as const, content: `${pieces} pieces` }];
}

/** The question whose answer stops after its first piece, and goes on never. */
export const endlessQuestion = [{ role: "user" as const, content: "endless" }];

/** One piece of a text, as models write them: a word or a part of one. */
export const piece = " word";

const shortPieces = 12;

/** What is asked for, as found in the body of a request. */
export interface Wanted {
  readonly pieces: number;
  readonly isStream: boolean;
  readonly isEndless: boolean;
}

export function wantedIn(body: string): Wanted {
  const pieces = /"(\d+) pieces"/.exec(body)?.[1];
  return {
    pieces: pieces === undefined ? shortPieces : Number(pieces),
    isStream: /"stream": ?true/.test(body),
    isEndless: body.includes('"endless"'),
  };
}

export function dialectOf(path: string): Dialect {
  if (path.startsWith("/api/")) return "ollama";
  return path.startsWith("/v1/messages") ? "anthropic" : "openai";
}

/** An answer of one value. */
export function whole(dialect: Dialect): string {
  const text = piece.repeat(shortPieces);
  switch (dialect) {
    case "openai":
      return JSON.stringify({
        ...{ id: "chatcmpl-1", object: "chat.completion", created: 1_741_570_283, model },
        choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
        usage: { prompt_tokens: 20, completion_tokens: shortPieces, total_tokens: 20 + shortPieces },
      });
    case "anthropic":
      return JSON.stringify({
        ...{ id: "msg_1", type: "message", role: "assistant", model },
        content: [{ type: "text", text }],
        ...{ stop_reason: "end_turn", stop_sequence: null },
        usage: { input_tokens: 20, output_tokens: shortPieces },
      });
    case "ollama":
      return JSON.stringify({
        ...{ model, created_at: "2026-01-01T00:00:00.312Z", message: { role: "assistant", content: text } },
        ...{ done: true, done_reason: "stop", prompt_eval_count: 20, eval_count: shortPieces },
      });
  }
}

/** The parts of an answer that is streamed: what comes first, one piece of the text, and the end. */
export function streamed(dialect: Dialect): Readonly<Record<"head" | "piece" | "end", string>> {
  switch (dialect) {
    case "openai":
      return openaiStream();
    case "anthropic":
      return anthropicStream();
    case "ollama":
      return ollamaStream();
  }
}

function openaiStream() {
  const frame = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_741_570_283, model };
  const chunk = (rest: object): string => `data: ${JSON.stringify({ ...frame, ...rest })}\n\n`;
  const delta = (given: object, finish_reason: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta: given, finish_reason }] });
  const usage = { prompt_tokens: 20, completion_tokens: 12, total_tokens: 32 };
  return {
    head: delta({ role: "assistant", content: "" }),
    piece: delta({ content: piece }),
    end: `${delta({}, "stop")}${chunk({ choices: [], usage })}data: [DONE]\n\n`,
  };
}

function anthropicStream() {
  const event = (type: string, rest: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const message = {
    ...{ id: "msg_1", type: "message", role: "assistant", content: [], model },
    ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 20, output_tokens: 1 } },
  };
  const start = event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  const stop = event("content_block_stop", { index: 0 });
  const last = { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 12 } };
  return {
    head: `${event("message_start", { message })}${start}`,
    piece: event("content_block_delta", { index: 0, delta: { type: "text_delta", text: piece } }),
    end: `${stop}${event("message_delta", last)}${event("message_stop", {})}`,
  };
}

function ollamaStream() {
  const line = (content: string, rest: object): string => {
    const frame = { model, created_at: "2026-01-01T00:00:00.312Z", message: { role: "assistant", content } };
    return `${JSON.stringify({ ...frame, ...rest })}\n`;
  };
  return {
    head: line("", { done: false }),
    piece: line(piece, { done: false }),
    end: line("", { done: true, done_reason: "stop", prompt_eval_count: 20, eval_count: 12 }),
  };
}
