// Measures one parsed file: its lines, and for each function its length, parameters, complexities and nesting.
import type { SgNode } from "@ast-grep/napi";
import { countLines, type Span } from "./lines.ts";
import { ownership } from "./ownership.ts";
import type { FileMetrics, FunctionMetrics } from "./report.ts";
import { type Element, type Syntax, skeleton } from "./structure.ts";
import { emptyTally, type Tally, tally } from "./tally.ts";

export interface Measured {
  readonly metrics: FileMetrics;
  readonly functions: readonly MeasuredFunction[];
  /** In source order. */
  readonly comments: readonly Span[];
}

/** What the rules over metrics need beyond the report. */
export interface MeasuredFunction extends FunctionMetrics {
  readonly column: number;
  readonly endLine: number;
  /** Lines of code of its own, without comments, blank lines and the functions inside it. */
  readonly ownCodeLines: number;
  /** Where its nesting is deepest. */
  readonly deepestLine: number;
}

export function measure(root: SgNode, text: string, syntax: Syntax): Measured {
  const found = skeleton(root, syntax);
  const { elements, comments } = found;
  const lines = countLines(text, comments);
  const { owner, listed } = ownership(elements, syntax);
  const tallies = tally(found, owner, syntax);
  const ownCode = ownCodeLines(elements, lines.isCode);
  const functions = listed.map((index) => {
    const counted = tallies.get(index) ?? emptyTally(0);
    return measuredFunction(elements, index, counted, ownCode.get(index) ?? 0, syntax);
  });
  const nestings = [...tallies.values()].map((counted) => counted.nesting);
  return {
    functions,
    comments,
    metrics: {
      lines: lines.lines,
      codeLines: lines.codeLines,
      commentLines: lines.commentLines,
      blankLines: lines.blankLines,
      functions: functions.map(
        ({ column: _c, endLine: _e, ownCodeLines: _o, deepestLine: _d, ...shown }) => shown,
      ),
      cyclomatic: sum(functions.map((measured) => measured.cyclomatic)),
      cognitive: sum(functions.map((measured) => measured.cognitive)),
      nesting: nestings.reduce((deepest, nesting) => Math.max(deepest, nesting), 0),
    },
  };
}

/** Per function: the lines of code in it that no function inside it has. A line that both share counts for the outer one. */
function ownCodeLines(elements: readonly Element[], isCode: readonly boolean[]): ReadonlyMap<number, number> {
  const codeBefore: number[] = [0];
  for (const code of isCode) codeBefore.push((codeBefore.at(-1) ?? 0) + (code ? 1 : 0));
  const between = (first: number, last: number) =>
    Math.max(0, (codeBefore[last] ?? 0) - (codeBefore[first - 1] ?? 0));
  const own = new Map<number, number>();
  const nearest: number[] = [];
  for (const [index, { role, parent, line, endLine }] of elements.entries()) {
    const around = nearest[parent] ?? -1;
    const isFunction = role === "declaration" || role === "lambda";
    nearest.push(isFunction ? index : around);
    if (!isFunction) continue;
    own.set(index, between(line, endLine));
    const outer = own.get(around);
    if (outer !== undefined && endLine > line) own.set(around, outer - between(line + 1, endLine));
  }
  return own;
}

function measuredFunction(
  elements: readonly Element[],
  index: number,
  counted: Tally,
  ownCode: number,
  syntax: Syntax,
): MeasuredFunction {
  const element = elements[index];
  if (element === undefined) throw new RangeError(`no element ${index} among ${elements.length}`);
  return {
    name: displayName(elements, element, syntax),
    line: element.line,
    lines: element.endLine - element.line + 1,
    parameters: syntax.parametersOf(element.node),
    cyclomatic: counted.cyclomatic + 1,
    cognitive: counted.cognitive,
    nesting: counted.nesting,
    column: element.node.range().start.column + 1,
    endLine: element.endLine,
    ownCodeLines: ownCode,
    deepestLine: counted.deepestLine,
  };
}

/** `Shape.area` for a method of a class, else the own name; a lambda without one is named by what it is passed to. */
function displayName(elements: readonly Element[], element: Element, syntax: Syntax): string {
  const name = syntax.nameOf(element.node);
  if (name === null) return callbackName(element.node);
  const around = elements[element.parent];
  const className = around?.role === "class" ? syntax.nameOf(around.node) : null;
  return shortened(className === null ? name : `${className}.${name}`);
}

function callbackName(lambda: SgNode): string {
  const list = lambda.parent();
  const isPassed = list !== null && /^argument/.test(String(list.kind()));
  const callee = isPassed ? list.parent()?.field("function")?.text() : undefined;
  return callee === undefined ? "anonymous function" : shortened(`callback of ${callee}`);
}

/** One line, short enough for a table. */
function shortened(name: string): string {
  const line = name.replace(/\s+/g, " ");
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
