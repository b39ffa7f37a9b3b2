// Reads what a module imports and exports out of its text, with a small lexer: types as well as values, without a compiler.

export interface Import {
  /** As written, such as "../world.ts" or "node:fs". */
  readonly from: string;
  /** `type` leaves nothing in the compiled file; `value` is loaded with the file; `dynamic` when the line is reached. */
  readonly kind: "type" | "value" | "dynamic";
}

export interface Export {
  /** "*" where everything of `from` is exported on. */
  readonly name: string;
  readonly kind: "type" | "value";
  readonly from: string | undefined;
}

type Token =
  | { readonly kind: "word" | "mark"; readonly text: string }
  | { readonly kind: "string"; readonly text: string };

/** Everything that is imported, in the order of the text; `export … from` imports too. */
export function importsOf(source: string): Import[] {
  const tokens = tokensOf(source);
  const found: Import[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word" || isMember(tokens, index)) continue;
    const next = tokens[index + 1];
    if (token.text === "import" && next?.kind === "string") found.push({ from: next.text, kind: "value" });
    else if (token.text === "import" && isMark(next, "(")) {
      const from = tokens[index + 2];
      if (from?.kind === "string") found.push({ from: from.text, kind: "dynamic" });
    } else if (token.text === "import" || token.text === "export") {
      const from = sourceOf(tokens, index);
      const isType = isWord(next, "type") && !isWord(tokens[index + 2], "from");
      if (from !== undefined) found.push({ from, kind: isType ? "type" : "value" });
    }
  }
  return found;
}

/** Everything that is exported by name, in the order of the text. */
export function exportsOf(source: string): Export[] {
  const tokens = tokensOf(source);
  return tokens.flatMap((token, index) =>
    isWord(token, "export") && !isMember(tokens, index) ? exportAt(tokens, index) : [],
  );
}

function exportAt(tokens: readonly Token[], index: number): Export[] {
  const isType =
    isWord(tokens[index + 1], "type") && (isMark(tokens[index + 2], "{") || isMark(tokens[index + 2], "*"));
  const start = index + (isType ? 2 : 1);
  const kind = isType ? "type" : "value";
  const first = tokens[start];
  if (isMark(first, "*")) {
    const named = isWord(tokens[start + 1], "as") ? tokens[start + 2] : undefined;
    return [{ name: named?.text ?? "*", kind, from: sourceOf(tokens, index) }];
  }
  if (isMark(first, "{")) {
    const from = sourceOf(tokens, index);
    return clause(tokens, start).map((words) => ({
      name: words.at(-1) ?? "",
      kind: words.length > 1 && words[0] === "type" ? "type" : kind,
      from,
    }));
  }
  return declared(tokens, start).map((name) => ({
    name,
    kind: isWord(first, "interface") || isWord(first, "type") ? "type" : "value",
    from: undefined,
  }));
}

const modifiers = new Set(["abstract", "async", "declare", "default"]);

/** The names that the declaration at `start` declares. */
function declared(tokens: readonly Token[], start: number): string[] {
  let index = start;
  while (modifiers.has(tokens[index]?.text ?? "")) index += 1;
  // The word of the declaration, and the star of a generator.
  index += isMark(tokens[index + 1], "*") ? 2 : 1;
  const name = tokens[index];
  if (isMark(name, "{")) return clause(tokens, index).map((words) => words.at(-1) ?? "");
  return name?.kind === "word" ? [name.text] : [];
}

/** What stands between braces, in words, split at the commas. */
function clause(tokens: readonly Token[], open: number): string[][] {
  const items: string[][] = [[]];
  for (const token of tokens.slice(open + 1)) {
    if (isMark(token, "}")) break;
    if (isMark(token, ",")) items.push([]);
    else if (token.kind === "word") items.at(-1)?.push(token.text);
  }
  return items.filter((words) => words.length > 0);
}

/** The string behind the `from` of the import or export at `index`; undefined where it has none. */
function sourceOf(tokens: readonly Token[], index: number): string | undefined {
  // A declaration, not a list of names.
  if (declarations.has(tokens[index + 1]?.text ?? "")) return undefined;
  for (let at = index + 1; at < tokens.length; at += 1) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (isWord(token, "from") && next?.kind === "string") return next.text;
    const goesOn = token?.kind === "word" || (token?.kind === "mark" && "{},*".includes(token.text));
    if (!goesOn) return undefined;
  }
  return undefined;
}

const declarations = new Set([
  ...["abstract", "async", "class", "const", "declare", "default", "enum"],
  ...["function", "interface", "let", "var"],
]);

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === "word" && token.text === text;
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === "mark" && token.text === text;
}

/** True for `it.import`, and for `{ import: … }` and `import.meta`, which are no imports. */
function isMember(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1];
  return isMark(tokens[index - 1], ".") || isMark(next, ".") || isMark(next, ":");
}

/** Words, strings and single marks; comments, templates and regular expressions are left out. */
function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  // At each place exactly one of these matches; a template is taken as a whole, with what it computes.
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(["'])((?:\\[\s\S]|(?!\1)[^\\\n])*)\1|`|([\p{ID_Start}$_#][\p{ID_Continue}$]*)|(\d[\w.]*)|(\S)/gu;
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    const [whole, quote, text, word, number, mark] = match;
    if (quote !== undefined) tokens.push({ kind: "string", text: text ?? "" });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else if (number !== undefined) tokens.push({ kind: "mark", text: "0" });
    else if (whole === "`") pattern.lastIndex = templateEnd(source, match.index);
    else if (mark === "/" && startsRegularExpression(tokens.at(-1))) {
      pattern.lastIndex = regularExpressionEnd(source, match.index);
    } else if (mark !== undefined) tokens.push({ kind: "mark", text: mark });
  }
  return tokens;
}

/** A slash behind a value divides; anywhere else it begins a regular expression. */
function startsRegularExpression(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === "string") return false;
  if (before.kind === "word") return beforeExpressions.has(before.text);
  return ![")", "]", "}", "0"].includes(before.text);
}

const beforeExpressions = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "await",
  "yield",
  "throw",
  "void",
]);

function regularExpressionEnd(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at += 1) {
    const character = source[at];
    if (character === "\\") at += 1;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "\n" || (character === "/" && !inClass)) return at + 1;
  }
  return source.length;
}

function templateEnd(source: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < source.length; at += 1) {
    const character = source[at];
    if (character === "\\") at += 1;
    else if (depth === 0 && character === "`") return at + 1;
    else if (depth === 0 && character === "$" && source[at + 1] === "{") {
      depth = 1;
      at += 1;
    } else if (depth > 0 && character === "`") at = templateEnd(source, at) - 1;
    else if (depth > 0 && character === "{") depth += 1;
    else if (depth > 0 && character === "}") depth -= 1;
  }
  return source.length;
}
