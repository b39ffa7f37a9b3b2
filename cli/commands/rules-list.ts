// `aiex rules list`: every rule of the analysis, built in and the user's own, or those that were asked for.
import type { RuleDescription } from "../../supervisors/rule-book.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { optionValue, type ParsedCommand } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { renderRuleList } from "../render/rules-text.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";

export async function rulesList({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  const settings = await readSettings(host, interruption);
  const all = await interruption.orInterrupted(settings.ruleBook.rules());
  const rules = all.filter((rule) => isAskedFor(rule, parsed));
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  const isJson = optionValue(parsed, "format") === "json";
  await host.stdout.write(
    isJson ? renderJson({ schema: "aiex.rule-list/1", rules }) : renderRuleList(rules, terminal),
  );
  return exitCodes.ok;
}

function isAskedFor({ languages, category, severity }: RuleDescription, parsed: ParsedCommand): boolean {
  const language = optionValue(parsed, "language");
  return (
    (language === undefined || languages.some((id) => id === language)) &&
    category === (optionValue(parsed, "category") ?? category) &&
    severity === (optionValue(parsed, "severity") ?? severity)
  );
}
