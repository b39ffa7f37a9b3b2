// What a person can configure about the commands that check what was written: which they are, and how long each may take.
import { z } from "zod";
import { namesReport } from "./arguments.ts";

/** Arguments of one command: more are the mistake of a script. */
const argumentsMax = 200;
/** Characters of one argument: the longest path that a system takes. */
const argumentCharactersMax = 4_096;

const argument = z
  .string()
  .max(argumentCharactersMax)
  .refine((text) => !text.includes("\0"), "must be text without NUL characters");

function command(description: string, example: string) {
  return z
    .array(argument)
    .min(1, `must hold a program and its arguments, such as ${example}`)
    .max(argumentsMax)
    .refine(([program]) => program?.trim() !== "", "must begin with the name of a program")
    .optional()
    .describe(description)
    .meta({ example });
}

export const verifyConfiguration = z.strictObject({
  format: command(
    "The command with which --verify formats the files that were written",
    '[npx, prettier, --write, "{file}"]',
  ),
  type_check: command("The command with which --verify checks types", "[npx, tsc, --noEmit]"),
  test: command("The command with which --verify runs tests", '[node, --test, "{file}"]'),
  coverage: command(
    "The command with which --verify measures coverage; it writes its report to {coverage_file}, or into {coverage_dir}",
    '[npx, vitest, run, "{file}", --coverage, "--coverage.reportsDirectory={coverage_dir}"]',
  ).refine(
    (argv) => argv === undefined || argv.some(namesReport),
    "must say with {coverage_file} or {coverage_dir} where its report is to be",
  ),
  // The tests of a project of middle size.
  timeout_ms: z
    .int()
    .min(100)
    .max(86_400_000)
    .default(300_000)
    .describe("Milliseconds that one command of --verify may take"),
});

export type VerifyConfiguration = z.infer<typeof verifyConfiguration>;

/** In the order in which they are run: what a formatter makes of a file is what is checked. */
export const verifyKinds = ["format", "type_check", "test", "coverage"] as const;
export type VerifyKind = (typeof verifyKinds)[number];
