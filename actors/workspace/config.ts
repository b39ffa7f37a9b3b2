// What a person can configure about reading a workspace.
import { z } from "zod";
import type { SourceTextLimits } from "./source-text.ts";
import type { WalkLimits } from "./walk.ts";

const bytesPerMb = 1024 * 1024;

export const workspaceConfiguration = z.strictObject({
  project_dir: z
    .string()
    .min(1)
    .optional()
    .describe("Directory that relative paths start from, where it is not the working directory"),
  // Parsers take time and memory many times a file's size; sources above 1 MB are generated.
  max_file_size_mb: z
    .number()
    .positive()
    .max(64)
    .default(1)
    .describe("Megabytes of one file that are read; of a longer one the beginning is"),
  // Several times what people write by hand, far below what minifiers write.
  max_line_characters: z
    .int()
    .min(1_000)
    .max(10_000_000)
    .default(20_000)
    .describe("Characters of one line; a file with a longer line counts as minified"),
  // The largest public repositories hold a few hundred thousand files; a mistyped directory such as / holds more.
  max_entries: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(200_000)
    .describe("Names that are looked at below one directory"),
  max_depth: z.int().min(0).max(1_000).default(64).describe("Directories within directories"),
  max_total_mb: z
    .number()
    .positive()
    .max(1_048_576)
    .default(1_024)
    .describe("Megabytes of all files together"),
});

export type WorkspaceConfiguration = z.infer<typeof workspaceConfiguration>;

/** Environment variables and the keys, below this part, that they set. */
export const workspaceVariables = { AIEX_PROJECT_DIR: "project_dir" } as const;

export function workspaceLimits(configuration: WorkspaceConfiguration): WalkLimits & SourceTextLimits {
  return {
    fileBytesMax: Math.ceil(configuration.max_file_size_mb * bytesPerMb),
    lineCharactersMax: configuration.max_line_characters,
    entriesMax: configuration.max_entries,
    depthMax: configuration.max_depth,
    bytesMax: configuration.max_total_mb * bytesPerMb,
  };
}
