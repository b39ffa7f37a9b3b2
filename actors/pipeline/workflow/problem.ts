// What is wrong with a workflow, and how that is told: with the line it is in, and a mark beneath the very place.
import type { TextPlace } from "../../yaml/plain-yaml.ts";

export interface WorkflowProblem {
  /** In the text of its file; undefined where it is in none, as a value that was given for a run. */
  readonly place: (TextPlace & { readonly length: number }) | undefined;
  /** One sentence or several: what was given, and what to do. */
  readonly message: string;
}

// Wider than most terminals: of a longer line the part around the mark is shown.
const lineCharactersShown = 100;

/** Lines for people; `label` is what the text is called, such as its path. They hold what stands in the text as it is. */
export function describeWorkflowProblems(
  label: string,
  text: string,
  problems: readonly WorkflowProblem[],
): string {
  const lines = text.split(/\r?\n/);
  return problems.map((problem) => described(label, lines, problem)).join("\n");
}

function described(label: string, lines: readonly string[], { place, message }: WorkflowProblem): string {
  if (place === undefined) return message;
  const { line, column, length } = place;
  const shown = lines[line - 1] ?? "";
  const head = `${label}:${line}:${column}: ${message}`;
  if (shown.trim() === "") return head;
  const from = Math.max(
    0,
    Math.min(column - 1 - lineCharactersShown / 2, shown.length - lineCharactersShown),
  );
  const part = shown.slice(from, from + lineCharactersShown).replaceAll("\t", " ");
  const at = Math.min(column - 1 - from, part.length);
  const marks = "^".repeat(Math.max(1, Math.min(length, part.length - at)));
  return `${head}\n    ${part}\n    ${" ".repeat(at)}${marks}`;
}
