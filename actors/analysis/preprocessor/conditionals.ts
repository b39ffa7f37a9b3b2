// Makes the directives of a C or C++ text fit for a grammar: it reads `#if` only around whole statements and declarations.
import { conditionalsDeepMax } from "../limits.ts";
import { type Brackets, bracketsOf, type Inside, insideAt } from "./brackets.ts";
import type { Edit } from "./mask.ts";
import type { Token } from "./tokens.ts";

interface Branch {
  /** Index of its directive. */
  readonly directive: number;
  readonly condition: string;
  /** Indexes of tokens, without the dropped branches of the groups inside. */
  readonly tokens: number[];
}

interface Group {
  readonly branches: Branch[];
  /** Index of the token before it. */
  readonly before: number | null;
  readonly inside: Inside;
}

/**
 * What to blank so that the directives can be read. A group whose branches are whole statements keeps them all. In a list
 * only its directives go. Of any other group, such as one around half an `if`, one branch stays, as a compiler would see it:
 * the first whose condition does not contradict those before. Comments stay everywhere.
 */
export function directiveEdits(tokens: readonly Token[], isCpp: boolean): Edit[] {
  return new Conditionals(tokens, isCpp).edits();
}

class Conditionals {
  readonly #tokens: readonly Token[];
  readonly #brackets: Brackets;
  readonly #open: Group[] = [];
  readonly #edits: Edit[] = [];
  #isTooDeep = false;
  /** Per macro: whether the file is read as if it were defined. */
  readonly #defined: Map<string, boolean>;

  constructor(tokens: readonly Token[], isCpp: boolean) {
    this.#tokens = tokens;
    this.#brackets = bracketsOf(tokens);
    this.#defined = new Map([["__cplusplus", isCpp]]);
  }

  edits(): Edit[] {
    let last: number | null = null;
    for (const [index, token] of this.#tokens.entries()) {
      if (token.kind === "directive") this.#directive(index, token, last);
      else {
        this.#open.at(-1)?.branches.at(-1)?.tokens.push(index);
        last = index;
      }
    }
    for (let group = this.#open.pop(); group !== undefined; group = this.#open.pop())
      this.#close(group, null);
    return this.#isTooDeep ? [] : this.#edits;
  }

  #directive(index: number, token: Token, before: number | null): void {
    const [, name = "", condition = ""] = /^#[ \t]*([a-z]*)([\s\S]*)$/.exec(token.text) ?? [];
    if (/^if(n?def)?$/.test(name)) {
      const branch = { directive: index, condition: normalized(name, condition), tokens: [] };
      if (this.#open.length === conditionalsDeepMax) this.#isTooDeep = true;
      else this.#open.push({ branches: [branch], before, inside: insideAt(index, this.#brackets) });
    } else if (/^el(se|if|ifdef|ifndef)$/.test(name)) {
      const branch = { directive: index, condition: normalized(name, condition), tokens: [] };
      const group = this.#open.at(-1);
      if (group === undefined) this.#blank(index);
      else group.branches.push(branch);
    } else if (name === "endif") {
      const group = this.#open.pop();
      if (group === undefined) this.#blank(index);
      else this.#close(group, index);
    } else if (!this.#isReadable(index, token, before)) this.#blank(index);
  }

  /** A definition of several lines or with a comment is beyond the grammar, as is any directive in a list or a statement. */
  #isReadable(index: number, { text }: Token, before: number | null): boolean {
    return this.#isBoundary(before) && !/\n|\/\*|^#\s*$/.test(text) && !this.#isInList(index);
  }

  #isInList(index: number): boolean {
    const inside = insideAt(index, this.#brackets);
    return inside === "list" || inside === "round" || inside === "square";
  }

  #close(group: Group, end: number | null): void {
    const { branches } = group;
    const isDead = branches[0]?.condition === "0";
    const opening = branches[0]?.directive ?? 0;
    const directives = [...branches.map(({ directive }) => directive), ...(end === null ? [] : [end])];
    if (end !== null && !isDead && this.#isWhole(group, end) && !this.#isInList(opening)) {
      for (const { directive } of branches) this.#plainCondition(directive);
      this.#keep(branches);
      return;
    }
    for (const directive of directives) this.#blank(directive);
    if (!isDead && this.#isListed(group)) {
      this.#keep(branches);
      return;
    }
    const chosen = this.#chosen(branches);
    for (const branch of branches)
      if (branch !== chosen) for (const index of branch.tokens) this.#blank(index);
    if (chosen !== null) this.#keep([chosen]);
  }

