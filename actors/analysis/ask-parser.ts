// Asks a parser by its registered name, and again where its program ended over what it was asked.
import { call, named, sleep } from "../../runtime/index.ts";
import { retryDelayMs } from "../runs/limits.ts";
import { type Parser, parserName } from "./parser.ts";
import {
  type BareRequest,
  type BareResponse,
  failure,
  type ParseRequest,
  type ParseResponse,
  type SketchesRequest,
  type SketchesResponse,
  type SketchRequest,
  type SketchResponse,
} from "./protocol.ts";

/** Times that one file may be given to a parser whose program ended over it, before the file is held to be the cause. */
const parseAttemptsMax = 3;

/** What cannot be parsed is an answer like any other. */
export function askParser(index: number, request: ParseRequest): Promise<ParseResponse>;
export function askParser(index: number, request: SketchRequest): Promise<SketchResponse>;
export function askParser(index: number, request: SketchesRequest): Promise<SketchesResponse>;
export function askParser(index: number, request: BareRequest): Promise<BareResponse>;
export async function askParser(
  index: number,
  request: ParseRequest | SketchRequest | SketchesRequest | BareRequest,
): Promise<ParseResponse | SketchResponse | SketchesResponse | BareResponse> {
  const parser = named<Parser>(parserName(index));
  let ended = "";
  for (let attempt = 1; attempt <= parseAttemptsMax; attempt += 1) {
    // The port has a deadline of its own for every request, so this ends.
    const answer = await call(parser, "request", request, { timeoutMs: Number.POSITIVE_INFINITY });
    if (answer.ok) return answer.value as ParseResponse | SketchResponse | SketchesResponse | BareResponse;
    const advice = answer.error === "timed_out" ? "; analysis.parser_timeout_ms sets the time" : "";
    ended = `${answer.message}${advice}`;
    if (answer.error !== "program_ended") break;
    await sleep(retryDelayMs(attempt));
  }
  return failure(request.id, `The parser gave up on it: ${ended}.`);
}
