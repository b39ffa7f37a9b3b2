// Opens a language's grammar on first need and parses text with it; says truthfully where a text or a grammar fails.
import type { DynamicLangRegistrations, SgNode } from "@ast-grep/napi";
import { withoutGrammarGaps } from "./grammar-gaps.ts";
import { type Grammar, type Language, languages } from "./languages.ts";
import { bracketsDeepMax } from "./limits.ts";
import type { Span } from "./lines.ts";
import { withoutMacros, withoutUnreadable } from "./preprocessor/readable.ts";

type Engine = typeof import("@ast-grep/napi");

/** A language that has a grammar. */
export interface ParsedLanguage extends Language {
  readonly id: Exclude<Language["id"], "erlang">;
  readonly grammar: Grammar;
}

export function hasGrammar(language: Language): language is ParsedLanguage {
  return language.grammar !== null;
}

export type Parsed =
  /** `unread`: the definitions that the tree has not, since their macros hide how they are to be read. */
  | { readonly ok: true; readonly root: SgNode; readonly unread: readonly Span[] }
  | { readonly ok: false; readonly reason: string };

let engine: Promise<Engine> | null = null;
/** Per grammar name: null where it is registered, else the reason why not. Filled once, since ast-grep registers only once. */
let registered: Promise<ReadonlyMap<string, string | null>> | null = null;

/**
 * The tree of `text`. A text that the grammar cannot read without an error is refused with the line of the first error:
 * a tree with holes would give wrong metrics and miss findings without a word. Of C and C++ a small part may be left out.
 */
export async function parse(language: ParsedLanguage, text: string): Promise<Parsed> {
  const { id, name } = language;
  if (isNestedTooDeeply(text)) {
    return { ok: false, reason: `its brackets are nested deeper than ${bracketsDeepMax}` };
  }
  const opened = await openGrammar(language);
  if (!opened.ok) return opened;
  const { rootOf } = opened;
  const root = rootOf(text);
  if (firstError(root) === null) return { ok: true, root, unread: [] };
  const hasMacros = id === "c" || id === "cpp";
  const known = hasMacros ? withoutMacros(text, id === "cpp") : withoutGrammarGaps(id, text);
  const again = known === text ? root : rootOf(known);
  const line = firstError(again);
  if (line === null) return { ok: true, root: again, unread: [] };
  const reduced = hasMacros ? withoutUnreadable(known, (part) => firstError(rootOf(part)) === null) : null;
  const rest = reduced === null ? null : rootOf(reduced.text);
  if (reduced !== null && rest !== null && firstError(rest) === null) {
    return { ok: true, root: rest, unread: reduced.unread };
  }
  return {
    ok: false,
    reason: `line ${line} holds a syntax error, or ${name} that the parser does not know`,
  };
}

/** The tree of a text, with holes where the grammar could not read it. */
export type Opened =
  | { readonly ok: true; readonly rootOf: (text: string) => SgNode }
  | { readonly ok: false; readonly reason: string };

/** Loads what a language needs, once. */
export async function openGrammar({ grammar }: ParsedLanguage): Promise<Opened> {
  let loaded: Engine;
  try {
    engine ??= import("@ast-grep/napi");
    loaded = await engine;
  } catch (error) {
    return { ok: false, reason: missing("@ast-grep/napi", error) };
  }
  if (grammar.package !== null) {
    registered ??= registerAll(loaded);
    const problem = (await registered).get(grammar.name) ?? null;
    if (problem !== null) return { ok: false, reason: problem };
  }
  return { ok: true, rootOf: (text) => loaded.parse(grammar.name, text).root() };
}

async function registerAll(loaded: Engine): Promise<ReadonlyMap<string, string | null>> {
  const outcome = new Map<string, string | null>();
  const registrations: DynamicLangRegistrations = {};
  for (const { grammar } of languages) {
    if (grammar === null || grammar.package === null || grammar.load === null) continue;
    try {
      const { libraryPath, extensions, languageSymbol, expandoChar } = (await grammar.load()).default;
      registrations[grammar.name] = {
        libraryPath,
        extensions,
        ...(languageSymbol === undefined ? {} : { languageSymbol }),
        ...(expandoChar === undefined ? {} : { expandoChar }),
      };
      outcome.set(grammar.name, null);
    } catch (error) {
      outcome.set(grammar.name, missing(grammar.package, error));
    }
  }
  loaded.registerDynamicLanguage(registrations);
  return outcome;
}

/**
 * Nodes without any text that are right: the content of an empty string, an empty comment of documentation at the end of a
 * file, and the end of the last line as a token without a name.
 */
const rightfullyEmpty = /content$|^$|^doc_comment$/;

/** The 1-based line of the first node that is an error or was made up by the parser to go on; null where there is none. */
function firstError(root: SgNode): number | null {
  if (root.isLeaf()) return root.kind() === "ERROR" ? 1 : null;
  const found = root.findAll({ rule: { any: [{ kind: "ERROR" }, { regex: "^$" }] } });
  const holes = found.filter((node) => !rightfullyEmpty.test(String(node.kind())));
  const lines = holes.map((node) => node.range().start.line + 1);
  return lines.length === 0 ? null : Math.min(...lines.slice(0, 1_000));
}

/**
 * True where brackets nest deeper than `bracketsDeepMax`. Those in strings and comments count too, but an unmatched one
 * is forgotten when a bracket around it closes, so that a long file of ordinary text does not add up.
 */
export function isNestedTooDeeply(text: string): boolean {
  const closers: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const closer = closerOf(code);
    if (closer !== null) {
      closers.push(closer);
      if (closers.length > bracketsDeepMax) return true;
    } else if (code === 0x29 || code === 0x5d || code === 0x7d) {
      const opened = closers.lastIndexOf(code);
      if (opened >= 0) closers.length = opened;
    }
  }
  return false;
}

function closerOf(code: number): number | null {
  if (code === 0x28) return 0x29;
  return code === 0x5b || code === 0x7b ? code + 2 : null;
}

function missing(packageName: string, error: unknown): string {
  const cause = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return `the parser package ${packageName} could not be loaded (${cause}); install it with: npm install ${packageName}`;
}
