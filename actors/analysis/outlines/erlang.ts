// Reads Erlang without a grammar, which no package brings: by an outline of its tokens.
import type { Reading } from "../examine.ts";
import { unreadLinesMax } from "../limits.ts";
import { countLines, type Span } from "../lines.ts";
import type { Found } from "../listing.ts";
import type { MeasuredFunction } from "../metrics.ts";
import { unreadPlaces } from "../unread.ts";
import { complexityOf } from "./erlang-complexity.ts";
import { type Attribute, type Clause, type Forms, formsOf } from "./erlang-forms.ts";
import { erlangRules, type TokenRule } from "./erlang-rules.ts";
import { type Token, tokensOf } from "./erlang-tokens.ts";
import { View } from "./erlang-view.ts";

/**
 * Every clause of a function is listed by itself, as in Elixir. A function whose brackets do not match, as where a macro
 * stands for one of them, is left out and named in a finding; where that is more than `unreadLinesMax`, nothing is said.
 */
export function erlangOutline(
  text: string,
  { isTest }: { readonly isTest: boolean },
): Reading | { readonly ok: false; readonly reason: string } {
  const { tokens, comments: marked } = tokensOf(text);
  const forms = formsOf(tokens);
  const comments = [...marked, ...documentation(tokens, forms.attributes)].sort((a, b) => a.start - b.start);
  const { lines, codeLines, commentLines, blankLines, isCode } = countLines(text, comments);
  const functions = forms.clauses.map((clause) => measured(tokens, clause, forms, isCode));
  const unread = forms.broken.map(([first, last]) => ({
    start: tokens[first]?.start ?? 0,
    end: tokens[last]?.end ?? 0,
  }));
  const unreadLines = forms.broken.flatMap(([first, last]) =>
    isCode.slice((tokens[first]?.line ?? 1) - 1, tokens[last]?.line ?? 0).filter((code) => code),
  );
  if (unreadLines.length > unreadLinesMax * codeLines) {
    const line = tokens[forms.broken[0]?.[0] ?? 0]?.line ?? 1;
    return { ok: false, reason: `line ${line} begins what reads like no form of Erlang` };
  }
  return {
    ok: true,
    findings: [...placesOf(new View(tokens, forms, text), isTest), ...unreadPlaces(text, unread)],
    measured: {
      functions,
      comments,
      metrics: {
        lines,
        codeLines,
        commentLines,
        blankLines,
        functions: functions.map(
          ({ column: _c, endLine: _e, ownCodeLines: _o, deepestLine: _d, ...shown }) => shown,
        ),
        cyclomatic: functions.reduce((sum, { cyclomatic }) => sum + cyclomatic, 0),
        cognitive: functions.reduce((sum, { cognitive }) => sum + cognitive, 0),
        nesting: functions.reduce((deepest, { nesting }) => Math.max(deepest, nesting), 0),
      },
    },
  };
}

/** `-doc` and `-moduledoc` with a text are comments that the compiler keeps. */
export function documentation(tokens: readonly Token[], attributes: readonly Attribute[]): Span[] {
  return attributes
    .filter(({ name, first }) => /^(doc|moduledoc)$/.test(name) && tokens[first + 2]?.kind === "string")
    .map(({ first, end }) => ({
      start: tokens[first]?.start ?? 0,
      end: tokens[end]?.end ?? tokens[end - 1]?.end ?? 0,
    }));
}

function measured(
  tokens: readonly Token[],
  clause: Clause,
  forms: Forms,
  isCode: readonly boolean[],
): MeasuredFunction {
  const start = tokens[clause.first];
  const line = start?.line ?? 1;
  const endLine = tokens[clause.end]?.line ?? tokens.at(-1)?.line ?? line;
  const { cyclomatic, cognitive, nesting, deepestLine } = complexityOf(tokens, clause, forms);
  return {
    name: `${clause.name}/${clause.arity}`,
    line,
    lines: endLine - line + 1,
    parameters: clause.arity,
    cyclomatic: cyclomatic + 1,
    cognitive,
    nesting,
    column: start?.column ?? 1,
    endLine,
    ownCodeLines: isCode.slice(line - 1, endLine).filter((code) => code).length,
    deepestLine,
  };
}

function placesOf(view: View, isTest: boolean): Found[] {
  const found: Found[] = [];
  const rules = erlangRules.filter(({ inTests }) => inTests || !isTest);
  for (const [at, token] of view.tokens.entries()) {
    for (const rule of rules) {
      if (!isAt(view, at, rule)) continue;
      const { id, category, severity, message, remedy, oncePerFile = false } = rule;
      const place = { line: token.line, column: token.column, endLine: token.line };
      found.push({ rule: id, category, severity, ...place, message, remedy, oncePerFile });
    }
  }
  return found;
}

/** A longer token is data, and no expression needs to look through it. */
const matchedCharactersMax = 2_000;

function isAt(view: View, at: number, { pattern, where }: TokenRule): boolean {
  const begins = pattern.every((part, offset) => {
    const text = view.text(at + offset);
    return typeof part === "string" ? part === text : text.length <= matchedCharactersMax && part.test(text);
  });
  return begins && (where === undefined || where(view, at));
}
