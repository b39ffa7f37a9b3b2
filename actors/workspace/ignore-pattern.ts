// One pattern of a .gitignore file, matched as Git matches it, in time proportional to pattern times path.
// A regular expression would do for honest patterns, but `**/a*/**/a*/**/a*/b`, a little longer, would never come back.

/** A rule of an ignore file: plain data. */
export interface IgnoreRule {
  /** True for `!pattern`: what matches is taken back in. */
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  /** True for a pattern without a slash, which is held against the last name of a path only. */
  readonly nameOnly: boolean;
  readonly tokens: readonly Token[];
}

type Token =
  | { readonly kind: "literal"; readonly character: string }
  | { readonly kind: "one" }
  | { readonly kind: "set"; readonly negated: boolean; readonly members: readonly Member[] }
  /** `*`: any run of characters without a slash. */
  | { readonly kind: "run" }
  /** `**` at the end: any run of characters. */
  | { readonly kind: "rest" }
  /** A `**` and the slash after it: nothing, or anything that ends in a slash. */
  | { readonly kind: "directories" };

/** What a set holds: the characters of a class such as `[:alpha:]`, or those between two code points, both included. */
type Member =
  | { readonly kind: "class"; readonly name: string }
  | { readonly kind: "range"; readonly from: number; readonly to: number };

/** The rules of an ignore file's text, in order. Lines that Git can never match are left out. */
export function parseIgnoreRules(text: string): IgnoreRule[] {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  return lines.map(parseLine).filter((rule) => rule !== undefined);
}

/** Whether the rule names this path. `path` is posix and relative to the directory of the ignore file. */
export function ruleMatches(rule: IgnoreRule, path: string, isDirectory: boolean): boolean {
  if (rule.directoryOnly && !isDirectory) return false;
  return matches(rule.tokens, rule.nameOnly ? path.slice(path.lastIndexOf("/") + 1) : path);
}

function parseLine(line: string): IgnoreRule | undefined {
  let pattern = trimmed(line.endsWith("\r") ? line.slice(0, -1) : line);
  if (pattern === "" || pattern.startsWith("#")) return undefined;
  const negated = pattern.startsWith("!");
  if (negated) pattern = pattern.slice(1);
  const directoryOnly = pattern.endsWith("/");
  if (directoryOnly) pattern = pattern.slice(0, -1);
  const nameOnly = !pattern.includes("/");
  if (pattern.startsWith("/")) pattern = pattern.slice(1);
  const tokens = pattern === "" ? undefined : tokenize(pattern);
  return tokens && { negated, directoryOnly, nameOnly, tokens };
}

/** Spaces at the end do not count, unless a backslash stands before them. */
function trimmed(line: string): string {
  let end = line.length;
  while (line[end - 1] === " ") end -= 1;
  if (end === line.length) return line;
  let backslashes = 0;
  while (line[end - 1 - backslashes] === "\\") backslashes += 1;
  return line.slice(0, backslashes % 2 === 1 ? end + 1 : end);
}

/** Undefined for a pattern that matches nothing: an open bracket, or a backslash at the end. */
function tokenize(pattern: string): Token[] | undefined {
  const characters = [...pattern];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (character === "*") {
      const start = at;
      while (characters[at + 1] === "*") at += 1;
      const deep = at > start && (start === 0 || characters[start - 1] === "/");
      const next = characters[at + 1];
      if (deep && next === undefined) tokens.push({ kind: "rest" });
      else if (deep && next === "/") {
        tokens.push({ kind: "directories" });
        at += 1;
      } else tokens.push({ kind: "run" });
    } else if (character === "?") {
      tokens.push({ kind: "one" });
    } else if (character === "[") {
      const set = parseSet(characters, at + 1);
      if (set === undefined) return undefined;
      tokens.push(set.token);
      at = set.end;
    } else if (character === "\\") {
      at += 1;
      const escaped = characters[at];
      if (escaped === undefined) return undefined;
      tokens.push({ kind: "literal", character: escaped });
    } else tokens.push({ kind: "literal", character });
  }
  return tokens;
}

