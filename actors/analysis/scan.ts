// Applies the rules of a language to a tree.
import type { SgNode } from "@ast-grep/napi";
import type { AnalysisRule } from "./catalog.ts";
import { findingsPerRuleMax } from "./limits.ts";
import type { Finding } from "./report.ts";
import { type Union, union } from "./union.ts";

export interface Scanner {
  /** At most `findingsPerRuleMax` findings a rule; the last of a longer row says that it was cut. */
  scan(root: SgNode, options: { readonly isTest: boolean }): Finding[];
}

export function scanner(rules: readonly AnalysisRule[]): Scanner {
  const free = rules.filter(({ matcher }) => matcher.constraints === undefined);
  const constrained = rules.filter(({ matcher }) => matcher.constraints !== undefined);
  const joined: Union = union(
    free.map(({ matcher }) => matcher),
    { areExclusive: false },
  );
  return {
    scan(root, { isTest }) {
      const places = new Map<AnalysisRule, SgNode[]>(rules.map((rule) => [rule, []]));
      for (const { node, rule } of joined.findAll(root)) {
        const matched = free[rule];
        if (matched !== undefined) places.get(matched)?.push(node);
      }
      for (const rule of constrained) places.get(rule)?.push(...root.findAll(rule.matcher));
      return [...places].flatMap(([rule, nodes]) => (isTest && !rule.inTests ? [] : findingsOf(rule, nodes)));
    },
  };
}

function findingsOf(rule: AnalysisRule, nodes: readonly SgNode[]): Finding[] {
  const { id, category, severity, message, remedy } = rule;
  const listedMax = rule.oncePerFile ? 1 : findingsPerRuleMax;
  const findings: Finding[] = [];
  for (const [index, node] of nodes.slice(0, listedMax).entries()) {
    const { start, end } = node.range();
    const place = { line: start.line + 1, column: start.column + 1, endLine: end.line + 1 };
    const unlisted = index === listedMax - 1 ? nodes.length - listedMax : 0;
    const said = unlisted > 0 ? `${message} The file has ${unlisted} more of these.` : message;
    findings.push({ rule: id, category, severity, ...place, message: said, remedy });
  }
  return findings;
}
