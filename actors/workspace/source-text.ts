// Turns the bytes of a file into text that can be parsed, or says why there is none. Never fails on what the bytes are.
import { isUtf8 } from "node:buffer";

export interface SourceTextLimits {
  /** More than this of one file is not parsed; the head up to here is. */
  readonly fileBytesMax: number;
  /** A longer line is generated or minified code, and some parsers take quadratic time in it. */
  readonly lineCharactersMax: number;
}

export type SourceEncoding = "utf-8" | "utf-16le" | "utf-16be";

export type SourceText =
  | { readonly kind: "empty" }
  | { readonly kind: "binary"; readonly evidence: "nul" | "control_characters" }
  | {
      readonly kind: "text";
      /** Without a byte order mark. Line ends are as they were. */
      readonly text: string;
      readonly encoding: SourceEncoding;
      /** False where bytes were no valid text of the encoding; each such place holds U+FFFD. */
      readonly valid: boolean;
      /** Set where `text` is only the beginning of the file; it then ends with a whole line, if it holds one. */
      readonly cutShort: "too_large" | "long_line" | undefined;
      /** True where a line is longer than the limit. The text then stops before that line and may be "". */
      readonly minified: boolean;
    };

// Text of any language has next to none of these; random bytes have one in ten.
const controlShareMax = 0.03;
const CONTROL = /[^\P{Cc}\s]/gu;

/**
 * `head` is the whole file, or its first `fileBytesMax` bytes or more where `size`, its length in bytes, is larger than
 * that.
 */
export function sourceTextOf(head: Uint8Array, size: number, limits: SourceTextLimits): SourceText {
  const bytes = head.subarray(0, limits.fileBytesMax);
  const tooLarge = Math.max(size, head.length) > bytes.length;
  const { encoding, markBytes } = encodingOf(bytes);
  const body = wholeCharacters(bytes.subarray(markBytes), encoding, tooLarge);
  if (body.length === 0) return { kind: "empty" };
  if (encoding === "utf-8" && body.includes(0)) return { kind: "binary", evidence: "nul" };
  const decoded = new TextDecoder(encoding, { ignoreBOM: true }).decode(body);
  if (decoded.includes("\0")) return { kind: "binary", evidence: "nul" };
  const controls = decoded.match(CONTROL)?.length ?? 0;
  if (controls > decoded.length * controlShareMax) return { kind: "binary", evidence: "control_characters" };
  const whole = tooLarge ? wholeLines(decoded) : decoded;
  const long = startOfLongLine(whole, limits.lineCharactersMax);
  return {
    kind: "text",
    text: long === undefined ? whole : whole.slice(0, long),
    encoding,
    valid: isValid(body, decoded, encoding),
    cutShort: long !== undefined ? "long_line" : tooLarge ? "too_large" : undefined,
    minified: long !== undefined,
  };
}

function encodingOf(bytes: Uint8Array): { encoding: SourceEncoding; markBytes: number } {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return { encoding: "utf-16le", markBytes: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: "utf-16be", markBytes: 2 };
  const marked = first === 0xef && second === 0xbb && third === 0xbf;
  return { encoding: "utf-8", markBytes: marked ? 3 : 0 };
}

/** Without the character that the cut went through, which is no fault of the file's. */
function wholeCharacters(bytes: Uint8Array, encoding: SourceEncoding, cut: boolean): Uint8Array {
  if (!cut) return bytes;
  if (encoding !== "utf-8") {
    const even = bytes.length - (bytes.length % 2);
    const high = bytes[encoding === "utf-16le" ? even - 1 : even - 2] ?? 0;
    return bytes.subarray(0, high >= 0xd8 && high <= 0xdb ? even - 2 : even);
  }
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < needed ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}

function wholeLines(text: string): string {
  const end = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r", text.length - 2));
  return end === -1 ? text : text.slice(0, end + 1);
}

function startOfLongLine(text: string, charactersMax: number): number | undefined {
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (at - start > charactersMax) return start;
    if (character === 10 || character === 13) start = at + 1;
  }
  return undefined;
}

function isValid(body: Uint8Array, decoded: string, encoding: SourceEncoding): boolean {
  if (encoding === "utf-8") return isUtf8(body);
  // A file may hold U+FFFD itself, but in UTF-16 it is so rare that it is taken for damage.
  return body.length % 2 === 0 && !decoded.includes("\uFFFD");
}
