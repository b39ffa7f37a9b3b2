// What a scripted provider answers, as a person writes it down and as `record` does.
import { z } from "zod";
import { toolCallsMax } from "../limits.ts";
import { providerErrorCodes } from "../provider.ts";

const ms = z.int().min(0).max(3_600_000);
const count = z.int().min(0);

const toolCall = z.strictObject({
  /** Made up where it is left out. */
  id: z.string().min(1).max(200).optional(),
  name: z.string().min(1).max(64),
  arguments: z.record(z.string(), z.unknown()).default({}),
});

/** One piece of an answer. `after_ms`: since the one before, or since the request; `every_ms` of the answer where it is left out. */
const piece = z.union([
  z.string(),
  z.strictObject({ text: z.string(), after_ms: ms.optional() }),
  z.strictObject({ reasoning: z.string(), after_ms: ms.optional() }),
  z.strictObject({ tool_call: toolCall, after_ms: ms.optional() }),
]);

const failure = z.strictObject({
  code: z.enum(providerErrorCodes),
  message: z.string().min(1).max(1_000).default("It fails, as its script says."),
  retry_after_ms: ms.optional(),
  phase: z.enum(["first_byte", "silence", "total"]).optional(),
});

const limit = z.strictObject({ limit: count, remaining: count, reset_ms: ms.optional() });

const answer = z
  .strictObject({
    /** The entry of llm.providers that says it; every one that reads the script where it is left out. */
    entry: z.string().min(1).max(64).optional(),
    /** What the last user message is, or holds; it is the answer to anything where it is left out, in turn with others like it. */
    when: z.string().min(1).optional(),
    /** The same for a longer message: SHA-256 in hexadecimal of what it is with its secrets masked. */
    when_digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits")
      .optional(),
    say: z.union([z.string(), z.array(piece)]).default([]),
    /** Milliseconds before the first piece. */
    after_ms: ms.default(0),
    /** Milliseconds before each further one, and before the end. */
    every_ms: ms.default(0),
    finish: z.enum(["stop", "length", "refused", "tool_calls"]).optional(),
    model: z.string().min(1).max(200).optional(),
    usage: z
      .strictObject({
        ...{ input_tokens: count, cached_tokens: count.optional(), cache_write_tokens: count.optional() },
        output_tokens: count,
      })
      .optional(),
    /** What is told of the account's limits before the first piece. */
    limits: z.strictObject({ requests: limit.optional(), tokens: limit.optional() }).optional(),
    /** Ends it with an error in place of an end. */
    fail: failure.optional(),
    /** Ends it without an end, as a connection that breaks does. */
    cut: z.literal(true).optional(),
    /** Nothing more comes, and it does not end. */
    hang: z.literal(true).optional(),
  })
  .refine(({ fail, cut, hang }) => [fail, cut, hang].filter((end) => end !== undefined).length <= 1, {
    message: "can end in one way: by fail, cut or hang",
  })
  .refine(({ say }) => typeof say === "string" || toolCallsIn(say) <= toolCallsMax, {
    path: ["say"],
    message: `can use at most ${toolCallsMax} tools`,
  });

export const scriptSchema = z.strictObject({
  /** The model that answers, where an answer names none. */
  model: z.string().min(1).max(200).default("scripted"),
  answers: z.array(answer).min(1),
});

/** As it is written. */
export type Script = z.input<typeof scriptSchema>;
export type ScriptedAnswer = Script["answers"][number];

/** As it is played. */
export type CheckedScript = z.output<typeof scriptSchema>;
export type CheckedAnswer = CheckedScript["answers"][number];

function toolCallsIn(say: readonly z.input<typeof piece>[]): number {
  return say.filter((one) => typeof one === "object" && "tool_call" in one).length;
}
