// What a person can configure about the audit log.
import { z } from "zod";

export const auditConfiguration = z.strictObject({
  enabled: z
    .preprocess((given) => (given === "true" ? true : given === "false" ? false : given), z.boolean())
    .default(true)
    .describe("False where nothing is to be audited"),
  path: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The file of the audit log, a day put before its extension; audit/audit.jsonl in the data folder where it is not set",
    ),
  // A quarter: what is asked about is rarely older.
  retention_days: z.int().min(1).max(36_500).default(90).describe("Days for which what was audited is kept"),
  include_content: z
    .preprocess((given) => (given === "true" ? true : given === "false" ? false : given), z.boolean())
    .default(false)
    .describe("True where what is sent to models is audited itself, not only its hash and its length"),
});

/** Environment variables and the keys, below this part, that they set: none yet. */
export const auditVariables = {} as const;
