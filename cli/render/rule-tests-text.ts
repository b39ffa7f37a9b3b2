// What the cases of the user's rules came to, as text for people.
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import type { RuleTestFailure, RuleTestReport, TestedRule } from "../../supervisors/rules.ts";
import { paint, type Terminal } from "../terminal.ts";
import { block } from "./rule-text.ts";

/** Nothing that a user's file holds is trusted: it is made printable first. */
export function renderRuleTests(
  { tested, untested, off, folder }: RuleTestReport,
  terminal: Terminal,
): string {
  const show = (text: string): string => printable(text, terminal);
  const lines = tested.flatMap((rule) => ruleLines(rule, terminal));
  const passed = tested.reduce((sum, rule) => sum + rule.passed, 0);
  const failed = tested.reduce((sum, rule) => sum + rule.failures.length, 0);
  if (passed + failed > 0) {
    const ending = failed === 0 ? "" : `, ${failed} failed`;
    lines.push(`${passed} of ${plural(passed + failed, "case")} passed${ending}.`);
  }
  if (untested.length > 0) {
    lines.push(`Without cases: ${untested.map(show).join(", ")}. Cases belong into ${show(folder)}/tests.`);
  }
  if (off.length > 0) lines.push(`Off, and so not tried: ${off.map(show).join(", ")}.`);
  if (lines.length === 0)
    lines.push(`There are no rules of your own in ${show(folder)}, and so nothing to try.`);
  return `${lines.join("\n")}\n`;
}

function ruleLines({ id, file, line, passed, failures }: TestedRule, terminal: Terminal): string[] {
  const name = printable(id, terminal);
  const total = plural(passed + failures.length, "case");
  if (failures.length === 0) return [`${mark(true, terminal)} ${name}  ${total}`];
  const place = printable(`${file}:${line}`, terminal);
  return [
    `${mark(false, terminal)} ${name}  ${failures.length} of ${total} failed (${place})`,
    ...failures.flatMap((failure) => [
      `  ${printable(sentenceOf(failure), terminal)}`,
      ...block(failure.snippet, terminal),
    ]),
  ];
}

function sentenceOf({ kind, findings, reason }: RuleTestFailure): string {
  switch (kind) {
    case "missed":
      return "must be found, and nothing was:";
    case "false_alarm":
      return `must be left alone, and was found at ${findings.map(({ line, column }) => `${line}:${column}`).join(", ")}:`;
    case "unread":
      return `could not be read, because ${reason}:`;
  }
}

function mark(isGood: boolean, terminal: Terminal): string {
  if (!terminal.unicode) return isGood ? "ok    " : "FAILED";
  return isGood ? paint(terminal, "green", "✓") : paint(terminal, "red", "✗");
}
