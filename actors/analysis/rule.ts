// The shape of a rule file: ast-grep's own rule format, with our category and remedy in its `metadata`.
// Only `compile-rules.ts` and a source checkout read YAML; the parser program of a build reads the compiled list.
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import type { AnalysisRule } from "./catalog.ts";
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
  nthChild: z.union([z.int(), text]).optional(),
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

const Relation: z.ZodType = z.lazy(() =>
  z.strictObject({
    ...Object.fromEntries(Object.entries(matcherFields)),
    field: text.optional(),
    stopBy: z.union([z.enum(["neighbor", "end"]), Matcher]).optional(),
  }),
);

const RuleDocument = z.strictObject({
  id: text.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be words of a-z and 0-9 joined by hyphens"),
  language: text,
  severity: z.enum(severities),
  message: text,
  note: text.optional(),
  rule: Matcher,
  constraints: z.record(text, Matcher).optional(),
  utils: z.record(text, Matcher).optional(),
  metadata: z.strictObject({
    category: z.enum(analysisTypes),
    remedy: text,
    inTests: z.boolean().default(true),
    oncePerFile: z.boolean().default(false),
  }),
});

/** A rule file that is wrong; `message` names the file, the rule and the key. */
export class RuleFileError extends Error {
  override readonly name = "RuleFileError";
}

/**
 * The rules of one YAML file of one or more documents. `folder` becomes the first part of each id: `python/eval`.
 * @throws RuleFileError where the text is no YAML or a document has a wrong, missing or unknown key.
 */
export function parseRules(yaml: string, file: string, folder: string): AnalysisRule[] {
  const rules: AnalysisRule[] = [];
  for (const document of parseAllDocuments(yaml)) {
    const [syntaxError] = document.errors;
    if (syntaxError !== undefined) throw new RuleFileError(`${file}: no valid YAML: ${syntaxError.message}`);
    const value: unknown = document.toJS();
    if (value === null) continue;
    const checked = RuleDocument.safeParse(value);
    if (!checked.success) throw new RuleFileError(problemOf(file, value, checked.error));
    const { id, severity, message, rule, constraints, utils, metadata } = checked.data;
    rules.push({
      id: `${folder}/${id}`,
      folder,
      severity,
      message,
      category: metadata.category,
      remedy: metadata.remedy,
      inTests: metadata.inTests,
      oncePerFile: metadata.oncePerFile,
      matcher: {
        rule,
        ...(constraints === undefined ? {} : { constraints }),
        ...(utils === undefined ? {} : { utils }),
      },
    } as AnalysisRule);
  }
  return rules;
}

/**
 * `\w`, `\d`, `\s` and `\S` as plain ASCII sets: source code means no more by them, and the tables of Unicode cost more to
 * compile than all the rest of a rule, for every file anew.
 */
function asciiClasses(regex: string): string {
  return regex
    .replace(/\\w/g, "[0-9A-Za-z_]")
    .replace(/\\d/g, "[0-9]")
    .replace(/\\s/g, "[ \\t\\r\\n]")
    .replace(/\\S/g, "[^ \\t\\r\\n]");
}

function problemOf(file: string, value: unknown, error: z.ZodError): string {
  const id = typeof value === "object" && value !== null && "id" in value ? String(value.id) : "without id";
  const [issue] = error.issues;
  const unknownKeys = issue?.code === "unrecognized_keys" ? issue.keys : [];
  const key = [...(issue?.path ?? []), ...unknownKeys].join(".");
  return `${file}: rule ${id}: key ${key}: ${issue?.message ?? "wrong"}`;
}
