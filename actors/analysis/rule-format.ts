// The format of a rule: ast-grep's own, as far as it finds things, with our category and remedy in its `metadata`.
import * as z from "zod";
import { analysisTypes, severities } from "./report.ts";

const text = z.string().min(1);

const PatternStyle = z.union([
  text,
  z.strictObject({
    context: text,
    selector: text.optional(),
    strictness: z.enum(["cst", "smart", "ast", "relaxed", "signature"]).optional(),
  }),
]);

const matcherFields = {
  pattern: PatternStyle.optional(),
  kind: text.optional(),
  regex: text.transform(asciiClasses).optional(),
  get nthChild() {
    return z.union([z.int(), text, NthChild]).optional();
  },
  matches: text.optional(),
  get inside() {
    return Relation.optional();
  },
  get has() {
    return Relation.optional();
  },
  get precedes() {
    return Relation.optional();
  },
  get follows() {
    return Relation.optional();
  },
  get all() {
    return z.array(Matcher).optional();
  },
  get any() {
    return z.array(Matcher).optional();
  },
  get not() {
    return Matcher.optional();
  },
};

const Matcher: z.ZodType = z.lazy(() => z.strictObject(matcherFields));

const NthChild: z.ZodType = z.lazy(() =>
  z.strictObject({
    position: z.union([z.int(), text]),
    ofRule: Matcher.optional(),
    reverse: z.boolean().optional(),
  }),
);

const relationFields = {
  field: text.optional(),
  get stopBy() {
    return z.union([z.enum(["neighbor", "end"]), Matcher]).optional();
  },
};

const Relation: z.ZodType = z.lazy(() =>
  z.strictObject({
    ...Object.fromEntries(Object.entries(matcherFields)),
    ...Object.fromEntries(Object.entries(relationFields)),
  }),
);

const metadataFields = {
  category: z.enum(analysisTypes),
  remedy: text,
  inTests: z.boolean().default(true),
  oncePerFile: z.boolean().default(false),
};

const documentFields = {
  id: text.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be words of a-z and 0-9 joined by hyphens"),
  language: text,
  /** `off` is a rule that is kept and not applied, as in ast-grep. */
  severity: z.enum([...severities, "off"]),
  message: text,
  // For those who read the file.
  note: text.optional(),
  url: text.optional(),
  rule: Matcher,
  constraints: z.record(text, Matcher).optional(),
  utils: z.record(text, Matcher).optional(),
  metadata: z.strictObject(metadataFields),
};

export const RuleDocument = z.strictObject(documentFields);

export type RuleDocument = z.infer<typeof RuleDocument>;

/** What is wrong with the key at `path`, as a sentence that goes on after the key; `value` is what stands there. */
export function sentenceOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[], value: unknown): string {
  if (path.length === 0) return "this is no rule. A rule has keys with values, such as id and message.";
  if (issue.code === "unrecognized_keys") return unknownKeySentence(path);
  if (value === undefined) return `is missing. ${askedFor.get(path.join(".")) ?? "Add it."}`;
  if (issue.code === "invalid_value") {
    return `must be one of ${issue.values.join(", ")}; given ${JSON.stringify(value)}.`;
  }
  if (issue.code === "invalid_union") return "is in none of the forms that ast-grep gives it.";
  const given = typeof value === "object" ? "" : `; given ${JSON.stringify(value)}`;
  const message = issue.message.replace(/^Invalid input: /, "");
  return `${message.startsWith("must") ? message : `is not what it should be: ${message}`}${given}.`;
}

function unknownKeySentence(path: readonly PropertyKey[]): string {
  const unused = path.length === 1 ? notOurs.get(String(path[0])) : undefined;
  if (unused !== undefined) return `is a key of ast-grep that aiex has no use for: ${unused} Remove it.`;
  return `is not a known key. Known here: ${Object.keys(fieldsAt(path)).join(", ")}.`;
}

function fieldsAt(path: readonly PropertyKey[]): object {
  if (path.length === 1) return documentFields;
  if (path[0] === "metadata") return metadataFields;
  const parent = String(path.at(-2));
  if (/^(inside|has|precedes|follows)$/.test(parent)) return { ...matcherFields, ...relationFields };
  if (parent === "nthChild") return { position: 0, ofRule: 0, reverse: 0 };
  return parent === "pattern" ? { context: 0, selector: 0, strictness: 0 } : matcherFields;
}

/** What each key that must be there is for. */
const askedFor: ReadonlyMap<string, string> = new Map([
  ["id", "Give the rule a name, such as no-console."],
  ["language", "Name the language that it is for, such as TypeScript."],
  ["severity", `Choose one of ${severities.join(", ")}, or off.`],
  ["message", "Say in a sentence what is wrong with what it finds."],
  ["rule", "Say what it finds, with pattern, kind or another matcher of ast-grep."],
  ["metadata", "It holds category and remedy, which every finding shows."],
  ["metadata.category", `Choose one of ${analysisTypes.join(", ")}.`],
  ["metadata.remedy", "Say in a sentence what to do instead."],
]);

const notOurs: ReadonlyMap<string, string> = new Map([
  ["fix", "an analysis changes no file."],
  ["transform", "it serves fixes, and an analysis changes no file."],
  ["rewriters", "they serve fixes, and an analysis changes no file."],
  ["labels", "a finding has one place."],
  ["files", "a rule applies to every file of its language."],
  ["ignores", "a rule applies to every file of its language; a comment silences a finding."],
]);

/**
 * `\w`, `\d`, `\s` and `\S` as plain ASCII sets: source code means no more by them, and the tables of Unicode cost more to
 * compile than all the rest of a rule, for every file anew.
 */
function asciiClasses(regex: string): string {
  return regex.replace(/\\./gs, (escaped) => asciiSets.get(escaped) ?? escaped);
}

const asciiSets: ReadonlyMap<string, string> = new Map([
  ["\\w", "[0-9A-Za-z_]"],
  ["\\d", "[0-9]"],
  ["\\s", "[ \\t\\r\\n]"],
  ["\\S", "[^ \\t\\r\\n]"],
]);