/** Reads `[...]` from behind its bracket; `end` is the place of the closing one. */
function parseSet(characters: readonly string[], from: number): { token: Token; end: number } | undefined {
  let at = from;
  const negated = characters[at] === "!" || characters[at] === "^";
  if (negated) at += 1;
  const members: Member[] = [];
  let previous: string | undefined;
  for (let first = true; first || characters[at] !== "]"; at += 1, first = false) {
    let character = characters[at];
    if (character === undefined) return undefined;
    if (character === "[" && characters[at + 1] === ":") {
      const end = characters.indexOf("]", at + 2);
      if (end === -1) return undefined;
      if (characters[end - 1] === ":" && end > at + 2) {
        const name = characters.slice(at + 2, end - 1).join("");
        if (CLASSES[name] === undefined) return undefined;
        members.push({ kind: "class", name });
        previous = undefined;
        at = end;
        continue;
      }
    }
    if (
      character === "-" &&
      previous !== undefined &&
      characters[at + 1] !== undefined &&
      characters[at + 1] !== "]"
    ) {
      at += 1;
      let last = characters[at];
      if (last === "\\") {
        at += 1;
        last = characters[at];
      }
      if (last === undefined) return undefined;
      members.push(range(previous, last));
      previous = undefined;
      continue;
    }
    if (character === "\\") {
      at += 1;
      character = characters[at];
      if (character === undefined) return undefined;
    }
    members.push(range(character, character));
    previous = character;
  }
  return { token: { kind: "set", negated, members }, end: at };
}

function range(first: string, last: string): Member {
  return { kind: "range", from: first.codePointAt(0) ?? 0, to: last.codePointAt(0) ?? 0 };
}

/** Follows every way through the tokens at once, one character of the path at a time. */
function matches(tokens: readonly Token[], path: string): boolean {
  let places = new Set<number>();
  enter(tokens, 0, places);
  for (const character of path) {
    if (places.size === 0) return false;
    const next = new Set<number>();
    for (const place of places) advance(tokens, place, character, next);
    places = next;
  }
  return places.has(tokens.length);
}

/** Adds a place, and the ones behind it where the tokens there may stand for nothing. */
function enter(tokens: readonly Token[], place: number, places: Set<number>): void {
  for (let at = place; ; at += 1) {
    places.add(at);
    const kind = tokens[at]?.kind;
    if (kind !== "run" && kind !== "rest" && kind !== "directories") return;
  }
}

function advance(tokens: readonly Token[], place: number, character: string, next: Set<number>): void {
  const token = tokens[place];
  if (token === undefined) return;
  if (token.kind === "directories") {
    // Having taken something, it ends only behind a slash.
    next.add(place);
    if (character === "/") enter(tokens, place + 1, next);
  } else if (token.kind === "rest" || (token.kind === "run" && character !== "/")) {
    enter(tokens, place, next);
  } else if (takes(token, character)) {
    enter(tokens, place + 1, next);
  }
}

function takes(token: Token, character: string): boolean {
  if (token.kind === "literal") return token.character === character;
  if (character === "/") return false;
  if (token.kind === "one") return true;
  return token.kind === "set" && token.members.some((member) => holds(member, character)) !== token.negated;
}

function holds(member: Member, character: string): boolean {
  if (member.kind === "class") return CLASSES[member.name]?.test(character) === true;
  const point = character.codePointAt(0) ?? 0;
  return member.from <= point && point <= member.to;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /^[A-Za-z0-9]$/,
  alpha: /^[A-Za-z]$/,
  blank: /^[ \t]$/,
  cntrl: /^[^\P{Cc}\u0080-\u009f]$/u,
  digit: /^[0-9]$/,
  graph: /^[\x21-\x7e]$/,
  lower: /^[a-z]$/,
  print: /^[\x20-\x7e]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^[ \t\n\v\f\r]$/,
  upper: /^[A-Z]$/,
  xdigit: /^[0-9A-Fa-f]$/,
};
