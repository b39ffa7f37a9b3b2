// One rule as text for people: what it says, where it is applied, what it finds, and how to silence it.
import { languageById } from "../../actors/analysis/languages.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { severityColors } from "../../actors/rendering/text-parts.ts";
import { wrap } from "../../actors/rendering/wrap.ts";
import { sanitizeData, sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import type { RuleDescription } from "../../supervisors/rule-book.ts";
import { examplesShownMax } from "../limits.ts";
import { paint, type Terminal } from "../terminal.ts";
import { languagesText } from "./rules-text.ts";

export interface ShownRule {
  readonly rule: RuleDescription;
  /** As YAML; null where code finds it. */
  readonly matcher: string | null;
  readonly cases: { readonly invalid: readonly string[]; readonly valid: readonly string[] } | undefined;
}

/** Nothing that a user's file holds is trusted: it is made printable first. */
export function renderRule({ rule: untrusted, matcher, cases }: ShownRule, terminal: Terminal): string {
  const rule = sanitizeData(untrusted, (text) => printable(text, terminal));
  const { columns } = terminal;
  const sections = [
    [
      `${paint(terminal, "bold", rule.id)}  ${paint(terminal, severityColors[rule.severity], rule.severity)}, ${rule.category}`,
    ],
    [
      ...wrap(rule.message, { columns, firstIndent: "", indent: "" }),
      ...wrap(rule.remedy, { columns, firstIndent: "Remedy: ", indent: "        " }),
    ],
    factLines(rule),
    matcher === null ? [] : ["What it finds:", ...block(matcher, terminal)],
    exampleLines("Finds, for example:", cases?.invalid ?? [], terminal),
    exampleLines("Leaves alone, for example:", cases?.valid ?? [], terminal),
    ["Silence it on the line of a finding, or the line before:", `    ${silenceOf(rule)}`],
  ];
  const filled = sections.filter((section) => section.length > 0);
  return `${filled.map((section) => section.join("\n")).join("\n\n")}\n`;
}

function factLines({
  languages,
  origin,
  in_tests,
  once_per_file,
  severity,
  matcher,
}: RuleDescription): string[] {
  const how = matcher === null ? "built in, found by code" : "built in";
  return [
    `Languages:  ${languagesText(languages)}`,
    `Test files: ${in_tests ? "looked at as well" : "left alone"}`,
    `Places:     ${once_per_file ? "the first of each file" : "every one"}`,
    `Comes from: ${origin.kind === "user" ? `${origin.file}:${origin.line}` : how}`,
    ...(severity === "off" ? ["It is off: it is applied to nothing."] : []),
  ];
}

function exampleLines(title: string, examples: readonly string[], terminal: Terminal): string[] {
  if (examples.length === 0) return [];
  const blocks = examples.slice(0, examplesShownMax).map((example) => block(example, terminal));
  // Between texts of several lines a reader must see where one ends.
  const isDense = blocks.every((lines) => lines.length === 1);
  return [title, ...blocks.flatMap((lines, index) => (isDense || index === 0 ? lines : ["", ...lines]))];
}

/** The lines of a text, indented and as they are. */
export function block(text: string, terminal: Terminal): string[] {
  const safe = sanitizeText(text.trimEnd());
  return (terminal.unicode ? safe : toAscii(safe)).split("\n").map((line) => `    ${line}`.trimEnd());
}

function silenceOf({ id, languages: [language] }: RuleDescription): string {
  const mark = (language === undefined ? null : languageById(language))?.comments.line[0] ?? "//";
  return `${mark} aiex-ignore ${id} -- why it does not apply here`;
}
