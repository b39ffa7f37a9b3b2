// What is asked, as Anthropic's messages take it.
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
} from "@anthropic-ai/sdk/resources/messages";
import type { CompletionRequest, Message } from "../completion.ts";
import { outputTokensDefault } from "../limits.ts";
import type { Peer } from "./peer.ts";
import { portableId } from "./tool-calls.ts";

export function anthropicRequest(request: CompletionRequest, model: string, peer: Peer) {
  return {
    model,
    max_tokens: request.max_output_tokens ?? peer.outputTokensMax ?? outputTokensDefault,
    stream: true,
    ...messagesOf(request),
    ...formatOf(request),
    ...toolsOf(request),
  } satisfies MessageCreateParamsStreaming;
}

/** What a system message says goes before the conversation, where Anthropic has a place for it. */
function messagesOf({ messages }: CompletionRequest) {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  return {
    messages: messages.reduce(withMessage, []),
    ...(system.length === 0 ? {} : { system: system.join("\n\n") }),
  };
}

/** All that came of the tools of one answer has to stand in the one message that follows it. */
function withMessage(before: MessageParam[], message: Message): MessageParam[] {
  if (message.role === "system") return before;
  const last = before.at(-1);
  if (message.role !== "tool") return [...before, { role: message.role, content: contentOf(message) }];
  const result = {
    type: "tool_result" as const,
    tool_use_id: portableId(message.tool_call_id),
    content: message.content,
  };
  if (last?.role !== "user" || typeof last.content === "string") {
    return [...before, { role: "user", content: [result] }];
  }
  return [...before.slice(0, -1), { role: "user", content: [...last.content, result] }];
}

function contentOf(message: Exclude<Message, { role: "system" | "tool" }>): string | ContentBlockParam[] {
  if (message.role === "user" || message.tool_calls === undefined || message.tool_calls.length === 0) {
    return message.content;
  }
  const uses = message.tool_calls.map(({ id, name, arguments: input }) => ({
    type: "tool_use" as const,
    id: portableId(id),
    name,
    input,
  }));
  // It refuses a text of nothing.
  return message.content.trim() === "" ? uses : [{ type: "text", text: message.content }, ...uses];
}

function formatOf({ answer_schema }: CompletionRequest) {
  if (answer_schema === undefined) return {};
  return { output_config: { format: { type: "json_schema" as const, schema: answer_schema.schema } } };
}

function toolsOf({ tools = [], tool_choice: choice }: CompletionRequest) {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      name,
      description,
      input_schema: { ...parameters, type: "object" as const },
    })),
    ...(choice === undefined
      ? {}
      : { tool_choice: typeof choice === "string" ? choices[choice] : named(choice.name) }),
  };
}

const choices = { auto: { type: "auto" }, none: { type: "none" }, required: { type: "any" } } as const;

function named(name: string) {
  return { type: "tool" as const, name };
}
