// Any text as one token of a subject, and back: the grammar that keeps a name from becoming a protocol line.
import { AiexError } from "../errors.ts";
import { wireLimits } from "./limits.ts";

/** A name of which no token can be made. */
export class UnusableName extends AiexError {
  readonly code = "unusable_name";
  constructor(given: string, why: string) {
    const { shownCharactersMax: max, tokenCharactersMax } = wireLimits;
    const shown = JSON.stringify(given.length > max ? `${given.slice(0, max)}…` : given);
    super(
      `${shown} cannot be a name between nodes: ${why}. Give 1 to ${tokenCharactersMax} characters, of which letters, digits and "-" count as one, "_" as two, and every other as three for each of its bytes in UTF-8.`,
      { details: { given: given.slice(0, max), tokenCharactersMax } },
    );
  }
}

const plain = /^[A-Za-z0-9-]+$/;
const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
/** What each byte becomes. */
const codes: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (character === "_") return "__";
  return letters.includes(character) ? character : `_${byte.toString(16).padStart(2, "0")}`;
});

/**
 * The token of a text: 1 to 64 characters of `[A-Za-z0-9_-]`. No two texts have the same.
 * @throws {UnusableName} it is empty, its token is longer, or it is no Unicode text
 */
export function encodeToken(text: string): string {
  const { tokenCharactersMax } = wireLimits;
  if (plain.test(text) && text.length <= tokenCharactersMax) return text;
  if (text === "") throw new UnusableName(text, "it is empty");
  // A character is one of the token at least: a huge text is not encoded to find that out.
  if (text.length > tokenCharactersMax)
    throw new UnusableName(text, `it has ${text.length} characters already before it is encoded`);
  const bytes = Buffer.from(text, "utf8");
  if (bytes.toString("utf8") !== text) throw new UnusableName(text, "half of a surrogate pair is in it");
  let token = "";
  for (const byte of bytes) token += codes[byte] ?? "";
  if (token.length > tokenCharactersMax)
    throw new UnusableName(text, `encoded it has ${token.length} characters`);
  return token;
}

/** The text that this is the token of; undefined where `encodeToken` would never have made it. */
export function decodeToken(token: string): string | undefined {
  if (token.length === 0 || token.length > wireLimits.tokenCharactersMax) return undefined;
  if (plain.test(token)) return token;
  const bytes: number[] = [];
  for (let at = 0; at < token.length; at += 1) {
    if (token[at] !== "_") bytes.push(token.charCodeAt(at));
    else if (token[at + 1] === "_") {
      bytes.push(0x5f);
      at += 1;
    } else {
      bytes.push(Number.parseInt(token.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  const text = Buffer.from(bytes).toString("utf8");
  return isTokenOf(token, text) ? text : undefined;
}

/** Whatever was read wrongly above (half a code, a letter in code, bytes that are no UTF-8) does not come out the same again. */
function isTokenOf(token: string, text: string): boolean {
  let again = "";
  for (const byte of Buffer.from(text, "utf8")) again += codes[byte] ?? "";
  return again === token;
}
