// What is asked of a language model and what comes back, as data that can travel.
import { z } from "zod";
import {
  answerCharactersMax,
  completionMsMax,
  messagesMax,
  requestCharactersMax,
  schemaCharactersMax,
  toolCallsMax,
  toolDescriptionCharactersMax,
  toolsMax,
} from "./limits.ts";

/** Letters, digits, _ and -. */
const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, _ or -");

/**
 * The form of an answer that is to be JSON, as JSON Schema in the dialect that every provider takes in its strict mode:
 * - the root is an object; each object names all its `properties` in `required` and has `additionalProperties: false`
 *   (what may be missing is a property whose `type` allows `"null"`);
 * - of the keywords only `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`, `anyOf`,
 *   `description`, `$defs` and `$ref` to them: lengths, ranges, patterns and `oneOf` are refused by some;
 * - no schema that contains itself.
 *
 * It goes to the provider as it stands: one that breaks these rules is refused there (`invalid_request`), never changed. What
 * comes back is text that was written under the schema; whoever asked still has to parse and check it, because not every
 * server keeps to it, and an answer that ends with "length" or "refused" is not whole.
 */
const answerSchema = z.strictObject({
  name: toolName,
  schema: z.record(z.string(), z.unknown()).superRefine(checkSchema),
});

export type AnswerSchema = z.output<typeof answerSchema>;

/** What the model may want used. `parameters`: JSON Schema of an object, as for answers. */
const tool = z.strictObject({
  name: toolName,
  description: z.string().max(toolDescriptionCharactersMax),
  parameters: z.record(z.string(), z.unknown()).superRefine(checkSchema),
});

const toolCall = z.strictObject({
  id: z.string().min(1).max(200),
  name: toolName,
  arguments: z.record(z.string(), z.unknown()),
});

const message = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("system"), content: z.string() }),
  z.strictObject({ role: z.literal("user"), content: z.string() }),
  z.strictObject({
    role: z.literal("assistant"),
    content: z.string(),
    /** What it wanted used; each is answered by a message of role `tool` that follows. */
    tool_calls: z.array(toolCall).max(toolCallsMax).optional(),
  }),
  /** What came of using a tool. */
  z.strictObject({ role: z.literal("tool"), tool_call_id: z.string().min(1).max(200), content: z.string() }),
]);

export type Message = z.output<typeof message>;

export const completionRequest = z
  .strictObject({
    messages: z
      .array(message)
      .min(1)
      .max(messagesMax)
      .refine((messages) => charactersOf(messages) <= requestCharactersMax, {
        message: `must hold at most ${requestCharactersMax} characters in all`,
      }),
    /** The entry's own model where it is left out. */
    model: z.string().min(1).max(200).optional(),
    max_output_tokens: z.int().min(1).max(10_000_000).optional(),
    /** A wish, of which models that run at a vendor are not told: the newer ones refuse any but their own. */
    temperature: z.number().min(0).max(2).optional(),
    /** The answer's text is to be JSON of this form. */
    answer_schema: answerSchema.optional(),
    tools: z.array(tool).max(toolsMax).optional(),
    /** Whether it has to use one: as it sees fit, none, any, or the one of that name. */
    tool_choice: z
      .union([z.enum(["auto", "none", "required"]), z.strictObject({ name: toolName })])
      .optional(),
  })
  .refine((request) => request.answer_schema === undefined || request.tools === undefined, {
    path: ["tools"],
    message: "cannot be given together with answer_schema",
  });

export type CompletionRequest = z.output<typeof completionRequest>;

/** Who goes first where requests wait: a person who looks on, then work as it comes, then what has time. */
export const lanes = ["interactive", "normal", "background"] as const;
export type Lane = (typeof lanes)[number];

