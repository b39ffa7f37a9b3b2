// The processes that operations ask, by their registered names.
import { call, named, type ProtocolOf, sleep, tryCall } from "../../runtime/index.ts";
import type { AnswerCache } from "../analysis/answer-cache.ts";
import { type Parser, parserName } from "../analysis/parser.ts";
import type { ParseRequest, ParseResponse } from "../analysis/protocol.ts";
import type { ContextManager } from "../context/manager.ts";
import { retryDelayMs } from "../pipeline/run-steps.ts";
import type {
  Listing,
  ReaderFailure,
  ReadRequest,
  ReadSource,
  workspaceReader,
} from "../workspace/reader.ts";

type WorkspaceReader = ProtocolOf<ReturnType<typeof workspaceReader>>;

const reader = named<WorkspaceReader>("workspace.reader");
const context = named<ContextManager>("context.manager");

/** A walk of a large tree and a slow disk take their time; the reader bounds both. */
const readTimeoutMs = 600_000;

/** Times that one file may be given to a parser whose program ended over it, before the file is held to be the cause. */
const parseAttemptsMax = 3;

/** @throws what `call` throws when the reader ends meanwhile: the step is then tried again */
export function listWorkspace(path: string): Promise<Listing | ReaderFailure> {
  return call(reader, "list", { path }, { timeoutMs: readTimeoutMs });
}

export function readWorkspace(request: ReadRequest): Promise<ReadSource | ReaderFailure> {
  return call(reader, "read", request, { timeoutMs: readTimeoutMs });
}

/** What an earlier attempt of this run kept. A manager that is away is as good as one that knows nothing. */
export async function recall(run: string, key: string): Promise<unknown> {
  const answer = await tryCall(context, "get", { session: run, key });
  return answer.ok ? answer.value : undefined;
}

export async function remember(run: string, key: string, value: object): Promise<void> {
  await tryCall(context, "put", { session: run, key, value, bytes: JSON.stringify(value).length });
}

/** What the parsers say of a text, from the cache where they have said it before. */
export async function parse(
  index: number,
  request: ParseRequest,
  cache: AnswerCache,
): Promise<ParseResponse> {
  const kept = await cache.get(request);
  if (kept !== undefined) return kept;
  const answer = await askParser(index, request);
  if (answer.ok) await cache.put(request, answer);
  return answer;
}

/** What cannot be parsed is an answer like any other. */
async function askParser(index: number, request: ParseRequest): Promise<ParseResponse> {
  const parser = named<Parser>(parserName(index));
  let ended = "";
  for (let attempt = 1; attempt <= parseAttemptsMax; attempt += 1) {
    // The port has a deadline of its own for every request, so this ends.
    const answer = await call(parser, "request", request, { timeoutMs: Number.POSITIVE_INFINITY });
    if (answer.ok) return answer.value as ParseResponse;
    const advice = answer.error === "timed_out" ? "; analysis.parser_timeout_ms sets the time" : "";
    ended = `${answer.message}${advice}`;
    if (answer.error !== "program_ended") break;
    await sleep(retryDelayMs(attempt));
  }
  return { id: request.id, ok: false, reason: `The parser gave up on it: ${ended}.` };
}
