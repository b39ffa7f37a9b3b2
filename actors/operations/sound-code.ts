// Whether a text that a model has made is sound code: it parses in its language, and holds no fault that was not there before.
import type { Language } from "../analysis/languages.ts";
import type { ParseResponse } from "../analysis/protocol.ts";
import type { Finding } from "../analysis/report.ts";
import type { OperationTools } from "./ask-model.ts";
import { parse } from "./services.ts";

export interface MadeCode {
  readonly path: string;
  /** Null where nobody can tell. */
  readonly language: Language | null;
  /** Null where there was no file. */
  readonly before: string | null;
  readonly after: string;
}

/** What is wrong with it, in a sentence for the model; undefined where nothing is. What could not be read before is not judged. */
export async function faultIn(
  { path, language, before, after }: MadeCode,
  { cache, parsers }: OperationTools,
): Promise<string | undefined> {
  if (language === null) return undefined;
  const read = (text: string): Promise<ParseResponse> => {
    const parser = text.length % parsers;
    return parse(parser, { id: path, path, language: language.id, text }, cache);
  };
  const now = await read(after);
  const then = before === null ? undefined : await read(before);
  if (then?.ok === false) return undefined;
  if (!now.ok) return `${JSON.stringify(path)} does not parse with it: ${now.reason}.`;
  const known = errorsIn(then?.findings ?? []);
  for (const [rule, findings] of errorsIn(now.findings)) {
    const finding = findings[known.get(rule)?.length ?? 0];
    if (finding !== undefined)
      return `It adds an error to ${JSON.stringify(path)}, on or near line ${finding.line}: ${finding.message} (${rule}). ${finding.remedy}`;
  }
  return undefined;
}

/** By their rules. */
function errorsIn(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const errors = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.severity !== "error") continue;
    const others = errors.get(finding.rule);
    if (others === undefined) errors.set(finding.rule, [finding]);
    else others.push(finding);
  }
  return errors;
}
