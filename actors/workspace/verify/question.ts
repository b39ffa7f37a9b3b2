// What the owner of files is asked about checking them with its user's own commands, and what it answers: plain data, checked.
import { z } from "zod";
import type { ReaderFailure } from "../reader.ts";
import { type VerifyKind, verifyKinds } from "./config.ts";
import { verifyLimits } from "./limits.ts";

/** Whoever asks names the kind of command, and never the command. */
export type VerifyQuestion =
  | { readonly ask: "look" }
  /** Begins it, or says how it stands where it was begun. */
  | {
      readonly ask: "run";
      /** The same each time it is asked for the same command. */
      readonly id: string;
      readonly kind: VerifyKind;
      /** Those that were written, below the root. */
      readonly files: readonly string[];
      /** Whose coverage is measured, below the root; for `coverage` alone. */
      readonly covers?: string | undefined;
    };

/** A command that its user has configured. */
export interface VerifyCommand {
  readonly kind: VerifyKind;
  /** True where it is told which files were written. */
  readonly namesFiles: boolean;
}

/** How a command ended. */
export interface VerifyEnd {
  readonly outcome: "passed" | "failed" | "timed_out";
  /** Its exit code; null where it was ended by something else. */
  readonly exit: number | null;
  readonly seconds: number;
  /** What it printed, secrets masked, without characters that cannot be seen; the middle of much is left out. */
  readonly output: string;
  /** What its report says; left out where it is none that measures coverage. */
  readonly coverage?: MeasuredCoverage | undefined;
}

export type MeasuredCoverage =
  | {
      readonly ok: true;
      /** Lines that can be run, and those of them that were. */
      readonly lines: number;
      readonly covered: number;
      /** The first of the others; null where the report does not name them. */
      readonly uncovered: readonly number[] | null;
    }
  /** `unloaded`: the report says nothing of the file. `no_report`: there is none that can be read. */
  | { readonly ok: false; readonly code: "unloaded" | "no_report"; readonly message: string };

export type VerifyAnswer =
  | { readonly ok: true; readonly state: "look"; readonly commands: readonly VerifyCommand[] }
  | { readonly ok: true; readonly state: "running" }
  | { readonly ok: true; readonly state: "ended"; readonly end: VerifyEnd }
  | VerifyRefused
  | ReaderFailure;

export interface VerifyRefused {
  readonly ok: false;
  /** `bad_configuration`: there is no such command, or it cannot be started. */
  readonly code: "bad_configuration" | "trust_refused" | "overload";
  readonly message: string;
}

const kind = z.enum(verifyKinds);
const { idCharactersMax, filesMax, outputCharactersMax, uncoveredMax } = verifyLimits;
const pathCharactersMax = 4_096;

export const verifyQuestion = z.discriminatedUnion("ask", [
  z.object({ ask: z.literal("look") }),
  z.object({
    ask: z.literal("run"),
    id: z.string().min(1).max(idCharactersMax),
    kind,
    files: z.array(z.string().max(pathCharactersMax)).max(filesMax),
    covers: z.string().max(pathCharactersMax).optional(),
  }),
]);

const count = z.int().min(0);
const coverage = z.union([
  z.object({
    ok: z.literal(true),
    lines: count.min(1),
    covered: count,
    uncovered: z.array(count).max(uncoveredMax).nullable(),
  }),
  z.object({
    ok: z.literal(false),
    code: z.enum(["unloaded", "no_report"]),
    message: z.string().max(10_000),
  }),
]);
const end = z.object({
  outcome: z.enum(["passed", "failed", "timed_out"]),
  exit: z.int().nullable(),
  seconds: z.number().min(0),
  // What stands for the middle is added to it.
  output: z.string().max(2 * outputCharactersMax),
  coverage: coverage.optional(),
});

export const verifyAnswer = z.union([
  z.object({
    ok: z.literal(true),
    state: z.literal("look"),
    commands: z.array(z.object({ kind, namesFiles: z.boolean() })).max(verifyKinds.length),
  }),
  z.object({ ok: z.literal(true), state: z.literal("running") }),
  z.object({ ok: z.literal(true), state: z.literal("ended"), end }),
  z.object({
    ok: z.literal(false),
    code: z.enum(["bad_configuration", "trust_refused", "overload"]),
    message: z.string().max(10_000),
  }),
]);
