// Finds values that a name says are secret: `password = "…"`, `"api_key": "…"`, `DB_PASSWORD=…`, in whatever language.
import { isReference } from "./formats.ts";
import { literalAt, unusualLiteralAt } from "./literals.ts";
import { literalsNear, looksRandom } from "./nearby-literals.ts";
import { type Secrecy, secrecyOf } from "./secret-names.ts";
import type { Span } from "./span.ts";

/** A name of a secret where it stands in a text. */
interface Named extends Span {
  readonly secrecy: Secrecy;
  readonly name: string;
}

/** Everything that a name of a secret holds; whether it is one is decided by its words. */
const HINT = /pass|pwd|pw|pin|secret|credential|key|token|auth|bearer|cookie|salt|conn/gi;
/** Longer names are no names; it also bounds what is looked at around each hint. */
const nameCharactersMax = 64;
const NAME_CHARACTER = /[A-Za-z0-9_$-]/;

/**
 * What may stand between a name and its value: the end of a quoted name, a type, an operator. Each part is bounded, so
 * that a text of nothing but names costs no more than its length.
 */
const CONNECTOR =
  /(?<closer>(?:\\?["'`])?(?:\[\w{0,10}\])?[\])]{0,2})(?<gap>\s{0,20})(?:[!?]?:[ \t]{0,5}[A-Za-z_&][\w<>[\].|&?' ]{0,60}?(?==))?(?<operator>===?|!==?|=>|:=|\?\?=?|\|\|=?|\+=|=~|<<|<-|->|=|:|,|\()?(?<space>\s{0,200})/y;

/** What may stand before the quotes of a value: a bracket, a prefix of the literal, a call that only wraps it. */
const WRAPPER =
  /(?<bracket>[([{]\s{0,20})?(?:(?:new\s{1,5})?(?:String::from|str|bytes|bytearray|Buffer\.from|String|std::string|string|\w{0,30}(?:Secret|Password|Key)\w{0,20}|base64\.\w{1,30}|Base64\.\w{1,30}|atob|b64decode|encode)!?\(\s{0,20}|[bBrRfFuUL@$~]{1,3}#{0,3}(?=["'`]))?/y;

/** What joins a literal to the next one of the same value. */
const JOINT = /\s{0,40}(?:\+|\.{1,2}|<>|&|\\|,)?(?:\s|(?:\/\/|#)[^\r\n]{0,200}){0,200}/y;
/** A key in pieces has a few dozen. */
const piecesMax = 100;

/** A value of a name that is only likely a secret's has at least this many characters; compared with, twice as many. */
const likelyCharactersMin = 8;

export function namedValueSpans(text: string, isCode: boolean): Span[] {
  const spans: Span[] = [];
  let at = 0;
  HINT.lastIndex = 0;
  for (let hint = HINT.exec(text); hint !== null; hint = HINT.exec(text)) {
    const named = nameAround(text, hint.index, at);
    at = named.end;
    if (named.secrecy !== "none") {
      const found = valueAfter(text, named, isCode);
      // What stands further off does not end the search for names: a value of another one may stand before it.
      spans.push(...found, ...literalsNear(text, behindQuote(text, named.end), looksRandom));
      at = Math.max(at, found.at(-1)?.end ?? 0);
    }
    HINT.lastIndex = at;
  }
  return spans;
}

/** A quote right behind a name ends the literal that the name stands in. */
function behindQuote(text: string, at: number): number {
  return /["'`]/.test(text[at] ?? "") ? at + 1 : at;
}

/** The whole name that holds the hint at `at`; nothing before `from` belongs to it. */
function nameAround(text: string, at: number, from: number): Named {
  let start = at;
  let end = at + 1;
  const least = Math.max(from, at - nameCharactersMax);
  while (start > least && NAME_CHARACTER.test(text[start - 1] ?? "")) start -= 1;
  while (end < at + nameCharactersMax && NAME_CHARACTER.test(text[end] ?? "")) end += 1;
  const name = text.slice(start, end);
  return { start, end, name, secrecy: secrecyOf(name) };
}

function valueAfter(text: string, named: Named, isCode: boolean): Span[] {
  CONNECTOR.lastIndex = named.end;
  const groups = CONNECTOR.exec(text)?.groups ?? {};
  const after = CONNECTOR.lastIndex;
  const { closer = "", operator = "", gap = "" } = groups;
  const space = operator === "" ? gap + (groups.space ?? "") : (groups.space ?? "");
  const isConnected = connects(text, named, { closer, operator, space });
  const isGiven = isConnected && named.secrecy === "certain" && /^(?:=|:=|:|=>|)$/.test(operator);
  const unusual = isGiven ? unusualLiteralAt(text, after)?.content : undefined;
  if (unusual !== undefined) return [unusual];
  const quoted = isConnected ? quotedValue(text, after, named, operator) : undefined;
  if (quoted !== undefined) return quoted;
  return unquotedValue(text, named, { closer, operator, space, after }, isCode);
}

interface Connector {
  readonly closer: string;
  readonly operator: string;
  readonly space: string;
}

function connects(text: string, { start, name }: Named, { closer, operator, space }: Connector): boolean {
  switch (operator) {
    case "":
      // `@password "x"`, `#define PASSWORD "x"`, `--password "x"`.
      return closer === "" && space !== "" && !space.includes("\n");
    case ",":
      // `define("PASSWORD", "x")`, and no list of names.
      return /["'`]/.test(closer) && /\(\s{0,5}["'`]$/.test(text.slice(Math.max(0, start - 8), start));
    case "(":
      return closer === "" && /^(?:set|with|new|use|hash|encrypt|verify|check|[A-Z])/.test(name);
    default:
      return true;
  }
}

/** The literals after a connector; none for a value that is none; undefined where no literal stands there. */
function quotedValue(text: string, at: number, { secrecy }: Named, operator: string): Span[] | undefined {
  WRAPPER.lastIndex = at;
  const wrapper = WRAPPER.exec(text);
  const first = literalAt(text, at + (wrapper?.[0].length ?? 0));
  if (first === undefined) return undefined;
  const isList = wrapper?.groups?.bracket !== undefined;
  const spans = [first.content];
  let end = first.end;
  while (spans.length < piecesMax) {
    JOINT.lastIndex = end;
    const joint = JOINT.exec(text)?.[0] ?? "";
    const next = literalAt(text, end + joint.length);
    const isJoined = next !== undefined && joint !== "" && (isList || !joint.includes(","));
    if (!isJoined) break;
    spans.push(next.content);
    end = next.end;
  }
  const value = spans.map((span) => text.slice(span.start, span.end)).join("");
  const isCompared = /^[=!]==?$|^=~$/.test(operator);
  const isSecret = secrecy === "certain" || looksSecret(value, isCompared);
  const isType = isCompared && TYPE_NAME.test(value);
  const spared = !isSecret || isType || isReference(value) || value.trim() === "";
  // What was looked at is not looked at again, so an empty place stands for it.
  return spared ? [{ start: end, end }] : spans;
}

/** What `typeof` gives. */
const TYPE_NAME = /^(?:string|number|boolean|object|function|symbol|bigint|undefined)$/;

function looksSecret(value: string, isCompared: boolean): boolean {
  if (/\s/.test(value)) return false;
  if (isCompared) return value.length >= 2 * likelyCharactersMin;
  return value.length >= likelyCharactersMin || (value.length >= 4 && /\d/.test(value));
}

const LINE_BEGINNING =
  /(?:^|[\r\n])[ \t]*(?:(?:export|set|env|arg)[ \t]{1,8}|[-#*/]{1,2}[ \t]{0,8})?(?:[\w.]{1,40}\.)?["']?$/i;

const INLINE_VALUE = /[^\s"'`<>;,&|(){}\\]{1,512}/y;
const REST_OF_LINE = /[^\r\n]{1,4096}/y;
const WORD_VALUE = /[^\s"'`(){}[\]\\]{1,512}(?=[ \t]*(?:\r?\n|$))/y;
/** The value of an element, which ends. */
const ELEMENT_VALUE = /[^<>{}\s]{1,4096}(?=<\/)/y;
/** In YAML: the lines below, which are indented, are the value. */
const BLOCK_VALUE = /[|>][+-]?\d?[ \t]*((?:\r?\n[ \t]+[^\r\n]{1,4096}){1,200})/y;
/** The line begins as comments do. */
const COMMENT = /^[ \t]*(?:\/\/|\/\*|#|\*|--|;|%)+[ \t]/;
const COMMENTED_VALUE = /[ \t]*(?:=|:|is)?[ \t]*([^\s"'`(){}[\]\\]{6,512})/y;
const XML_VALUE = /[^<>]{1,4096}(?=<)/y;

function unquotedValue(
  text: string,
  named: Named,
  { closer, operator, space, after }: Connector & { readonly after: number },
  isCode: boolean,
): Span[] {
  const isFirst = beginsLine(text, named.start);
  const isAssigned = operator === "=" && space === "" && text[after - 2] !== " ";
  const sameLine = !space.includes("\n");
  const block = groupSpan(BLOCK_VALUE, text, after);
  if (operator === ":" && sameLine && block !== undefined && named.secrecy === "certain") return [block];
  if (isCode && isCommented(text, named.start)) {
    const word = groupSpan(COMMENTED_VALUE, text, named.end);
    if (word !== undefined && isMixed(text.slice(word.start, word.end))) return [word];
  }
  if (isCode && closer === "" && text[named.end] === ">")
    return spanOf(ELEMENT_VALUE, text, named.end + 1, named);
  if (!isCode && closer === "" && text[named.end] === ">")
    return spanOf(XML_VALUE, text, named.end + 1, named);
  if (!isCode && isFirst && sameLine && (operator === ":" || operator === "="))
    return spanOf(REST_OF_LINE, text, after, named);
  if (!isCode && isFirst && operator === "" && closer === "" && space !== "" && sameLine)
    return spanOf(WORD_VALUE, text, after, named);
  if (isAssigned && isFirst && /^[A-Z0-9_]+$/.test(named.name)) {
    const [found] = spanOf(REST_OF_LINE, text, after, named);
    const value = found === undefined ? "" : text.slice(found.start, found.end).trim();
    const isComputed = isCode && /[.([]/.test(value) && isExpression(value);
    return found === undefined || isComputed ? [] : [found];
  }
  if (isAssigned) return inlineSpan(text, after, named);
  if (operator === ":" && isFirst && sameLine) {
    const [found] = spanOf(WORD_VALUE, text, after, named);
    return found !== undefined && isMixed(text.slice(found.start, found.end)) ? [found] : [];
  }
  return [];
}

/** `password=hunter2` within a line: in a string, an address, a command, or in code, where the value may be an expression. */
function inlineSpan(text: string, at: number, named: Named): Span[] {
  const [found] = spanOf(INLINE_VALUE, text, at, named);
  if (found === undefined) return [];
  const value = text.slice(found.start, found.end);
  const isPair = /[?&;"'`]/.test(text[named.start - 1] ?? "") || named.name.startsWith("-");
  return isPair || isMixed(value) || !isExpression(value) ? [found] : [];
}

/** True where at most the indentation, a mark of a list or comment, or `export` stand before a place on its line. */
function beginsLine(text: string, at: number): boolean {
  const from = Math.max(0, at - nameCharactersMax);
  const before = text.slice(from, at);
  return LINE_BEGINNING.test(from === 0 ? before : before.replace(/^[^\r\n]*/, "cut off"));
}

/** A longer line before a name is no comment that tells a password. */
const commentCharactersMax = 200;

function isCommented(text: string, at: number): boolean {
  const before =
    at < commentCharactersMax ? `\n${text.slice(0, at)}` : text.slice(at - commentCharactersMax, at);
  const newline = before.lastIndexOf("\n");
  return newline >= 0 && COMMENT.test(before.slice(newline + 1));
}

/** Where the group of a match at `at` stands, which is at its end. */
function groupSpan(pattern: RegExp, text: string, at: number): Span | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const end = at + match[0].length;
  return { start: end - (match[1] ?? "").length, end };
}

function spanOf(pattern: RegExp, text: string, at: number, named: Named): Span[] {
  pattern.lastIndex = at;
  const value = pattern.exec(text)?.[0];
  return value === undefined ? [] : valueSpan(text, at, named, value.length);
}

function valueSpan(text: string, start: number, { secrecy }: Named, length: number): Span[] {
  const value = text.slice(start, start + length);
  const isSecret = secrecy === "certain" || (value.length >= likelyCharactersMin && /\d/.test(value));
  return isSecret && value.trim() !== "" && !isReference(value) ? [{ start, end: start + length }] : [];
}

/** Letters and digits in one word, as no type and few variables have. */
function isMixed(value: string): boolean {
  return value.length >= 6 && /[A-Za-z]/.test(value) && /\d/.test(value) && !/[.[(<]/.test(value);
}

/** A name, a path of names, a call, a number. */
function isExpression(value: string): boolean {
  return /^(?:[A-Za-z_$@:][\w$]*(?:[.[(?!:].*)?|\d+)$/.test(value);
}
