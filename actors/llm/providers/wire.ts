// The bodies of answers, read in one pass: split into lines, each event parsed once, with a cap on its length. The SDKs' own
// readers print what makes no sense to them, or gather it without a limit, and parse what is parsed here already.
import { StringDecoder } from "node:string_decoder";
import { eventBytesMax } from "./limits.ts";

/** How a body is written: server-sent events, a JSON value in each line, or one JSON value. */
export type WireForm = "events" | "lines" | "json";

/** What stands in a body and makes no sense. */
export class WireFault extends Error {
  /** The beginning of it, as it came. */
  readonly sample: string;

  constructor(message: string, sample = "") {
    super(message);
    this.sample = sample;
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Gets each value of a body, in order. True where it was the last one. */
export type TakeValue = (value: JsonObject) => boolean;

/** Reads a body of many values as it comes. Its functions throw a WireFault, and what `take` throws. */
export class BodyReader {
  readonly #isEvents: boolean;
  readonly #take: TakeValue;
  readonly #decoder = new StringDecoder("utf8");
  /** The beginning of a line whose end has not come. It is searched once, however small the parts are that it comes in. */
  #rest = "";
  #isFirst = true;
  /** The data of an event whose end has not come. */
  #data = "";
  /** Characters of the lines of that data: empty ones would be free. */
  #dataCharacters = 0;
  #isOver = false;

  constructor(form: "events" | "lines", take: TakeValue) {
    this.#isEvents = form === "events";
    this.#take = take;
  }

  /** The end marker has come: what follows is not read. */
  get isOver(): boolean {
    return this.#isOver;
  }

  push(bytes: Uint8Array): void {
    this.#pushText(this.#decoder.write(bytes as Buffer));
  }

  /** The body has ended. What follows the last line feed is not whole. */
  end(): void {
    this.#pushText(this.#decoder.end());
    if (this.#isOver) return;
    if (this.#rest !== "") this.#line(this.#rest, false);
    if (this.#isEvents) this.#endEvent(false);
  }

  #pushText(given: string): void {
    const text = this.#isFirst ? this.#withoutMark(given) : given;
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      const part = text.slice(
        start,
        text.charCodeAt(end - 1) === CARRIAGE_RETURN && end > start ? end - 1 : end,
      );
      start = end + 1;
      if (this.#rest === "") this.#line(part, true);
      else {
        const whole = `${this.#rest}${part}`;
        this.#rest = "";
        // The carriage return may be the last that came before.
        this.#line(part === "" && whole.endsWith("\r") ? whole.slice(0, -1) : whole, true);
      }
      if (this.#isOver) return;
    }
    this.#rest += start === 0 ? text : text.slice(start);
    if (this.#rest.length > eventBytesMax) throw tooLong();
  }

  /** A mark of byte order at the beginning says nothing. */
  #withoutMark(text: string): string {
    if (text === "") return text;
    this.#isFirst = false;
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }

  #line(line: string, isWhole: boolean): void {
    if (this.#isEvents) this.#eventLine(line, isWhole);
    else if (line.trim() !== "") this.#value(line, isWhole);
  }

  /** Server-sent events, as the HTML standard writes them: fields in lines, and a blank line after each event. */
  #eventLine(line: string, isWhole: boolean): void {
    if (line === "") this.#endEvent(true);
    else if (line.startsWith("data:")) this.#dataLine(line, isWhole);
    else this.#otherLine(line, isWhole);
  }

  #dataLine(line: string, isWhole: boolean): void {
    const data = line.slice(line.charCodeAt(5) === SPACE ? 6 : 5);
    this.#data = this.#dataCharacters === 0 ? data : `${this.#data}\n${data}`;
    this.#dataCharacters += line.length;
    if (this.#dataCharacters > eventBytesMax) throw tooLong();
    if (!isWhole) this.#endEvent(false);
  }

  /** Lines that say nothing about the answer: what an event is stands in its data too. */
  #otherLine(line: string, isWhole: boolean): void {
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    if (fields.some((known) => (isWhole ? known === field : known.startsWith(field)))) return;
    throw new WireFault("It answered with something else than a stream of events", line);
  }

  #endEvent(isWhole: boolean): void {
    const data = this.#data;
    this.#data = "";
    this.#dataCharacters = 0;
    if (data === "") return;
    if (data.startsWith("[DONE]")) this.#isOver = true;
    else this.#value(data, isWhole);
  }

  #value(text: string, isWhole: boolean): void {
    const value = parsed(text);
    if (value !== undefined) this.#isOver = this.#take(value);
    // The beginning of an object whose end was cut off says nothing that is known for sure.
    else if (isWhole || !text.startsWith("{")) throw notJson(text);
  }
}

/**
 * The text of a whole body.
 * @throws {WireFault} it has more than `bytesMax`
 */
export async function wholeText(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes > bytesMax) throw new WireFault(`It sent more than ${bytesMax} bytes`);
  }
  // What is no UTF-8 becomes U+FFFD, and a mark of byte order at the beginning is left out.
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** The value of a JSON object. @throws {WireFault} it is none */
export function objectOf(text: string): JsonObject {
  const value = parsed(text);
  if (value === undefined) throw notJson(text);
  return value;
}

/** The empty one is a comment's. */
const fields = ["", "data", "event", "id", "retry"];

const CARRIAGE_RETURN = 13;
const SPACE = 32;
const BYTE_ORDER_MARK = 0xfeff;

/** Undefined where it is no JSON object. */
function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

function notJson(text: string): WireFault {
  return new WireFault("It answered with something else than JSON", text);
}

function tooLong(): WireFault {
  return new WireFault(`It sent an event of more than ${eventBytesMax} bytes`);
}
