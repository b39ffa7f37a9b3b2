// What a person can configure about the log.
import { z } from "zod";

export const logConfiguration = z.strictObject({
  level: z
    .enum(["off", "error", "warn", "info", "debug"])
    .default("off")
    .describe("Least level of what is logged: debug, info, warn or error; off logs nothing"),
  file: z
    .string()
    .min(1)
    .refine((path) => !path.includes("\0"), "must hold no NUL character")
    .optional()
    .describe("File that the log is added to, where it is not standard error"),
});

/** Environment variables and the keys, below this part, that they set. */
export const logVariables = { AIEX_LOG_LEVEL: "level", AIEX_LOG_FILE: "file" } as const;
