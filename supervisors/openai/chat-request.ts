// The body of a request for a chat completion, as OpenAI's interface has it, as far as it is understood.
import { z } from "zod";
import { endpointLimits } from "./limits.ts";

const text = z.unknown().transform(textOf);

/** The text of an assistant may be missing beside what it wanted used. */
const assistantText = z.unknown().transform((given, context) => textOf(given ?? "", context));

const toolCall = z
  .object({
    id: z.string(),
    type: z.literal("function", { error: "only tools of type function can be used" }).optional(),
    function: z.object({ name: z.string(), arguments: z.string() }),
  })
  .transform(({ id, function: { name, arguments: json } }, context) => ({
    id,
    name,
    arguments: argumentsOf(json, context),
  }));

const message = z.discriminatedUnion(
  "role",
  [
    z.object({ role: z.literal("system"), content: text }),
    z
      .object({ role: z.literal("developer"), content: text })
      .transform(({ content }) => ({ role: "system" as const, content })),
    z.object({ role: z.literal("user"), content: text }),
    z
      .object({
        role: z.literal("assistant"),
        content: assistantText,
        tool_calls: z.array(toolCall).nullish(),
      })
      .transform(({ role, content, tool_calls: calls }) =>
        calls == null || calls.length === 0 ? { role, content } : { role, content, tool_calls: calls },
      ),
    z.object({ role: z.literal("tool"), tool_call_id: z.string(), content: text }),
  ],
  { error: "must have a role: system, developer, user, assistant or tool" },
);

const tool = z
  .object({
    type: z.literal("function", { error: "only tools of type function can be used" }),
    function: z.object({
      name: z.string(),
      description: z.string().nullish(),
      parameters: z.record(z.string(), z.unknown()).nullish(),
    }),
  })
  .transform(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? "",
    parameters: parameters ?? { type: "object", properties: {} },
  }));

const toolChoice = z.union(
  [
    z.enum(["auto", "none", "required"]),
    z
      .object({ type: z.literal("function"), function: z.object({ name: z.string() }) })
      .transform(({ function: { name } }) => ({ name })),
  ],
  { error: "must be auto, none, required, or { type: function, function: { name } }" },
);

const responseFormat = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("text") }),
    z.object({
      type: z.literal("json_schema"),
      json_schema: z.object({ name: z.string(), schema: z.record(z.string(), z.unknown()) }),
    }),
  ],
  { error: "must be of type text or json_schema: JSON without a schema is something else at each provider" },
);

/** Null stands for left out everywhere, as it does at OpenAI. */
export const chatRequest = z.object({
  model: z.string({ error: "must be an entry of llm.providers, entry/model, or auto" }).min(1).max(300),
  messages: z.array(message),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_completion_tokens: z.number().nullish(),
  max_tokens: z.number().nullish(),
  temperature: z.number().nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  response_format: responseFormat.nullish(),
  /** Whose budget it counts against. */
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
});

export type ChatRequest = z.output<typeof chatRequest>;

/** A text, or parts of one. Parts that are no text can be passed on to nobody. */
function textOf(given: unknown, context: z.RefinementCtx): string {
  if (typeof given === "string") return given;
  const refuse = (message: string): string => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (!Array.isArray(given)) return refuse("must be a text, or a list of parts of type text");
  const texts: string[] = [];
  for (const part of given as readonly unknown[]) {
    const { type, text: words, refusal } = (part ?? {}) as Readonly<Record<string, unknown>>;
    const isText = type === "text" || type === "refusal";
    if (!isText) return refuse(`parts of type ${shown(type)} cannot be passed on: parts of type text can`);
    const written = type === "refusal" ? refusal : words;
    if (typeof written !== "string") return refuse("a part of type text has its text under text");
    texts.push(written);
  }
  return texts.join("");
}

/** Models call a tool that takes nothing with an empty text too. */
function argumentsOf(json: string, context: z.RefinementCtx): Record<string, unknown> {
  if (json.trim() === "") return {};
  const value = parsed(json);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  context.addIssue({
    code: "custom",
    path: ["function", "arguments"],
    message: "must be the text of a JSON object",
  });
  return z.NEVER;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function shown(type: unknown): string {
  return typeof type === "string"
    ? JSON.stringify(type.slice(0, endpointLimits.quotedCharactersMax))
    : "unknown";
}
