// What operations that ask a model came to, for people and for programs, and the exit code that says it.
import { markdownOf, textOf } from "../actors/rendering/result.ts";
import { isRecord } from "../runtime/wire/shape.ts";
import { type Destination, writeReport } from "./destination.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { showNotice } from "./failure.ts";
import type { Host } from "./host.ts";
import { renderJson } from "./render/json.ts";
import { modelUseText } from "./render/model-use.ts";
import { reportFile, type Terminal, terminalOf } from "./terminal.ts";

type Document = Readonly<Record<string, unknown>>;

interface OperationShowing {
  /** What the model says beside it, where the text has it not; shown on standard error. */
  readonly aside?: (document: Document) => string;
  /** Where it is not that of a success. */
  readonly code?: (document: Document) => ExitCode;
}

/** By the kind of the run. A document comes from a run, and is of the form that its operation gives. */
const showings = {
  explain: { code: codeOfPart },
  generate: { aside: ({ remarks }) => (typeof remarks === "string" ? remarks : ""), code: checkedCode },
  test_generate: {
    aside: ({ place, path, remarks }) =>
      `${path === null ? `These tests belong in ${String(place)}. ` : ""}${String(remarks)}`,
    code: checkedCode,
  },
  refactor: { code: checkedCode },
  document_comments: {},
  document: { code: codeOfPart },
} satisfies Readonly<Record<string, OperationShowing>>;

/** The operation that gives results of a schema. */
const operationOfSchema: ReadonlyMap<unknown, ShownOperation> = new Map([
  ["aiex.explanation/1", "explain"],
  ["aiex.generation/1", "generate"],
  ["aiex.test_generation/1", "test_generate"],
  ["aiex.refactoring/1", "refactor"],
  ["aiex.documentation/1", "document"],
]);

/** The code that a result ends its own command with, where it is one of these operations; null for none. */
export function codeOfResult(document: Document | null): ExitCode {
  const name = operationOfSchema.get(document?.schema);
  const showing: OperationShowing | undefined = name === undefined ? undefined : showings[name];
  return (document === null ? undefined : showing?.code?.(document)) ?? exitCodes.ok;
}

export type ShownOperation = keyof typeof showings;

export function isShownOperation(kind: string): kind is ShownOperation {
  return Object.hasOwn(showings, kind);
}

export interface OperationShown {
  readonly name: ShownOperation;
  readonly document: Document;
  /** True where a person has seen it while it came. */
  readonly isShown: boolean;
}

/** Prints or writes it, and says on standard error what the model took. */
export async function showOperation(
  host: Host,
  { name, document, isShown }: OperationShown,
  { format, path }: Destination,
): Promise<ExitCode> {
  const showing: OperationShowing = showings[name];
  if (path === undefined && !isShown) {
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    await host.stdout.write(rendered(document, format, terminal));
  } else if (path !== undefined) {
    await writeReport(host.world.files, path, rendered(document, format, reportFile));
    await showNotice(`Wrote the result to ${path}.`, host);
  }
  const aside = format === "text" ? (showing.aside?.(document) ?? "") : "";
  if (aside !== "") await showNotice(aside.replace(/\s+/g, " "), host);
  await showNotice(modelUseText(document.model), host);
  return showing.code?.(document) ?? exitCodes.ok;
}

/** What did not pass the checks that were asked for is no success, whatever became of it. */
function checkedCode({ verification, coverage }: Document): ExitCode {
  if (!isRecord(verification)) return exitCodes.ok;
  if (verification.passed === false) return exitCodes.failed;
  if (!isRecord(coverage) || typeof coverage.goal !== "number") return exitCodes.ok;
  // What was not measured has not reached its goal.
  const isMet = typeof coverage.measured === "number" && coverage.measured >= coverage.goal;
  return isMet ? exitCodes.ok : exitCodes.gateNotMet;
}

function rendered(document: Document, format: Destination["format"], terminal: Terminal): string {
  switch (format) {
    case "json":
      return renderJson(document);
    case "markdown":
      return markdownOf(document);
    case "text":
      return textOf(document, terminal);
  }
}

function codeOfPart({ complete }: Document): ExitCode {
  return complete === false ? exitCodes.partial : exitCodes.ok;
}
