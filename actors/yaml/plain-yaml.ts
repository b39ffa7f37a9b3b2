// Reads the text of a YAML file, or of its subset JSON, that nobody vouches for: one document of plain data, with what is wrong in it.
import { type ErrorCode, Lexer, type ParsedNode, parseDocument } from "yaml";

/** Lines and columns count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export interface PlainYaml {
  /** Null for an empty document, and where something is wrong. Aliases are still in it: nothing may follow them. */
  readonly contents: ParsedNode | null;
  /** A sentence for each thing that is wrong, and where it begins in the text. */
  readonly problems: readonly { readonly at: number; readonly message: string }[];
  placeAt(offset: number): TextPlace;
}

// What is read so is a few deep. The YAML library recurses, and nesting without end takes the whole process down.
const nestingMax = 32;
// Some hundred times an honest file; parsing takes time in the square of some of it.
const tokensMax = 20_000;

/** Never fails; `what` it should be, such as "a configuration". Keys may be there twice: that is the caller's to see. */
export function readPlainYaml(text: string, what: string): PlainYaml {
  const placeAt = placesIn(text);
  const refusal = yamlRefusal(text, what);
  if (refusal !== undefined) return { contents: null, problems: [{ at: 0, message: refusal }], placeAt };
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    // Both take time in the square of the file.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  const problems = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    at: pos[0],
    message: SENTENCES[code] ?? "this is not valid YAML here.",
  }));
  return { contents: problems.length > 0 ? null : document.contents, problems, placeAt };
}

/** The library's own count of lines misses some after a mistake. */
function placesIn(text: string): PlainYaml["placeAt"] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    const within = Math.min(Math.max(0, offset), text.length);
    let line = 0;
    for (let step = 2 ** Math.floor(Math.log2(starts.length)); step >= 1; step /= 2) {
      if ((starts[line + step] ?? Number.POSITIVE_INFINITY) <= within) line += step;
    }
    return { line: line + 1, column: within - (starts[line] ?? 0) + 1 };
  };
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
