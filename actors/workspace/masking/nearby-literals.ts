// Finds strings that look like secrets near what says that one is there: `props.put("db.password", "…")`, `jwt.sign(x, "…")`.
// Here the look of a value decides, because other strings stand there too: names, algorithms, addresses.
import { isReference } from "./formats.ts";
import { literalAt } from "./literals.ts";
import type { Span } from "./span.ts";

/** How far behind a name its value is looked for; it also bounds the time that a long line takes. */
const nearCharactersMax = 200;

const QUOTE = /\\?["'`]/g;

/** Calls that take a secret without saying its name. */
const CALL =
  /\b(?:createHmac|jwt\.\w{1,20}|hmac\.new|SecretKeySpec|AES\.new|PasswordAuthentication|BasicAWSCredentials|HTTPBasicAuth|bearer_auth|basic_auth|SetBasicAuth|WiFi\.begin|\w{0,20}\.login|getConnection|createCipheriv)\(/g;

/** Names of algorithms, encodings and protocols hold digits, and a review needs them. */
const ALGORITHM =
  /^(?:(?:sha|md|aes|des|3des|rsa|dsa|ec|ecdsa|ecdh|hmac|pbkdf|with|and|scrypt|bcrypt|argon|base|utf|iso|ascii|latin|hs|rs|es|ps|ed|x|p|secp|curve|prime|blake|ripemd|camellia|chacha|poly|cbc|ecb|gcm|ctr|pkcs|oaep|mgf|padding|nopadding|tls|tlsv|ssl|sslv|http|http\/|oauth|v|none|k|r|id|i|d|b|s)[-_./]?\d*[-_./]?)+$/i;

/** Literals between the place and the end of its line, and on the next line where this one ends in its middle. */
export function literalsNear(text: string, at: number, isTelling: (value: string) => boolean): Span[] {
  const spans: Span[] = [];
  const near = text.slice(at, endOfNear(text, at));
  let place = 0;
  for (const { index } of near.matchAll(QUOTE)) {
    const literal = index < place ? undefined : literalAt(text, at + index);
    if (literal === undefined) continue;
    const { content, end } = literal;
    if (isTelling(text.slice(content.start, content.end))) spans.push(content);
    place = end - at;
  }
  return spans;
}

/** Literals in calls that take a secret. */
export function callSpans(text: string): Span[] {
  return Array.from(text.matchAll(CALL), ({ index, 0: call }) =>
    literalsNear(text, index + call.length, (value) => isPlain(value) && value.length >= 8),
  ).flat();
}

/** Letters and digits, or letters and signs that no name has, in one word. */
export function looksRandom(value: string): boolean {
  return value.length >= 6 && isPlain(value) && /[A-Za-z]/.test(value) && /[\d!@#$%^&*~?]/.test(value);
}

/** No text for people, template, pattern, address, path, or name of an algorithm. */
function isPlain(value: string): boolean {
  return !/\s|:\/\/|^[./]|\\|[$#]\{/.test(value) && !ALGORITHM.test(value) && !isReference(value);
}

function endOfNear(text: string, at: number): number {
  const limit = Math.min(text.length, at + nearCharactersMax);
  const first = lineEnd(text, at, limit);
  const goesOn = /[=({[,+\\:|?]\s*$/.test(text.slice(at, first));
  return goesOn ? lineEnd(text, first + 1, limit) : first;
}

function lineEnd(text: string, at: number, limit: number): number {
  const newline = text.slice(at, limit).indexOf("\n");
  return newline < 0 ? limit : at + newline;
}
