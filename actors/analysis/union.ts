// Many rules in one walk over the tree. A walk per rule costs as much as the parsing, and there are dozens of rules.
import type { NapiConfig, Rule, SgNode } from "@ast-grep/napi";

export interface Match {
  readonly node: SgNode;
  /** Index of the rule that matched. */
  readonly rule: number;
}

export interface Union {
  /** Every pair of a node and a rule that matches it, in the order of the tree. */
  findAll(root: SgNode): Match[];
}

interface Side {
  readonly config: NapiConfig;
  /** From the number that the captures of a match spell to the index of a rule. */
  readonly ruleAt: (position: number) => number;
  /** Kinds that only one rule can match, with its index: for these the captures need not be read. */
  readonly ruleOfKind: ReadonlyMap<string, number>;
}

/**
 * Joins rules of one grammar. In a union only the first rule that matches a node is known: it is told by captures of the
 * node that spell the rule's position in binary. So the union is walked from both ends; where the two ends disagree on a
 * node, the rules between them are tried on that node alone.
 * `areExclusive` promises that no node matches two of the rules, which saves the second walk.
 * The rules must not have constraints, since those would bind across the union.
 */
export function union(matchers: readonly NapiConfig[], options: { readonly areExclusive: boolean }): Union {
  if (matchers.length === 0) return { findAll: () => [] };
  const bits = Math.max(1, Math.ceil(Math.log2(matchers.length)));
  const last = matchers.length - 1;
  const ruleOfKind = unsharedKinds(matchers);
  const forward: Side = { config: joined(matchers, bits), ruleAt: (position) => position, ruleOfKind };
  const backward: Side = {
    config: joined([...matchers].reverse(), bits),
    ruleAt: (position) => last - position,
    ruleOfKind,
  };
  return {
    findAll(root) {
      const firsts = told(root, forward, bits);
      if (options.areExclusive || firsts.length === 0) return firsts;
      const lasts = told(root, backward, bits);
      return firsts.flatMap((first, index) => {
        const other = lasts[index];
        if (other === undefined || other.rule <= first.rule) return [first];
        const between = matchers.slice(first.rule + 1, other.rule).flatMap((matcher, offset) => {
          return first.node.matches(matcher) ? [{ node: first.node, rule: first.rule + 1 + offset }] : [];
        });
        return [first, ...between, other];
      });
    },
  };
}

function told(root: SgNode, side: Side, bits: number): Match[] {
  return root.findAll(side.config).map((node) => {
    const only = side.ruleOfKind.size > 0 ? side.ruleOfKind.get(String(node.kind())) : undefined;
    if (only !== undefined) return { node, rule: only };
    let position = 0;
    for (let bit = 0; bit < bits; bit++) if (node.getMatch(captureName(bit)) !== null) position |= 1 << bit;
    return { node, rule: side.ruleAt(position) };
  });
}

function joined(matchers: readonly NapiConfig[], bits: number): NapiConfig {
  const utils: Record<string, Rule> = {};
  const any = matchers.map((matcher, position) => {
    for (const [name, rule] of Object.entries(matcher.utils ?? {})) {
      utils[`${position}-${name}`] = withPrefix(rule, position) as Rule;
    }
    const captures = Array.from({ length: bits }, (_, bit) => bit).filter(
      (bit) => (position & (1 << bit)) !== 0,
    );
    return {
      all: [
        withPrefix(matcher.rule, position) as Rule,
        ...captures.map((bit) => ({ pattern: `$${captureName(bit)}` })),
      ],
    };
  });
  return { rule: { any }, utils };
}

/** Empty where a rule does not say which kinds it matches, since that rule might match any. */
function unsharedKinds(matchers: readonly NapiConfig[]): ReadonlyMap<string, number> {
  const rules = new Map<string, number>();
  const shared = new Set<string>();
  for (const [index, { rule }] of matchers.entries()) {
    const kinds = kindsOf(rule);
    if (kinds === null) return new Map();
    for (const kind of kinds) {
      if (rules.has(kind) && rules.get(kind) !== index) shared.add(kind);
      rules.set(kind, index);
    }
  }
  for (const kind of shared) rules.delete(kind);
  return rules;
}

/** The kinds of nodes that a rule can match, or null where it does not say. */
function kindsOf(rule: Rule): string[] | null {
  if (rule.kind !== undefined) return [String(rule.kind)];
  for (const part of rule.all ?? []) {
    const kinds = kindsOf(part);
    if (kinds !== null) return kinds;
  }
  const branches = (rule.any ?? []).map((branch) => kindsOf(branch));
  if (branches.length === 0 || branches.includes(null)) return null;
  return branches.flatMap((kinds) => kinds ?? []);
}

/** The rule with every reference to one of its utility rules renamed, so that two rules may use one name. */
function withPrefix(rule: unknown, position: number): unknown {
  if (Array.isArray(rule)) return rule.map((part) => withPrefix(part, position));
  if (typeof rule !== "object" || rule === null) return rule;
  return Object.fromEntries(
    Object.entries(rule).map(([key, value]) => [
      key,
      key === "matches" && typeof value === "string" ? `${position}-${value}` : withPrefix(value, position),
    ]),
  );
}

function captureName(bit: number): string {
  return `AIEX_BIT_${bit}`;
}
