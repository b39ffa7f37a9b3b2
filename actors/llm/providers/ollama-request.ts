// What is asked, as Ollama's chat takes it.
import type { ChatRequest, Message as OllamaMessage } from "ollama";
import type { CompletionRequest, Message } from "../completion.ts";
import { estimateErrorMax, localOutputTokensDefault } from "../limits.ts";
import { estimateTokens } from "../tokens.ts";
import { contextTokensMin } from "./limits.ts";
import type { Peer } from "./peer.ts";

export function ollamaRequest(request: CompletionRequest, model: string, peer: Peer) {
  const { messages, answer_schema, temperature, max_output_tokens } = request;
  const tokens = max_output_tokens ?? peer.outputTokensMax;
  return {
    model,
    messages: messages.map((message) => messageOf(message, messages)),
    stream: true,
    // What does not fit is to be refused, and what grows too long to end: it would leave the beginning out without a word.
    truncate: false,
    shift: false,
    ...(answer_schema === undefined ? {} : { format: answer_schema.schema }),
    ...toolsOf(request),
    options: {
      num_ctx: contextTokens(request, tokens),
      ...(tokens === undefined ? {} : { num_predict: tokens }),
      ...(temperature === undefined ? {} : { temperature }),
    },
  } satisfies ChatRequest & { stream: true; truncate: false; shift: false };
}

/** It knows what came of a tool by the tool's name, and its uses have no ids. */
function messageOf(message: Message, all: readonly Message[]): OllamaMessage {
  const { role, content } = message;
  if (role === "tool") return { role, content, tool_name: toolNameOf(message.tool_call_id, all) };
  if (role !== "assistant" || message.tool_calls === undefined) return { role, content };
  const tool_calls = message.tool_calls.map(({ name, arguments: given }) => ({
    function: { name, arguments: given },
  }));
  return { role, content, tool_calls };
}

function toolNameOf(id: string, messages: readonly Message[]): string {
  for (const message of messages) {
    const call = message.role === "assistant" ? message.tool_calls?.find((one) => one.id === id) : undefined;
    if (call !== undefined) return call.name;
  }
  return id;
}

/** It has no way to say that a tool must be used; that none must, or which, is said by what is offered. */
function toolsOf({ tools = [], tool_choice: choice }: CompletionRequest) {
  const name = typeof choice === "object" ? choice.name : undefined;
  const offered = choice === "none" ? [] : tools.filter((tool) => name === undefined || tool.name === name);
  if (offered.length === 0) return {};
  return {
    tools: offered.map(({ name: called, description, parameters }) => ({
      type: "function",
      function: { name: called, description, parameters },
    })),
  };
}

/**
 * The context that a request needs, because older servers do not refuse what is longer than it: they leave the beginning out. In
 * powers of two, because it loads the model again for each other size.
 */
function contextTokens(
  { messages, tools = [] }: CompletionRequest,
  answerTokens = localOutputTokensDefault,
): number {
  const offered = tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools));
  const read = messages.reduce((sum, message) => sum + estimateTokens(textOf(message)), offered);
  const needed = read * (1 + estimateErrorMax) + answerTokens;
  return Math.max(contextTokensMin, 2 ** Math.ceil(Math.log2(needed)));
}

function textOf(message: Message): string {
  const calls = message.role === "assistant" ? (message.tool_calls ?? []) : [];
  return calls.length === 0 ? message.content : `${message.content}${JSON.stringify(calls)}`;
}
