// What the grammars have in common in their kinds of nodes.
import type { Rule, SgNode } from "@ast-grep/napi";

/** A node of one of these kinds. Every one must be known to the grammar: a rule that names an unknown kind does not compile. */
export function anyKind(...kinds: readonly string[]): { readonly any: Rule[] } {
  return { any: kinds.map((kind) => ({ kind })) };
}

/** A comment may stand between any two parts of a construct. */
export function isComment(node: SgNode): boolean {
  return commentKinds.has(String(node.kind()));
}

/** The named nodes directly in `node`, without comments. */
export function partsOf(node: SgNode | null | undefined): SgNode[] {
  return (node?.namedChildren() ?? []).filter((child) => !isComment(child));
}

const commentKinds = new Set(["comment", "line_comment", "block_comment"]);
