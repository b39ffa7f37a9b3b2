// Reads the text of a rule file: rules, and what is wrong with it, each with the line and column where it stands.
// Only the build, a source checkout and what reads a user's own rules come here: YAML and zod cost more than a parser's start.
import { type Document, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments } from "yaml";
import type * as z from "zod";
import type { AnalysisRule } from "./catalog.ts";
import { RuleDocument, sentenceOf } from "./rule-format.ts";

/** A place in a file. Lines and columns count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export interface WrittenRule {
  readonly document: RuleDocument;
  /** Where the value at a path stands, or as much of the path as there is. */
  placeOf(path: readonly PropertyKey[]): TextPlace;
}

export interface RuleProblem extends TextPlace {
  /** The `id` of the rule, as it was written; undefined where it has none. */
  readonly rule: string | undefined;
  /** Such as "metadata.remedy"; "" where the whole is meant. */
  readonly key: string;
  /** A sentence that goes on after the key. */
  readonly message: string;
}

export interface RuleText {
  readonly rules: readonly WrittenRule[];
  readonly problems: readonly RuleProblem[];
}

/** A rule file of ours that is wrong; `message` names the file, the place, the rule and the key. */
export class RuleFileError extends Error {
  override readonly name = "RuleFileError";
}

/** Never fails. A file holds one or more YAML documents, a rule each. */
export function readRuleText(text: string): RuleText {
  const documents = readDocuments(text);
  const problems: RuleProblem[] = [...documents.problems];
  const rules: WrittenRule[] = [];
  for (const written of documents.documents) {
    const checked = RuleDocument.safeParse(written.value);
    if (checked.success) rules.push({ document: checked.data, placeOf: written.placeOf });
    for (const issue of checked.error?.issues ?? [])
      for (const problem of problemsOf(issue, written)) problems.push(problem);
  }
  return { rules, problems };
}

/**
 * The rules of a file of ours. `folder` becomes the first part of each id: `python/eval`.
 * @throws RuleFileError where the text is no YAML or a document has a wrong, missing or unknown key.
 */
export function parseRules(yaml: string, file: string, folder: string): AnalysisRule[] {
  const { rules, problems } = readRuleText(yaml);
  const [problem] = problems;
  if (problem !== undefined) {
    const { rule, key, message, line, column } = problem;
    const named = rule === undefined ? "without id" : rule;
    throw new RuleFileError(`${file}:${line}:${column}: rule ${named}: ${`${key} ${message}`.trim()}`);
  }
  return rules
    .filter(({ document }) => document.severity !== "off")
    .map(({ document }) => compiledRule(document, `${folder}/${document.id}`, folder));
}

/** The rule as the parsers apply it. A rule that is off gets the least severity; it is up to the caller to leave it out. */
export function compiledRule(document: RuleDocument, id: string, folder: string): AnalysisRule {
  const { severity, message, rule, constraints, utils, metadata } = document;
  return {
    id,
    folder,
    severity: severity === "off" ? "hint" : severity,
    message,
    category: metadata.category,
    remedy: metadata.remedy,
    inTests: metadata.inTests,
    oncePerFile: metadata.oncePerFile,
    matcher: {
      rule,
      ...(constraints === undefined ? {} : { constraints }),
      ...(utils === undefined ? {} : { utils }),
    },
  } as AnalysisRule;
}

export interface WrittenDocument {
  readonly value: unknown;
  /** Where the value at a path stands, or as much of the path as there is. */
  placeOf(path: readonly PropertyKey[]): TextPlace;
}

/** The YAML documents of a text, without the empty ones. After a mistake in the YAML there are none. */
export function readDocuments(text: string): {
  readonly documents: readonly WrittenDocument[];
  readonly problems: readonly RuleProblem[];
} {
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): TextPlace => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false, logLevel: "error" });
  const problems: RuleProblem[] = [];
  const documents: WrittenDocument[] = [];
  for (const document of parsed) {
    const [error] = document.errors;
    if (error !== undefined) {
      const message = `this is not valid YAML: ${error.message}.`;
      problems.push({ rule: undefined, key: "", message, ...placeAt(error.pos[0]) });
      continue;
    }
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 0 });
    } catch {
      const message =
        "an alias (*name) is not accepted. Write the value out, or quote text that begins with *.";
      problems.push({ rule: undefined, key: "", message, ...placeAt(document.range[0]) });
      continue;
    }
    if (value === null) continue;
    documents.push({ value, placeOf: (path) => placeAt(offsetOf(document, path)) });
  }
  return { documents: problems.length > 0 ? [] : documents, problems };
}

/** One for each key that the rule must not have; otherwise one. */
function problemsOf(issue: z.core.$ZodIssue, { value, placeOf }: WrittenDocument): RuleProblem[] {
  const id = valueAt(value, ["id"]);
  const rule = id === undefined ? undefined : String(id);
  const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
  const paths = unknown.length === 0 ? [issue.path] : unknown.map((key) => [...issue.path, key]);
  return paths.map((path) => {
    const message = sentenceOf(issue, path, valueAt(value, path));
    return { rule, key: path.join("."), message, ...placeOf(path) };
  });
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: ParsedNode | null = document.contents;
  let offset = node?.range[0] ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair: { key: ParsedNode; value: ParsedNode | null } | undefined = node.items.find(
        (item) => isScalar(item.key) && item.key.value === key,
      );
      if (pair === undefined) break;
      offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node)) {
      node = (node.items[Number(key)] as ParsedNode | undefined) ?? null;
      offset = node?.range[0] ?? offset;
    } else break;
  }
  return offset;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}
