// What a person can configure about which files are read, listed and written.
import { z } from "zod";
import { pathPattern } from "./path-pattern.ts";

/** Entries of one list: more are the mistake of a script, and each is held against every path. */
const entriesMax = 1_000;
/** Characters of one entry: the longest path that a system takes. */
const entryCharactersMax = 4_096;

const noControls = /^\P{Cc}+$/u;
const entry = z
  .string()
  .max(entryCharactersMax)
  .refine((text) => noControls.test(text), "must be text without control characters");
const path = entry.refine((text) => !text.split(/[\\/]/).includes(".."), 'must be a path without ".."');
const pattern = entry
  .refine((text) => !text.startsWith("!"), {
    error: "must not begin with !: what one pattern denies no other takes back in",
    abort: true,
  })
  .refine(
    (text) => pathPattern(text) !== undefined,
    "must be a pattern of .gitignore that can match something",
  );
const extension = entry
  .regex(/^\.?[^./\\]+(\.[^./\\]+)*$/, "must be an extension, such as .ts")
  .transform((text) => (text.startsWith(".") ? text : `.${text}`).toLowerCase());

const list = <T extends z.ZodType<unknown, string>>(of: T) => z.array(of).max(entriesMax).default([]);

export const sandboxConfiguration = z.strictObject({
  allowed_paths: list(path).describe("Directories beside the project that may be read without being named"),
  denied_paths: list(path).describe(
    "Files and directories that are neither read nor written, with all below them",
  ),
  allowed_patterns: list(pattern).describe(
    "Patterns, as in .gitignore, that a file has to match; every file may where there is none",
  ),
  denied_patterns: list(pattern).describe("Patterns, as in .gitignore, of what is neither read nor written"),
  allowed_extensions: list(extension).describe(
    "Extensions that a file has to have; every file may where there is none",
  ),
  allowed_writes: list(pattern).describe(
    "Patterns, as in .gitignore, of what changes may write to although programs are started from it",
  ),
  max_file_size_mb: z
    .number()
    .positive()
    .max(1_048_576)
    .optional()
    .describe("Megabytes above which a file is not opened at all; any size may where it is not set"),
  follow_symlinks: z
    .preprocess((given) => (given === "true" ? true : given === "false" ? false : given), z.boolean())
    .default(true)
    .describe(
      "False where no path may lead through a link; else links are followed to where reading is allowed",
    ),
});

export type SandboxConfiguration = z.infer<typeof sandboxConfiguration>;

/** Environment variables and the keys, below this part, that they set; entries of lists have commas between. */
export const sandboxVariables = {
  AIEX_SANDBOX_ALLOWED_PATHS: "allowed_paths",
  AIEX_SANDBOX_DENIED_PATHS: "denied_paths",
  AIEX_SANDBOX_DENIED_PATTERNS: "denied_patterns",
  AIEX_SANDBOX_ALLOWED_EXTENSIONS: "allowed_extensions",
} as const;
