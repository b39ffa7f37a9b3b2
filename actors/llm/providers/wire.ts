// The bodies of answers, made safe before an SDK reads them: split into events here, with a cap on each, so that an SDK gets
// whole events of valid JSON only. On anything else the SDKs print the other side's text, or gather it without a limit.
import { eventBytesMax } from "../limits.ts";

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

/** Takes a look at each value before the SDK gets it; what it throws ends the body. */
export type Inspect = (value: JsonObject) => void;

/**
 * The body as the SDK is to get it.
 * @throws {WireFault}; and what `inspect` throws
 */
export function cleaned(
  body: AsyncIterable<Uint8Array>,
  form: "events" | "lines",
  inspect: Inspect,
): AsyncGenerator<string, void, void> {
  return form === "events" ? events(body, inspect) : lines(body, inspect);
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
  return decoded(parts);
}

/** The value of a JSON object. @throws {WireFault} it is none */
export function objectOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below, as for JSON that is no object.
  }
  throw new WireFault("It answered with something else than JSON", text);
}

/** Server-sent events, as the HTML standard writes them: fields in lines, and a blank line after each event. */
async function* events(
  body: AsyncIterable<Uint8Array>,
  inspect: Inspect,
): AsyncGenerator<string, void, void> {
  let event: PendingEvent = { name: "", data: [], characters: 0 };
  for await (const { text, isWhole } of linesOf(body)) {
    event = withLine(event, text, isWhole);
    if (text !== "" && isWhole) continue;
    const data = event.data.join("\n");
    if (data === "[DONE]") return yield "data: [DONE]\n\n";
    const value = data === "" ? undefined : objectIn(data, isWhole);
    if (value !== undefined) {
      inspect(value);
      // The value's own type goes before the name of its envelope, of which nothing but a name gets through.
      const type = `${value.type ?? event.name}`.replaceAll(/[^a-z_]/g, "");
      yield `${type === "" ? "" : `event: ${type}\n`}data: ${data.replaceAll(/[\r\n]/g, " ")}\n\n`;
    }
    event = { name: "", data: [], characters: 0 };
  }
}

interface PendingEvent {
  readonly name: string;
  /** Grows in place: a copy for each line would make many short lines take a time that grows with their square. */
  readonly data: string[];
  readonly characters: number;
}

function withLine(event: PendingEvent, line: string, isWhole: boolean): PendingEvent {
  const colon = line.indexOf(":");
  const field = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (!fields.some((known) => (isWhole ? known === field : known.startsWith(field)))) {
    throw new WireFault("It answered with something else than a stream of events", line);
  }
  if (field === "event") return { ...event, name: value };
  if (field !== "data") return event;
  // The line counts too: empty ones would be free.
  const characters = event.characters + line.length;
  if (characters > eventBytesMax) throw tooLong();
  event.data.push(value);
  return { ...event, characters };
}

/** The empty one is a comment's. */
const fields = ["", "data", "event", "id", "retry"];

async function* lines(body: AsyncIterable<Uint8Array>, inspect: Inspect): AsyncGenerator<string, void, void> {
  for await (const { text, isWhole } of linesOf(body)) {
    const value = text.trim() === "" ? undefined : objectIn(text, isWhole);
    if (value === undefined) continue;
    inspect(value);
    yield `${text}\n`;
  }
}

/** Undefined where the text is the beginning of an object whose end was cut off. */
function objectIn(text: string, isWhole: boolean): JsonObject | undefined {
  try {
    return objectOf(text);
  } catch (thrown) {
    if (!isWhole && text.startsWith("{")) return undefined;
    throw thrown;
  }
}

/** The lines of a body. What follows the last line feed is not whole. */
async function* linesOf(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly text: string; readonly isWhole: boolean }, void, void> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      parts.push(chunk.subarray(start, end));
      yield { text: decoded(parts).replace(/\r$/, ""), isWhole: true };
      [parts, bytes, start] = [[], 0, end + 1];
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > eventBytesMax) throw tooLong();
  }
  if (bytes > 0) yield { text: decoded(parts), isWhole: false };
}

const LINE_FEED = 10;

function decoded(parts: readonly Uint8Array[]): string {
  // What is no UTF-8 becomes U+FFFD, and a mark of byte order at the beginning is left out.
  return new TextDecoder().decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
}

function tooLong(): WireFault {
  return new WireFault(`It sent an event of more than ${eventBytesMax} bytes`);
}
