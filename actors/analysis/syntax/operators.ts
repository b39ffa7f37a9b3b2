// Logical operators and the parentheses around them: all grammars but Erlang's build them alike.
import type { SgNode } from "@ast-grep/napi";
import type { LogicalParts } from "../structure.ts";
import { partsOf } from "./kinds.ts";

/** Null where the node has no operator between two operands. */
export function binaryParts(node: SgNode): LogicalParts | null {
  const left = node.field("left");
  const right = node.field("right");
  const written = node.field("operator")?.text();
  if (left === null || right === null || written === undefined) return null;
  return { operator: signs.get(written) ?? written, left, right };
}

/** What stands in parentheses of this kind; the node itself where they hold more than one thing or are none. */
export function unwrapperOf(parentheses: string): (node: SgNode) => SgNode {
  return (node) => {
    let inner = node;
    while (inner.kind() === parentheses) {
      const [only, ...others] = partsOf(inner);
      if (only === undefined || others.length > 0) break;
      inner = only;
    }
    return inner;
  };
}

const signs = new Map([
  ["and", "&&"],
  ["or", "||"],
]);
