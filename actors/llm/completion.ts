// What is asked of a language model and what comes back, as data that can travel.
import { z } from "zod";
import {
  answerCharactersMax,
  completionMsMax,
  messagesMax,
  requestCharactersMax,
  schemaCharactersMax,
} from "./limits.ts";

/**
 * The form of an answer that is to be JSON, as JSON Schema in the dialect that every provider takes in its strict mode:
 * - the root is an object; each object names all its `properties` in `required` and has `additionalProperties: false`
 *   (what may be missing is a property whose `type` allows `"null"`);
 * - of the keywords only `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`, `anyOf`,
 *   `description`, `$defs` and `$ref` to them: lengths, ranges, patterns and `oneOf` are refused by some;
 * - no schema that contains itself.
 *
 * It goes to the provider as it stands: one that breaks these rules is refused there (`bad_request`), never changed. What
 * comes back is text that was written under the schema; whoever asked still has to parse and check it, because not every
 * server keeps to it, and an answer that ends with "length" or "refused" is not whole.
 */
const answerSchema = z.strictObject({
  /** Letters, digits, _ and -. */
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, _ or -"),
  schema: z.record(z.string(), z.unknown()).superRefine(checkSchema),
});

export type AnswerSchema = z.output<typeof answerSchema>;

export const completionRequest = z.strictObject({
  messages: z
    .array(
      z.strictObject({
        role: z.enum(["system", "user", "assistant"]),
        content: z.string(),
      }),
    )
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
});

export type CompletionRequest = z.output<typeof completionRequest>;

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
  })
  .refine((order) => order.request.model === undefined || order.provider !== undefined, {
    path: ["provider"],
    message: "must name the provider that has the model, because models differ between providers",
  });

export type CompletionOrder = z.output<typeof completionOrder>;

export const completion = z.strictObject({
  text: z.string().max(answerCharactersMax),
  /** The model that answered, as the provider calls it. */
  model: z.string().min(1).max(200),
  /** Why the text ends: it is complete, a limit of length was reached, or the provider held the rest back. */
  finish: z.enum(["stop", "length", "refused"]),
  usage: z.strictObject({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) }).optional(),
});

export type Completion = z.output<typeof completion>;

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

function charactersOf(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, message) => sum + message.content.length, 0);
}
