// Applies the rules of a language to a tree.
import type { SgNode } from "@ast-grep/napi";
import type { AnalysisRule } from "./catalog.ts";
import { ruleSetsPreparedMax } from "./limits.ts";
import type { Found } from "./listing.ts";
import { neededWords, textMeets } from "./needed-words.ts";
import { type Union, union } from "./union.ts";

export interface Scanner {
  /** Every place that a rule matches. */
  scan(root: SgNode, options: { readonly isTest: boolean }): Found[];
}

export function scanner(rules: readonly AnalysisRule[]): Scanner {
  const candidates = rules.map((rule) => ({ rule, needed: neededWords(rule.matcher) }));
  const unions = new Map<string, Union>();

  function unionOf(free: readonly AnalysisRule[]): Union {
    const key = free.map(({ id }) => id).join();
    const known = unions.get(key);
    if (known !== undefined) return known;
    const made = union(
      free.map(({ matcher }) => matcher),
      { areExclusive: false },
    );
    if (unions.size >= ruleSetsPreparedMax) unions.clear();
    unions.set(key, made);
    return made;
  }

  return {
    scan(root, { isTest }) {
      const isMet = textMeets(root.text());
      const chosen = candidates.flatMap(({ rule, needed }) =>
        (isTest && !rule.inTests) || !isMet(needed) ? [] : [rule],
      );
      const free = chosen.filter(({ matcher }) => matcher.constraints === undefined);
      const places = new Map<AnalysisRule, SgNode[]>(chosen.map((rule) => [rule, []]));
      for (const { node, rule } of unionOf(free).findAll(root)) {
        const matched = free[rule];
        if (matched !== undefined) places.get(matched)?.push(node);
      }
      for (const [rule, nodes] of places) {
        if (rule.matcher.constraints !== undefined) nodes.push(...root.findAll(rule.matcher));
      }
      return [...places].flatMap(([rule, nodes]) => nodes.map((node) => foundAt(rule, node)));
    },
  };
}

function foundAt(rule: AnalysisRule, node: SgNode): Found {
  const { id, category, severity, message, remedy, oncePerFile } = rule;
  const { start, end } = node.range();
  const place = { line: start.line + 1, column: start.column + 1, endLine: end.line + 1 };
  return { rule: id, category, severity, ...place, message, remedy, oncePerFile };
}
