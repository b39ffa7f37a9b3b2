// An HTTP server on a free port of this machine that speaks the real wire formats from a script, faults included:
// OpenAI (LM Studio too) at /v1, Anthropic at /, Ollama at /. It tells tests what happened by promises, so nobody sleeps.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ProviderKind } from "../../../actors/llm/provider-config.ts";
import { type Dialect, keepAlive, modelList, piecesOf, type Spoken } from "./wire-formats.ts";

/** What becomes of one request for a completion. Without a fault the answer is sent whole and the connection stays. */
export type Reply = (Spoken | Raw) & Faults;

/** A body as it stands. */
export interface Raw {
  readonly body: string | Uint8Array | readonly (string | Uint8Array)[];
}

export interface Faults {
  /** Default: 200. */
  readonly status?: number;
  /** Beside, or in place of, the content type of a stream. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing at all is sent, not even headers; or nothing more after that many pieces, while the connection stays open. */
  readonly stallAfter?: "request" | number;
  /** Nothing is sent before this has settled. */
  readonly after?: Promise<unknown> | undefined;
  /** With stallAfter: something that says nothing is sent again and again. */
  readonly keepAlive?: true;
  /** The connection is cut before the headers, or after that many pieces. */
  readonly cutAfter?: "request" | number;
  /** The body goes out in parts of that many bytes, wherever they fall. Default: a piece at a time. */
  readonly bytesPerWrite?: number;
  /** The body repeats its last piece for ever. */
  readonly endless?: true;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The JSON of the body; undefined where there is none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** Everything that the script says has been sent, and nothing follows. */
  readonly sent: Promise<void>;
  /** The client closed the connection before the answer was whole. Never settles otherwise. */
  readonly givenUp: Promise<void>;
}

export interface Script {
  /** For each request for a completion the next one, and the last for all that follow; or what a function says. */
  readonly replies: readonly [Reply, ...Reply[]] | ((request: RecordedRequest) => Reply);
  /** What the list of models holds, or how the request for it goes wrong. Default: one model. */
  readonly models?: readonly string[] | Reply;
  /** What Ollama shows of a model of that name. Default: that there is none. */
  readonly shows?: (model: string) => Reply;
  /** What becomes of requests for embeddings. */
  readonly embeddings?: Reply;
}

export interface ScriptedServer {
  /** Such as http://127.0.0.1:40123. */
  readonly origin: string;
  /** Every request so far, in order, those for the list of models included. */
  readonly requests: readonly RecordedRequest[];
  /** Connections that were made so far. */
  readonly connections: () => number;
  /** The base URL to configure for a provider of that kind. */
  baseUrl(kind: ProviderKind): string;
  /** The request of that number (from 0), as soon as it is here. */
  request(index: number): Promise<RecordedRequest>;
  /** Cuts every connection and closes the port. */
  stop(): Promise<void>;
}

export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = [];
  const waiting = new Map<number, (request: RecordedRequest) => void>();
  let completions = 0;
  const replyTo = (request: RecordedRequest): Reply => {
    const { path, body } = request;
    if (request.method === "GET") return listReply(script, dialectOf(path));
    if (path === "/api/show") return script.shows?.(`${body?.model}`) ?? { status: 404, body: "" };
    if (/embed/.test(path)) return script.embeddings ?? { status: 404, body: "" };
    if (typeof script.replies === "function") return script.replies(request);
    const reply = script.replies[Math.min(completions, script.replies.length - 1)];
    completions += 1;
    return reply ?? script.replies[0];
  };
  const server = createServer((incoming, response) => {
    void record(incoming, response).then(({ request, done }) => {
      requests.push(request);
      waiting.get(requests.length - 1)?.(request);
      // Whatever stops the server from sending is told by `givenUp`.
      send(response, request, replyTo(request)).then(done, done);
    });
  });
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    requests,
    connections: () => connections,
    baseUrl: (kind) => (kind === "anthropic" || kind === "ollama" ? origin : `${origin}/v1`),
    request: (index) => {
      const here = requests[index];
      if (here !== undefined) return Promise.resolve(here);
      return new Promise((resolve) => waiting.set(index, resolve));
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function record(
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<{ request: RecordedRequest; done: () => void }> {
  let done = (): void => {};
  const sent = new Promise<void>((resolve) => {
    done = resolve;
  });
  const givenUp = new Promise<void>((resolve) => {
    response.on("close", () => {
      if (!response.writableFinished) resolve();
    });
  });
  const bytes: Buffer[] = [];
  for await (const chunk of incoming) bytes.push(chunk as Buffer);
  const text = Buffer.concat(bytes).toString("utf8");
  const request: RecordedRequest = {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers,
    body: text === "" ? undefined : JSON.parse(text),
    sent,
    givenUp,
  };
  return { request, done };
}

async function send(response: ServerResponse, request: RecordedRequest, reply: Reply): Promise<void> {
  const dialect = dialectOf(request.path);
  const { stallAfter, cutAfter } = reply;
  const socket = response.socket as Socket;
  socket.setNoDelay(true);
  await reply.after;
  if (cutAfter === "request") return void socket.destroy();
  if (stallAfter === "request") return;
  const type = dialect === "ollama" ? "application/x-ndjson" : "text/event-stream";
  response.writeHead(reply.status ?? 200, { "content-type": type, ...reply.headers });
  response.flushHeaders();
  const pieces = piecesOfReply(dialect, reply, request);
  const end = stallAfter ?? cutAfter ?? pieces.length;
  for (const part of partsOf(pieces.slice(0, end), reply.bytesPerWrite)) await write(response, part);
  if (cutAfter !== undefined) socket.destroy();
  else if (reply.endless) await repeat(response, pieces.at(-1) ?? "");
  else if (stallAfter === undefined) response.end();
  else if (reply.keepAlive) await repeat(response, keepAlive[dialect], 1);
}

function piecesOfReply(
  dialect: Dialect,
  reply: Reply,
  { body }: RecordedRequest,
): readonly (string | Uint8Array)[] {
  if ("say" in reply) return piecesOf(dialect, reply, `${body?.model}`);
  return typeof reply.body === "string" || reply.body instanceof Uint8Array ? [reply.body] : reply.body;
}

function partsOf(pieces: readonly (string | Uint8Array)[], size: number | undefined): readonly Uint8Array[] {
  const buffers = pieces.map((piece) => Buffer.from(piece));
  if (size === undefined) return buffers;
  const whole = Buffer.concat(buffers);
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
    whole.subarray(at * size, (at + 1) * size),
  );
}

/** Resolves when the part has left; a turn of the event loop lies between two parts, so that they arrive apart. */
function write(response: ServerResponse, part: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(part, (error) => (error ? reject(error) : setImmediate(resolve)));
  });
}

/** Goes on until the client has closed the connection, which fails the write. */
async function repeat(response: ServerResponse, piece: string | Uint8Array, everyMs = 0): Promise<never> {
  for (;;) {
    await write(response, piece);
    if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

function listReply({ models = ["model-of-the-server"] }: Script, dialect: Dialect): Reply {
  if (!isList(models)) return models;
  return { body: modelList(dialect, models), headers: { "content-type": "application/json" } };
}

function isList(models: readonly string[] | Reply): models is readonly string[] {
  return Array.isArray(models);
}

function dialectOf(path: string): Dialect {
  if (path.startsWith("/api/")) return "ollama";
  return path.startsWith("/v1/messages") ? "anthropic" : "openai";
}
