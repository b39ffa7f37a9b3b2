// A server of models that answers at once: the interfaces of OpenAI, Anthropic and Ollama on one port of this machine. It tells
// whoever asks for /closed when the last client went away that had not been answered to the end.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { monotonicMs, ready } from "../nodes/works.ts";
import { type Dialect, dialectOf, dialects, streamed, wantedIn, whole } from "./dialects.ts";

/** Pieces that are written at once: a network gives a long stream in parts of some ten kilobytes. */
const piecesPerWrite = 200;

interface Prepared {
  readonly whole: Buffer;
  readonly short: Buffer;
  readonly head: Buffer;
  readonly piece: string;
  readonly block: Buffer;
  readonly end: Buffer;
}

const prepared = new Map<Dialect, Prepared>(dialects.map((dialect) => [dialect, prepare(dialect)]));

/** When clients went away, and who waits for the next one. */
const closedMs: number[] = [];
let tellClosed = (): void => {};

const server = createServer((request, response) => {
  respond(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => ready({ port: (server.address() as AddressInfo).port }));

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = "" } = request;
  if (url === "/closed") {
    if (closedMs.length === 0)
      await new Promise<void>((resolve) => {
        tellClosed = resolve;
      });
    response.end(JSON.stringify(closedMs.shift()));
    return;
  }
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (text: string) => {
    body += text;
  });
  await once(request, "end");
  const parts = prepared.get(dialectOf(url));
  if (parts === undefined) throw new Error(`Nobody speaks ${url}.`);
  const { pieces, isStream, isEndless } = wantedIn(body);
  if (!isStream) {
    response.writeHead(200, { "content-type": "application/json", "content-length": parts.whole.length });
    response.end(parts.whole);
    return;
  }
  const type = dialectOf(url) === "ollama" ? "application/x-ndjson" : "text/event-stream";
  response.writeHead(200, { "content-type": type });
  if (isEndless) {
    response.once("close", () => {
      closedMs.push(monotonicMs());
      tellClosed();
    });
    response.write(Buffer.concat([parts.head, Buffer.from(parts.piece)]));
  } else if (pieces <= piecesPerWrite) {
    // In chunks, as of a stream whose length nobody knows.
    response.write(parts.short);
    response.end();
  } else await sendLong(response, parts, pieces);
}

async function sendLong(response: ServerResponse, parts: Prepared, pieces: number): Promise<void> {
  response.write(parts.head);
  for (let left = pieces; left > 0; left -= piecesPerWrite) {
    const block = left >= piecesPerWrite ? parts.block : Buffer.from(parts.piece.repeat(left));
    if (!response.write(block)) await once(response, "drain");
  }
  response.end(parts.end);
}

function prepare(dialect: Dialect): Prepared {
  const { head, piece, end } = streamed(dialect);
  return {
    whole: Buffer.from(whole(dialect)),
    short: Buffer.from(`${head}${piece.repeat(12)}${end}`),
    head: Buffer.from(head),
    piece,
    block: Buffer.from(piece.repeat(piecesPerWrite)),
    end: Buffer.from(end),
  };
}