  /** The tokens that stay count for the branch around. */
  #keep(branches: readonly Branch[]): void {
    const outer = this.#open.at(-1)?.branches.at(-1)?.tokens;
    for (const { tokens } of branches) for (const index of tokens) outer?.push(index);
  }

  #isWhole({ branches, before }: Group, end: number): boolean {
    const next = this.#tokens.slice(end + 1, end + nextTokensMax).find(({ kind }) => kind !== "directive");
    if (!this.#isBoundary(before) || next?.text === "else") return false;
    return branches.every(({ tokens }) => {
      if (tokens.length === 0) return true;
      const first = this.#token(tokens[0] ?? 0);
      const ends = this.#isBoundary(tokens.at(-1) ?? null);
      return ends && isStart(first) && isBalanced(tokens.map((index) => this.#token(index).text));
    });
  }

  #isListed({ branches, before, inside }: Group): boolean {
    return (
      inside === "list" &&
      /^[,{]$/.test(before === null ? "" : this.#token(before).text) &&
      branches.every(({ tokens }) => {
        const last = tokens.at(-1);
        const isComma = last === undefined || this.#token(last).text === ",";
        return isComma && isBalanced(tokens.map((index) => this.#token(index).text));
      })
    );
  }

  /** A label needs a statement behind it, unlike a `case` and an access specifier. */
  #isBoundary(before: number | null): boolean {
    if (before === null) return true;
    const { text } = this.#token(before);
    if (text !== ":") return /^[;{}]$/.test(text);
    const label = this.#tokens[before - 1];
    const isName = label?.kind === "word" && !/^(default|public|private|protected)$/.test(label.text);
    return !isName || !/^[;{}]$/.test(this.#tokens[before - 2]?.text ?? ";");
  }

  #chosen(branches: readonly Branch[]): Branch | null {
    for (const branch of branches) {
      const { condition } = branch;
      const [, negation, macro] = /^(!?)defined (\w+)$/.exec(condition) ?? [];
      if (condition === "0") continue;
      if (macro === undefined) return branch;
      const isDefined = this.#defined.get(macro) ?? negation === "";
      this.#defined.set(macro, isDefined);
      if (isDefined === (negation === "")) return branch;
    }
    return null;
  }

  /** Conditions such as `__has_include(<a>)` are beyond the grammar, and nothing asks for them. */
  #plainCondition(index: number): void {
    const { text, start, end } = this.#token(index);
    const head = /^#[ \t]*(?:el)?if(?=[^a-z])/.exec(text)?.[0];
    if (head !== undefined && text.length >= head.length + 2)
      this.#edits.push({ start, end, by: `${head} 1` });
  }

  #blank(index: number): void {
    const { start, end } = this.#token(index);
    this.#edits.push({ start, end });
  }

  #token(index: number): Token {
    const token = this.#tokens[index];
    if (token === undefined) throw new RangeError(`no token ${index} among ${this.#tokens.length}`);
    return token;
  }
}

/** No `else` stands behind more directives in a row. */
const nextTokensMax = 20;

/** `defined X`, `!defined X`, `0`, or the text as it stands. */
function normalized(name: string, condition: string): string {
  const word = condition.trim();
  if (name.endsWith("ifdef")) return `defined ${word}`;
  if (name.endsWith("ifndef")) return `!defined ${word}`;
  const [, negation, macro] = /^(!?)\s*defined\s*\(?\s*(\w+)\s*\)?$/.exec(word) ?? [];
  return macro === undefined ? word : `${negation}defined ${macro}`;
}

function isStart({ kind, text }: Token): boolean {
  return kind === "word" ? !/^(else|catch)$/.test(text) : /^([*~(;}[]|::|\+\+|--)$/.test(text);
}

function isBalanced(texts: readonly string[]): boolean {
  let depth = 0;
  for (const text of texts) {
    if (/^[([{]$/.test(text)) depth += 1;
    if (/^[)\]}]$/.test(text)) depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
