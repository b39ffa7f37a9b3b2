// The rules that apply to a language: ours, loaded once per process from the compiled list or else from YAML, and the user's.
import type { NapiConfig } from "@ast-grep/napi";
import { compiledRules } from "./compiled-rules.ts";
import type { Language } from "./languages.ts";
import type { Finding } from "./report.ts";
import { isForLanguage } from "./rule-languages.ts";
import { type Scanner, scanner } from "./scan.ts";

export interface AnalysisRule {
  /** Folder and id: `python/eval`; of a user's rule `user/` and its id. */
  readonly id: string;
  /** Says which languages it is for: a folder of `rules/`, or the id of a language. */
  readonly folder: string;
  readonly category: Finding["category"];
  readonly severity: Finding["severity"];
  readonly message: string;
  readonly remedy: string;
  /** False for what is right in a test, such as a made-up password. */
  readonly inTests: boolean;
  /** True where a list of all places would help nobody: the first is named, the others are counted. */
  readonly oncePerFile: boolean;
  readonly matcher: NapiConfig;
}

/** What the ids of a user's own rules begin with. */
export const userRulePrefix = "user/";

export function isUserRule({ id }: { readonly id: string }): boolean {
  return id.startsWith(userRulePrefix);
}

let loading: Promise<readonly AnalysisRule[]> | null = null;
let userRules: readonly AnalysisRule[] = [];
const scanners = new Map<Language["id"], Scanner>();

/** What the user adds to the rules of ours, from now on. */
export function useUserRules(rules: readonly AnalysisRule[]): void {
  userRules = rules;
  scanners.clear();
}

export function usedUserRules(): readonly AnalysisRule[] {
  return userRules;
}

/** Made on the first need of the language, and once. */
export async function scannerOf(language: Language): Promise<Scanner> {
  const known = scanners.get(language.id);
  if (known !== undefined) return known;
  const rules = [...(await builtInRules()), ...userRules];
  const made = scanner(rules.filter((rule) => isForLanguage(rule, language)));
  scanners.set(language.id, made);
  return made;
}

/** The rules of ours that are data. */
export function builtInRules(): Promise<readonly AnalysisRule[]> {
  loading ??= readBuiltInRules();
  return loading;
}

/** The YAML reader brings zod and a YAML parser, which cost more than the start of the program: only a checkout pays for them. */
async function readBuiltInRules(): Promise<readonly AnalysisRule[]> {
  const compiled = compiledRules();
  if (compiled !== null) return compiled;
  const { readRuleFiles } = await import("./rule-files.ts");
  return readRuleFiles();
}
