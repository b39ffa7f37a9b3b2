// An HTTP server for programs of this machine: it listens, and hands each request to whoever answers.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { World } from "../world.ts";
import { type HttpExchange, NodeExchange } from "./exchange.ts";
import { ListenDenied, PortTaken } from "./failures.ts";
import { httpServerLimits } from "./limits.ts";

export interface HttpServerOptions {
  readonly world: Pick<World, "timers">;
  /** An address of this machine itself, such as 127.0.0.1. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface HttpServer {
  readonly host: string;
  /** The one that it listens at. */
  readonly port: number;
  /** Who answers from now on, outside of any process; undefined for nobody: each is answered with 503 then. */
  answerWith(receive: ((exchange: HttpExchange) => void) | undefined): void;
  /** Takes no more connections, waits for answers that have begun, at most `graceMs`, and closes what is left. */
  close(graceMs: number): Promise<void>;
}

/** @throws {PortTaken}; {ListenDenied} */
export async function httpServer({ world, host, port }: HttpServerOptions): Promise<HttpServer> {
  let receive: ((exchange: HttpExchange) => void) | undefined;
  let isClosing = false;
  const server = createServer({
    maxHeaderSize: httpServerLimits.headersBytesMax,
    headersTimeout: httpServerLimits.headersMsMax,
    requestTimeout: httpServerLimits.requestMsMax,
    keepAliveTimeout: httpServerLimits.idleConnectionMsMax,
    // It is for whoever answers to say that a host is missing.
    requireHostHeader: false,
  });
  server.maxConnections = httpServerLimits.connectionsMax;
  server.on("request", (request, response) => {
    // A connection that is kept for more requests would keep the server from its end.
    response.once("close", () => {
      if (isClosing) server.closeIdleConnections();
    });
    const exchange = new NodeExchange(request, response);
    if (receive === undefined) exchange.answer(503, { "retry-after": "1" }, "");
    else receive(exchange);
  });
  await listening(server, host, port);
  return {
    host,
    port: (server.address() as AddressInfo).port,
    answerWith: (next) => {
      receive = next;
    },
    close: (graceMs) => {
      isClosing = true;
      return closed(world, server, graceMs);
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      const { code = "unknown" } = error;
      reject(code === "EADDRINUSE" ? new PortTaken(host, port) : new ListenDenied(host, port, code));
    };
    server.once("error", refused);
    server.listen({ host, port }, () => {
      server.off("error", refused);
      // Nothing that befalls it later ends the program.
      server.on("error", () => {});
      resolve();
    });
  });
}

async function closed({ timers }: Pick<World, "timers">, server: Server, graceMs: number): Promise<void> {
  const timer = timers.set(graceMs, () => server.closeAllConnections());
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  timers.clear(timer);
}
