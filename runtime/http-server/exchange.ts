// One request that came to an HTTP server, with the way back: the answer at once, or piece by piece.
import type { IncomingMessage, ServerResponse } from "node:http";
import { httpServerLimits } from "./limits.ts";

/** `too_large`: there is more than was allowed, of which nothing is kept. `gone`: whoever sent it has left in its middle. */
export type ReadBody =
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  | { readonly kind: "too_large" }
  | { readonly kind: "gone" };

export interface HttpExchange {
  readonly method: string;
  /** As it came, without what follows a question mark. */
  readonly path: string;
  /** By names in small letters; undefined where there is none, or it was given twice and may be so once only. */
  header(name: string): string | undefined;
  /** Fires when whoever asked has gone before the answer was whole. */
  readonly gone: AbortSignal;
  /** True from the first byte of the answer on. */
  readonly isBegun: boolean;
  /** True when the answer is whole, or nobody is there for it. */
  readonly isOver: boolean;
  /** Reads all of it, once. Never rejects. */
  readBody(bytesMax: number): Promise<ReadBody>;
  /** The whole answer. */
  answer(status: number, headers: Readonly<Record<string, string>>, body: string): void;
  /** Begins an answer that comes in pieces. */
  begin(status: number, headers: Readonly<Record<string, string>>): void;
  /** One more piece. False where the reader is behind: `whenRead` tells when it is not any more. */
  write(piece: string): boolean;
  /** Resolves when the reader has caught up, or is gone. */
  whenRead(): Promise<void>;
  /** The answer is whole. */
  end(): void;
  /** Closes the connection, whatever is still on its way. */
  cut(): void;
}

export class NodeExchange implements HttpExchange {
  readonly method: string;
  readonly path: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();
  #isClosed = false;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? "";
    const url = request.url ?? "";
    const query = url.indexOf("?");
    this.path = query === -1 ? url : url.slice(0, query);
    response.once("close", () => {
      this.#isClosed = true;
      if (!response.writableFinished) this.#gone.abort();
    });
    // What cannot be written any more is told by the end of the connection.
    response.on("error", () => {});
    request.on("error", () => {});
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get isBegun(): boolean {
    return this.#response.headersSent;
  }

  get isOver(): boolean {
    return this.#isClosed || this.#response.writableEnded;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return typeof value === "string" ? value : undefined;
  }

  readBody(bytesMax: number): Promise<ReadBody> {
    const request = this.#request;
    if (Number(request.headers["content-length"] ?? 0) > bytesMax) {
      return Promise.resolve({ kind: "too_large" });
    }
    return new Promise((resolve) => {
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      const take = (piece: Uint8Array): void => {
        bytes += piece.length;
        if (bytes <= bytesMax) {
          pieces.push(piece);
          return;
        }
        request.off("data", take);
        // Read on to its end, and let go of: who still writes does not see the answer.
        request.resume();
        resolve({ kind: "too_large" });
      };
      request.on("data", take);
      request.once("end", () => resolve({ kind: "whole", bytes: joined(pieces) }));
      request.once("close", () => resolve({ kind: "gone" }));
    });
  }

  answer(status: number, headers: Readonly<Record<string, string>>, body: string): void {
    if (this.isOver || this.isBegun) return;
    this.#response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
    this.#response.end(body);
  }

  begin(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.isOver || this.isBegun) return;
    this.#response.writeHead(status, headers);
    this.#response.flushHeaders();
  }

  write(piece: string): boolean {
    if (this.isOver) return true;
    this.#response.write(piece);
    return this.#response.writableLength < httpServerLimits.unreadBytesMax;
  }

  whenRead(): Promise<void> {
    const response = this.#response;
    if (this.isOver || response.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        response.off("drain", over);
        response.off("close", over);
        resolve();
      };
      response.on("drain", over);
      response.on("close", over);
    });
  }

  end(): void {
    if (!this.isOver) this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
