// `aiex rules show ID`: all there is to know of one rule.
import { nearest } from "../../runtime/nearest.ts";
import type { RuleDescription } from "../../supervisors/rule-book.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { renderRule } from "../render/rule-text.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function rulesShow({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  const settings = await readSettings(host, interruption);
  const rules = await interruption.orInterrupted(settings.ruleBook.rules());
  const [id = ""] = parsed.arguments;
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) throw unknownRule(id, rules);
  const cases = await interruption.orInterrupted(settings.ruleBook.casesOf(id));
  if (optionValue(parsed, "format") === "json") {
    const examples = cases === undefined ? null : { finds: cases.invalid, leaves_alone: cases.valid };
    await host.stdout.write(renderJson({ schema: "aiex.rule/1", rule: { ...rule, examples } }));
  } else {
    // Only this text needs it, for what the rule finds.
    const { stringify } = await import("yaml");
    const matcher = rule.matcher === null ? null : stringify(rule.matcher, { lineWidth: 0 });
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    await host.stdout.write(renderRule({ rule, matcher, cases }, terminal));
  }
  return exitCodes.ok;
}

/** A word without its folder means the rules of that name, in whatever language. */
function unknownRule(id: string, rules: readonly RuleDescription[]): UsageError {
  const ids = rules.map((rule) => rule.id);
  const sameName = ids.filter((candidate) => candidate.endsWith(`/${id}`));
  const near = nearest(id, ids);
  const meant = sameName.length > 0 ? sameName : near === undefined ? [] : [near];
  const hint =
    meant.length === 0 ? "`aiex rules list` names all of them." : `Did you mean ${meant.join(" or ")}?`;
  return new UsageError(`There is no rule ${JSON.stringify(id)}. ${hint}`, "rules show");
}
