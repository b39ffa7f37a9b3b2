// What is asked, as OpenAI's chat completions take it.
import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from "openai/resources/chat";
import type { CompletionRequest, Message } from "../completion.ts";
import type { Peer } from "./peer.ts";
import { portableId } from "./tool-calls.ts";

/** `countsTokens`: it is asked to count them, which some servers do not know. */
export function openaiRequest(request: CompletionRequest, model: string, peer: Peer, countsTokens: boolean) {
  return {
    model,
    messages: request.messages.map(messageOf),
    stream: true,
    ...(countsTokens ? { stream_options: { include_usage: true } } : {}),
    ...limitsOf(request, peer),
    ...formatOf(request),
    ...toolsOf(request),
  } satisfies ChatCompletionCreateParamsStreaming;
}

function messageOf(message: Message): ChatCompletionMessageParam {
  if (message.role === "tool") {
    return { role: "tool", tool_call_id: portableId(message.tool_call_id), content: message.content };
  }
  if (message.role !== "assistant" || message.tool_calls === undefined || message.tool_calls.length === 0) {
    return { role: message.role, content: message.content };
  }
  return {
    role: "assistant",
    content: message.content === "" ? null : message.content,
    tool_calls: message.tool_calls.map(({ id, name, arguments: given }) => ({
      id: portableId(id),
      type: "function" as const,
      function: { name, arguments: JSON.stringify(given) },
    })),
  };
}

function limitsOf({ max_output_tokens, temperature }: CompletionRequest, peer: Peer) {
  const tokens = max_output_tokens ?? peer.outputTokensMax;
  // OpenAI's newer models take the new name only; most other servers know the old one alone.
  const isOpenAi = peer.kind === "openai";
  return {
    ...(tokens === undefined ? {} : isOpenAi ? { max_completion_tokens: tokens } : { max_tokens: tokens }),
    ...(temperature === undefined || peer.needsKey ? {} : { temperature }),
  };
}

function formatOf({ answer_schema }: CompletionRequest) {
  if (answer_schema === undefined) return {};
  const { name, schema } = answer_schema;
  return { response_format: { type: "json_schema" as const, json_schema: { name, schema, strict: true } } };
}

function toolsOf({ tools = [], tool_choice: choice }: CompletionRequest) {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: "function" as const,
      function: { name, description, parameters },
    })),
    ...(choice === undefined
      ? {}
      : { tool_choice: typeof choice === "string" ? choice : named(choice.name) }),
  };
}

function named(name: string) {
  return { type: "function" as const, function: { name } };
}
