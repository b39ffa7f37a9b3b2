// The rules that apply to a language, loaded once per process: from the compiled list beside this file, else from YAML.
import type { NapiConfig } from "@ast-grep/napi";
import { compiledRules } from "./compiled-rules.ts";
import type { Language } from "./languages.ts";
import type { Finding } from "./report.ts";
import { type Scanner, scanner } from "./scan.ts";

export interface AnalysisRule {
  /** Folder and id: `python/eval`. */
  readonly id: string;
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

let loading: Promise<readonly AnalysisRule[]> | null = null;
const scanners = new Map<Language["id"], Scanner>();

/** Made on the first need of the language, and once. */
export async function scannerOf(language: Language): Promise<Scanner> {
  const known = scanners.get(language.id);
  if (known !== undefined) return known;
  loading ??= allRules();
  const made = scanner((await loading).filter((rule) => language.ruleFolders.includes(rule.folder)));
  scanners.set(language.id, made);
  return made;
}

/** The YAML reader brings zod and a YAML parser, which cost more than the start of the program: only a checkout pays for them. */
async function allRules(): Promise<readonly AnalysisRule[]> {
  const compiled = compiledRules();
  if (compiled !== null) return compiled;
  const { readRuleFiles } = await import("./rule-files.ts");
  return readRuleFiles();
}
