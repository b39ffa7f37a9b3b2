// What is asked of a language model and what comes back, as data that can travel.
import { z } from "zod";
import { answerCharactersMax, completionMsMax, messagesMax, requestCharactersMax } from "./limits.ts";

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
  temperature: z.number().min(0).max(2).optional(),
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

function charactersOf(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, message) => sum + message.content.length, 0);
}
