// A list of rules as text for people: two lines a rule, its name and what it finds.
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { severityColors } from "../../actors/rendering/text-parts.ts";
import { wrap } from "../../actors/rendering/wrap.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import type { RuleDescription } from "../../supervisors/rule-book.ts";
import { languageWords } from "../command-table.ts";
import { paint, type Terminal } from "../terminal.ts";

/** Nothing that a user's file holds is trusted: it is made printable first. */
export function renderRuleList(untrusted: readonly RuleDescription[], terminal: Terminal): string {
  const rules = sanitizeData(untrusted, (text) => printable(text, terminal));
  const own = rules.filter(({ origin }) => origin.kind === "user").length;
  const lines = rules.flatMap((rule) => [
    `${paint(terminal, "bold", rule.id)}  ${factsOf(rule, terminal)}`,
    ...wrap(firstSentence(rule.message), { columns: terminal.columns, firstIndent: "    ", indent: "    " }),
  ]);
  const ownText = own === 0 ? "" : `, ${own} of them your own`;
  return `${[...lines, `${plural(rules.length, "rule")}${ownText}`].join("\n")}\n`;
}

/** Severity, category, languages, and whose it is. */
function factsOf({ severity, category, languages, origin }: RuleDescription, terminal: Terminal): string {
  const painted = paint(terminal, severityColors[severity], severity);
  const own = origin.kind === "user" ? `  ${paint(terminal, "green", "(your own)")}` : "";
  return `${painted}, ${category}, ${languagesText(languages)}${own}`;
}

export function languagesText(languages: readonly string[]): string {
  return languages.length === languageWords.length ? "every language" : languages.join(" ");
}

/** Up to the first full stop behind which a new sentence begins. */
function firstSentence(text: string): string {
  return /^.*?[.?!](?=\s+[\p{Lu}`@])/su.exec(text)?.[0] ?? text;
}
