// What is wrong with a configuration and where it was written: in a file, in the environment or on the command line.
import { AiexError } from "../../runtime/errors.ts";
import { quotePath } from "../../runtime/file-system.ts";

export type Origin =
  | { readonly kind: "default" }
  /** Lines and columns count from 1. */
  | { readonly kind: "file"; readonly path: string; readonly line: number; readonly column: number }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "flag"; readonly flag: string };

/** A value of a file, a variable or an option. */
export type SettingValue = Plain | readonly Plain[];
type Plain = string | number | boolean;

/** One value that a layer gives. */
export interface Setting {
  readonly path: readonly string[];
  /** Undefined for a section that is there, whatever it holds. */
  readonly value: SettingValue | undefined;
  readonly origin: Origin;
}

export interface ConfigurationProblem {
  /** Such as "llm.timeout_ms"; "" where the whole file is meant. */
  readonly key: string;
  readonly origin: Origin;
  /** A sentence that goes on after the key. Safe to print; never holds a secret. */
  readonly message: string;
}

/** Holds every problem that was found, not the first one only. */
export class ConfigurationError extends AiexError {
  override readonly code = "bad_configuration";
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map((problem) => `  ${describeProblem(problem)}`);
    super(`The configuration has ${count}. Correct and try again:\n${lines.join("\n")}`, {
      details: { problems },
    });
    this.problems = problems;
  }
}

/** Place, key and what is wrong, in one line. */
function describeProblem({ key, origin, message }: ConfigurationProblem): string {
  return `${placeOf(origin)}: ${key === "" ? "" : `${shown(key)} `}${message}`;
}

/** Where to look, such as "/home/ada/.config/aiex/config.yaml:3:5". */
function placeOf(origin: Origin): string {
  if (origin.kind === "file") return `${shown(origin.path)}:${origin.line}:${origin.column}`;
  if (origin.kind === "environment") return `environment variable ${shown(origin.variable)}`;
  if (origin.kind === "flag") return `option ${shown(origin.flag)}`;
  return "default";
}

/** A key or path as it is where that is harmless, and quoted with escapes where it is not. */
export function shown(text: string): string {
  const quoted = quotePath(text);
  return quoted === `"${text}"` && !/\s/.test(text) ? text : quoted;
}
