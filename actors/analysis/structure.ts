// The skeleton of a file: only the nodes that metrics care about, in source order, each knowing the one around it.
// It is found by native queries, so the many other nodes of a tree never cross into JavaScript.
import type { Rule, SgNode } from "@ast-grep/napi";
import { recursionNamesMax } from "./limits.ts";
import type { Span } from "./lines.ts";
import { type Union, union } from "./union.ts";

/**
 * What a node means to the metrics.
 * `declaration`: a function with a name of its own; `lambda`: a function that is an expression; `class`: a scope around methods;
 * `elseIf`: an `if` in the `else` of another; `branch`: one more path without a structure of its own (a `case`);
 * `logical`: a binary logical operator; `jump`: a `break` or `continue` to a label; `call`: a call by a declared function's name.
 */
export type Role =
  | "declaration"
  | "lambda"
  | "class"
  | "if"
  | "elseIf"
  | "else"
  | "switch"
  | "loop"
  | "catch"
  | "ternary"
  | "branch"
  | "logical"
  | "jump"
  | "call";

export interface LogicalParts {
  /** One word per meaning: `&&` and `and` are both `&&`. */
  readonly operator: string;
  readonly left: SgNode;
  readonly right: SgNode;
}

/** How one language writes what the metrics count. */
export interface Syntax {
  /** No node may match two of these rules or be a comment as well. */
  readonly roles: readonly (readonly [role: Exclude<Role, "call">, rule: Rule])[];
  /** Comments, and strings that stand where only documentation can stand. */
  readonly comments: Rule;
  /** The name of a declaration, class or lambda; null for a lambda that nothing names. */
  nameOf(node: SgNode): string | null;
  parametersOf(node: SgNode): number;
  /** True for a lambda that reads as a function of its own, where nothing around it claims it. */
  isListable(lambda: SgNode): boolean;
  logical(node: SgNode): LogicalParts | null;
  /** The node inside parentheses; the node itself where there are none. */
  unwrapped(node: SgNode): SgNode;
  /** How a declaration's own body would spell a call of it, such as `this.next`; `isMethod` where it stands in a class. */
  selfCall(node: SgNode, isMethod: boolean): string | null;
  /** Finds calls spelled in one of these ways; it may find others too. */
  callsTo(spellings: readonly string[]): Rule;
  /** How a call is spelled, in the words of `selfCall`. */
  spelling(call: SgNode): string;
}

export interface Element {
  readonly role: Role;
  readonly node: SgNode;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  /** 1-based. */
  readonly line: number;
  readonly endLine: number;
  /** Index of the element around this one, -1 at the top. It is always smaller than the own index. */
  readonly parent: number;
}

export interface Skeleton {
  /** In source order, outer before inner. */
  readonly elements: readonly Element[];
  readonly comments: readonly Span[];
  /** Per offset at which a declaration starts: how a call of itself would be spelled. */
  readonly selfCalls: ReadonlyMap<number, string>;
}

type Found = Omit<Element, "parent"> & { readonly rank: number };

const unions = new Map<Syntax, Union>();

export function skeleton(root: SgNode, syntax: Syntax): Skeleton {
  const found: Found[] = [];
  const comments: Span[] = [];
  for (const { node, rule } of unionOf(syntax).findAll(root)) {
    const role = syntax.roles[rule]?.[0];
    const place = located(node);
    if (role === undefined) comments.push({ start: place.start, end: place.end });
    else found.push({ role, rank: rule, ...place });
  }
  found.sort(inSource);
  const selfCalls = selfCallsOf(nested(found), syntax);
  const spellings = [...new Set(selfCalls.values())].slice(0, recursionNamesMax);
  if (spellings.length > 0) {
    const calls = root.findAll({ rule: syntax.callsTo(spellings) });
    found.push(
      ...calls.map((node): Found => ({ role: "call", rank: syntax.roles.length, ...located(node) })),
    );
    found.sort(inSource);
  }
  return { elements: nested(found), comments, selfCalls };
}

/** Per start of a declaration: how it would call itself. */
function selfCallsOf(elements: readonly Element[], syntax: Syntax): ReadonlyMap<number, string> {
  const selfCalls = new Map<number, string>();
  for (const { role, node, start, parent } of elements) {
    if (role !== "declaration") continue;
    const spelled = syntax.selfCall(node, elements[parent]?.role === "class");
    if (spelled !== null) selfCalls.set(start, spelled);
  }
  return selfCalls;
}

function inSource(a: Found, b: Found): number {
  return a.start - b.start || b.end - a.end || a.rank - b.rank;
}

/** The roles and, behind them, the comments: one walk finds all. */
function unionOf(syntax: Syntax): Union {
  const known = unions.get(syntax);
  if (known !== undefined) return known;
  const matchers = [...syntax.roles.map(([, rule]) => ({ rule })), { rule: syntax.comments }];
  const made = union(matchers, { areExclusive: true });
  unions.set(syntax, made);
  return made;
}

function located(node: SgNode): Omit<Found, "role" | "rank"> {
  const { start, end } = node.range();
  return { node, start: start.index, end: end.index, line: start.line + 1, endLine: end.line + 1 };
}

function nested(found: readonly Found[]): Element[] {
  const elements: Element[] = [];
  const open: number[] = [];
  for (const { rank: _, ...place } of found) {
    while (open.length > 0 && (elements[open.at(-1) ?? 0]?.end ?? 0) <= place.start) open.pop();
    elements.push({ ...place, parent: open.at(-1) ?? -1 });
    open.push(elements.length - 1);
  }
  return elements;
}
