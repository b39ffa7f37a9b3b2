// How one language writes definitions, as far as the index wants to know them: a walk over few nodes, never over a whole tree.
import type { SgNode } from "@ast-grep/napi";
import type { SymbolKind } from "./sketch.ts";

export interface Defined {
  readonly kind: SymbolKind;
  /** Null for what nothing names, which is looked into all the same where it has members. */
  readonly name: (node: SgNode) => string | null;
  /** Where the signature ends; null where all of it is one. Default: the field "body". */
  readonly body?: (node: SgNode) => SgNode | null;
  /** True where there are definitions in its body. */
  readonly hasMembers?: boolean;
}

export interface Shape {
  /** By the kind of the node. A function decides where the kind alone does not tell; undefined where it is none. */
  readonly defines: Readonly<Record<string, Defined | ((node: SgNode) => Defined | undefined)>>;
  /** Kinds of nodes around definitions. `wraps`: its lines are part of what it holds, as those of a decorator are. */
  readonly through: Readonly<Record<string, "wraps" | "holds">>;
}

export function field(name: string): (node: SgNode) => string | null {
  return (node) => node.field(name)?.text() ?? null;
}

/** The same for each of these kinds of nodes. */
export function each(kinds: string, defined: Shape["defines"][string]): Shape["defines"] {
  return Object.fromEntries(kinds.split(" ").map((kind) => [kind, defined]));
}

export const functionNamed: Defined = { kind: "function", name: field("name") };
export const methodNamed: Defined = { kind: "method", name: field("name") };
export const typeNamed: Defined = { kind: "type", name: field("name") };
export const constantNamed: Defined = { kind: "constant", name: field("name") };
export const classNamed: Defined = { kind: "class", name: field("name"), hasMembers: true };
export const moduleNamed: Defined = { kind: "module", name: field("name"), hasMembers: true };
