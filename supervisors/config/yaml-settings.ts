// Reads the text of a configuration file, YAML or its subset JSON, into settings that know where they were written.
import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { nearest } from "../../runtime/nearest.ts";
import type { ConfigurationProblem, Origin, Setting, SettingValue } from "./problem.ts";
import { type SchemaNode, schemaAt } from "./schema.ts";

export interface FileSettings {
  readonly settings: readonly Setting[];
  readonly problems: readonly ConfigurationProblem[];
}

// The schema is four deep. The YAML library recurses, and nesting without end takes the whole process down.
const nestingMax = 32;
// Some hundred times an honest file; parsing takes time in the square of some of it.
const tokensMax = 20_000;
// Enough to correct a file by; a file of another kind has one in every line.
const problemsMax = 20;

/** Never fails: what is wrong is in `problems`. `path` is for the origins only. */
export function settingsOf(text: string, path: string): FileSettings {
  const reader = new SettingsReader(path);
  reader.read(text);
  return { settings: reader.settings, problems: reader.problems.slice(0, problemsMax) };
}

class SettingsReader {
  readonly settings: Setting[] = [];
  readonly problems: ConfigurationProblem[] = [];
  readonly #path: string;
  readonly #lines = new LineCounter();

  constructor(path: string) {
    this.#path = path;
  }

  read(text: string): void {
    const refusal = yamlRefusal(text, "a configuration");
    if (refusal !== undefined) {
      this.#refuse(0, "", refusal);
      return;
    }
    const document = parseDocument(text, {
      lineCounter: this.#lines,
      version: "1.2",
      schema: "core",
      merge: false,
      resolveKnownTags: false,
      // Both take time in the square of the file; keys are compared below, places come from the line counter.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "error",
    });
    for (const { code, pos } of [...document.errors, ...document.warnings]) {
      this.#refuse(pos[0], "", SENTENCES[code] ?? "this is not valid YAML here.");
    }
    if (this.problems.length > 0 || document.contents === null) return;
    this.#node(document.contents, [], schemaAt([]));
  }

  #node(node: ParsedNode | null, path: readonly string[], expected: SchemaNode | undefined): void {
    const key = path.join(".");
    const at = node?.range[0] ?? 0;
    if (isAlias(node)) {
      this.#refuse(at, key, "must not be an alias (*name). Write the value out.");
    } else if (expected?.kind === "value") {
      const value = plainOf(node, expected.type === "list");
      const wanted = expected.type === "list" ? listWords(expected.example) : "one value";
      if (value !== undefined) this.#add(at, path, value);
      else this.#refuse(at, key, `must be ${wanted}, given ${sortOf(node)}.`);
    } else if (isMap(node)) {
      if (path.length > 0) this.#add(at, path, undefined);
      this.#map(node, path, expected);
    } else if (isScalar(node) && node.value === null) {
      // A section whose every line is commented out.
      if (path.length > 0 && expected?.kind === "section") this.#add(at, path, undefined);
    } else {
      const what =
        key === "" ? "the file must hold keys with values" : "must be a section with keys of its own";
      this.#refuse(at, key, `${what}, given ${sortOf(node)}.`);
    }
  }

  #map(map: YAMLMap.Parsed, path: readonly string[], expected: SchemaNode | undefined): void {
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? `${key.value}` : undefined;
      const at = key.range[0];
      if (name === undefined) {
        this.#refuse(at, path.join("."), "must have keys that are plain words.");
        continue;
      }
      const below = [...path, name];
      const next = name === "__proto__" ? undefined : schemaAt(below);
      if (seen.has(name)) {
        this.#refuse(at, below.join("."), "is given twice. Remove one of the two.");
      } else if (next === undefined) {
        this.#refuse(at, below.join("."), unknownKey(name, expected));
      } else this.#node(value, below, next);
      seen.add(name);
    }
  }

  #add(offset: number, path: readonly string[], value: Setting["value"]): void {
    this.settings.push({ path, value, origin: this.#originAt(offset) });
  }

  #refuse(offset: number, key: string, message: string): void {
    this.problems.push({ key, origin: this.#originAt(offset), message });
  }

  #originAt(offset: number): Origin {
    const { line, col } = this.#lines.linePos(offset);
    return { kind: "file", path: this.#path, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** What forbids handing the text of a file to the YAML parser at all; `what` it should be, such as "a configuration". */
export function yamlRefusal(text: string, what: string): string | undefined {
  if (text.includes("\0")) return `the file is binary, and ${what} is a text file.`;
  let tokens = 0;
  let flowDepth = 0;
  let lineDepth = 0;
  let scalar = false;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > tokensMax) return `the file has more than ${tokensMax} words. Is it ${what}?`;
    // A mark of the lexer's own says that the next token is a plain word, whatever it looks like.
    const word = scalar;
    scalar = token === SCALAR_MARK;
    if (word) continue;
    if (token === "[" || token === "{") flowDepth += 1;
    if (token === "]" || token === "}") flowDepth -= 1;
    if (token === "-" || token === "?") lineDepth += 1;
    if (/^[\r\n]/.test(token)) lineDepth = 0;
    const indent = /^ *$/.test(token) ? token.length : 0;
    if (flowDepth > nestingMax || lineDepth > nestingMax || indent > nestingMax * 4) {
      return `the file is nested more than ${nestingMax} deep or indented more than ${nestingMax * 4} spaces. Write it flatter.`;
    }
  }
  return undefined;
}

const SCALAR_MARK = "\u001f";

function unknownKey(name: string, expected: SchemaNode | undefined): string {
  const known = expected?.kind === "section" ? [...expected.keys.keys()] : [];
  const meant = nearest(name, known);
  if (meant !== undefined) return `is not a known key. Did you mean ${meant}?`;
  return known.length === 0
    ? "is not a possible name."
    : `is not a known key. Known here: ${known.join(", ")}.`;
}

/** Undefined for what is no value, or no flat list of values. */
function plainOf(node: ParsedNode | null, isList: boolean): SettingValue | undefined {
  if (!isList) return isScalar(node) && isPlain(node.value) ? node.value : undefined;
  if (!isSeq(node)) return undefined;
  const values = node.items.map((item) => (isScalar(item) ? item.value : undefined));
  return values.every(isPlain) ? values : undefined;
}

function listWords(example: string | undefined): string {
  return example === undefined ? "a list of values" : `a list of values, such as ${example}`;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function sortOf(node: ParsedNode | null): string {
  if (isMap(node)) return "a section";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  return `one value (${typeof node.value === "string" ? "text" : typeof node.value})`;
}

// The parser's own sentences quote the file, and a file can hold secrets.
const SENTENCES: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: "an alias can have no tag or anchor.",
  BAD_ALIAS: "this alias (*name) names no anchor. Put text that begins with * in quotes.",
  BAD_INDENT: "a bracket is not closed, or the indentation does not fit the lines above.",
  BLOCK_AS_IMPLICIT_KEY: "a second key stands on the same line. Give each key a line of its own.",
  MISSING_CHAR: "something is missing here: a quote, a bracket, a comma or the space after a colon.",
  MULTILINE_IMPLICIT_KEY: "a colon is missing after the key on this line.",
  MULTIPLE_DOCS: "the file holds several documents. Remove the lines --- between them.",
  TAB_AS_INDENT: "tabs cannot indent. Use spaces.",
  TAG_RESOLVE_FAILED: "tags (!name) are not accepted. Put text that begins with ! in quotes.",
  RESOURCE_EXHAUSTION: "the file is nested too deeply. Write it flatter.",
};
