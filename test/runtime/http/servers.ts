// A web server and a proxy of the tests' own, on free ports of this machine. They tell what happened by lists and promises.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../nats/fixtures/${name}.pem`, import.meta.url), "utf8");

/** Vouches for both certificates below. */
export const authority: readonly string[] = [fixture("ca")];

/** `server` is for 127.0.0.1, `elsewhere` for localhost and elsewhere.example. */
export type Certificate = "server" | "elsewhere";

export interface WebServer {
  /** Such as http://127.0.0.1:40123. */
  readonly origin: string;
  readonly port: number;
  /** Every request so far: its method, path, headers and body. */
  readonly requests: readonly Seen[];
  /** Connections that were opened so far. */
  readonly connections: () => number;
  /** Resolves when a client has closed the connection of a request that had no whole answer. */
  readonly givenUp: Promise<void>;
  /** Resolves when a request is here. */
  readonly asked: Promise<void>;
}

export interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers each request, once its body is here, with what `answer` does. Ends with the test. */
export async function webServer(answer: RequestListener, certificate?: Certificate): Promise<WebServer> {
  const requests: Seen[] = [];
  let connections = 0;
  const asked = signal();
  const givenUp = signal();
  const listener: RequestListener = async (request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) givenUp.tell();
    });
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method, url: path, headers } = request;
    requests.push({ method, path, headers, body: Buffer.concat(parts).toString() });
    asked.tell();
    answer(request, response);
  };
  const server = serverOf(certificate, listener);
  server.on("connection", () => {
    connections += 1;
  });
  const port = await listening(server);
  const origin = `${certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  return { origin, port, requests, connections: () => connections, givenUp: givenUp.told, asked: asked.told };
}

export interface WebProxy {
  readonly origin: string;
  readonly port: number;
  /** The hosts and ports that connections were asked for. */
  readonly tunnels: readonly string[];
  /** The addresses that it was asked to pass requests on to, with the credentials that came along. */
  readonly relayed: readonly string[];
  /** Resolves when a tunnel was asked for, and when whoever asked for one has closed its connection. */
  readonly asked: Promise<void>;
  readonly left: Promise<void>;
}

export interface ProxyRules {
  /** NAME:PASSWORD without which it answers with 407. */
  readonly credentials?: string;
  /** A status with which it refuses everything. */
  readonly refuses?: number;
  /** It takes requests and answers nothing. */
  readonly isSilent?: true;
}

/** A proxy that takes every host for `target`, a port of this machine. With a certificate it is reached by https. */
export async function webProxy(
  target: number,
  rules: ProxyRules = {},
  certificate?: Certificate,
): Promise<WebProxy> {
  const tunnels: string[] = [];
  const relayed: string[] = [];
  const asked = signal();
  const left = signal();
  const refusal = (request: IncomingMessage): number | undefined => {
    const wanted =
      rules.credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(rules.credentials).toString("base64")}`;
    return request.headers["proxy-authorization"] === wanted ? rules.refuses : 407;
  };
  const server = serverOf(certificate, (request, response) => {
    relayed.push(`${request.url}`);
    const status = refusal(request);
    response
      .writeHead(status ?? 200, { "content-type": "text/plain" })
      .end(status === undefined ? "relayed" : "no");
  });
  server.on("connect", (request: IncomingMessage, client: Socket) => {
    client.on("error", () => undefined);
    client.on("close", left.tell);
    // Whoever does not read is not told that the other side has closed, and a server's sockets do not close by themselves then.
    client.on("end", () => client.end()).resume();
    tunnels.push(`${request.url}`);
    asked.tell();
    if (rules.isSilent) return;
    const status = refusal(request);
    if (status !== undefined) return void client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const host = connect(target, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      host.pipe(client).pipe(host);
    });
    host.on("error", () => client.destroy());
    client.on("close", () => host.destroy());
  });
  const port = await listening(server);
  const origin = `${certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  return { origin, port, tunnels, relayed, asked: asked.told, left: left.told };
}

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function serverOf(certificate: Certificate | undefined, listener: RequestListener): Server {
  if (certificate === undefined) return createServer(listener);
  return createTlsServer({ cert: fixture(certificate), key: fixture(`${certificate}-key`) }, listener);
}

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    // Tunnels too, which the server itself no longer knows; and those that come in its last moment.
    server.on("connection", (socket: Socket) => socket.destroy());
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

function signal(): { readonly told: Promise<void>; readonly tell: () => void } {
  let tell = (): void => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return { told, tell };
}