/** A request with who is to answer it and by when: what the coordinator is called with. */
export const completionOrder = z
  .strictObject({
    request: completionRequest,
    /** Name of the entry that must answer it, and no other. */
    provider: z.string().min(1).max(200).optional(),
    /** Milliseconds for everything: waiting, retries and failover. */
    deadline_ms: z.int().min(1).max(completionMsMax).optional(),
    /** Attempts that may be paid for: after as many that came to nothing, none follows. No limit where it is left out. */
    paid_attempts: z.int().min(1).optional(),
    lane: z.enum(lanes).default("normal"),
    /** Only entries that have all of these labels. */
    labels: z.array(z.string().min(1).max(64)).max(16).optional(),
    /** US dollars that it may cost; an entry whose price is not known is not asked then. */
    cost_max_usd: z.number().min(0).optional(),
    /** The run that it is for, and the person: whose budgets it counts against. */
    run: z.string().min(1).max(64).optional(),
    user: z.string().min(1).max(200).optional(),
    /** Text that an earlier attempt at the same answer wrote already: the answer goes on behind it, and does not repeat it. */
    so_far: z.string().max(answerCharactersMax).optional(),
    /** Milliseconds that it may wait for a rate or a budget; where more would be needed it fails with `limited`, and when to come back. */
    limit_wait_ms: z.int().min(0).max(completionMsMax).optional(),
  })
  .refine((order) => order.request.model === undefined || order.provider !== undefined, {
    path: ["provider"],
    message: "must name the provider that has the model, because models differ between providers",
  });

/** As it is given: what has a default may be left out. */
export type CompletionOrder = z.input<typeof completionOrder>;
/** As it is worked on. */
export type CheckedOrder = z.output<typeof completionOrder>;

const usage = z.strictObject({
  input_tokens: z.int().min(0),
  cached_tokens: z.int().min(0).optional(),
  cache_write_tokens: z.int().min(0).optional(),
  output_tokens: z.int().min(0),
});

export const completion = z.strictObject({
  text: z.string().max(answerCharactersMax),
  /** What the model wants used, where `finish` is "tool_calls". */
  tool_calls: z.array(toolCall).max(toolCallsMax).optional(),
  /** The model that answered, as the provider calls it. */
  model: z.string().min(1).max(200),
  /**
   * Why the text ends: it is complete, a limit of length was reached, the provider held the rest back, tools are to be used, or
   * it was cut off and nobody could go on with it.
   */
  finish: z.enum(["stop", "length", "refused", "tool_calls", "partial"]),
  usage: usage.optional(),
  /** The provider's own id of the request, for questions to its support. */
  request_id: z.string().max(200).optional(),
});

export type Completion = z.output<typeof completion>;

/** Whether it is a completion without tools, which nearly all are: as `completion` says, for a fraction of its time. */
export function isPlainCompletion(given: Completion): boolean {
  if (typeof given !== "object" || given === null) return false;
  const { text, model, finish, usage, request_id, ...more } = given;
  return (
    typeof text === "string" &&
    text.length <= answerCharactersMax &&
    isName(model) &&
    finish === "stop" &&
    (usage === undefined || isPlainUsage(usage)) &&
    (request_id === undefined || isName(request_id)) &&
    Object.keys(more).length === 0
  );
}

function isPlainUsage(given: NonNullable<Completion["usage"]>): boolean {
  if (typeof given !== "object" || given === null) return false;
  const { input_tokens, cached_tokens = 0, cache_write_tokens = 0, output_tokens, ...more } = given;
  const counts = [input_tokens, cached_tokens, cache_write_tokens, output_tokens];
  return counts.every((count) => Number.isSafeInteger(count) && count >= 0) && Object.keys(more).length === 0;
}

function isName(given: string): boolean {
  return typeof given === "string" && given !== "" && given.length <= 200;
}

function checkSchema(schema: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const refuse = (message: string) => context.addIssue({ code: "custom", message });
  if (schema.type !== "object") refuse('must be a JSON Schema whose type is "object"');
  else if (!(charactersAsJson(schema) <= schemaCharactersMax)) {
    refuse(`must be JSON of at most ${schemaCharactersMax} characters`);
  }
}

/** NaN where it cannot be written as JSON. */
function charactersAsJson(value: object): number {
  try {
    return JSON.stringify(value).length;
  } catch {
    return Number.NaN;
  }
}

function charactersOf(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}
