// How a connection comes about: straight to the host, to a proxy, or through a proxy by CONNECT.
import { request } from "node:http";
import type { Socket } from "node:net";
import type { buildConnector } from "undici";
import type { WebProxy } from "./proxy-choice.ts";
import { ProxyFailure } from "./proxy-failure.ts";

type Connector = buildConnector.connector;

/** Connects to a proxy, whoever the request is for. What goes wrong is the proxy's fault, and says so. */
export function toProxy(connect: Connector, { origin, url }: WebProxy): Connector {
  const { protocol, host, port } = url;
  // As a socket wants an IPv6 address: without brackets.
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return (_, callback) =>
    connect({ protocol, host, hostname, port }, (error, socket) =>
      error === null
        ? callback(null, socket)
        : callback(new ProxyFailure("proxy_unreachable", origin, error), null),
    );
}

/** Connects by TLS through a proxy, which sees the host's name and no more. `timeoutMs`: for its answer. */
export function throughProxy(connect: Connector, proxy: WebProxy, timeoutMs: number): Connector {
  const reach = toProxy(connect, proxy);
  return (target, callback) =>
    reach(target, (error, socket) => {
      if (error !== null) return callback(error, null);
      askForTunnel(proxy, socket, target, timeoutMs, (refusal) => {
        if (refusal === null) return connect({ ...target, httpSocket: socket }, callback);
        socket.destroy();
        callback(refusal, null);
      });
    });
}

/** Calls back once. */
function askForTunnel(
  { origin, authorization }: WebProxy,
  socket: Socket,
  { hostname, port, protocol }: Parameters<Connector>[0],
  timeoutMs: number,
  callback: (refusal: ProxyFailure | null) => void,
): void {
  const host = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  const headers = {
    host,
    ...(authorization === undefined ? {} : { "proxy-authorization": authorization.reveal() }),
  };
  const asked = request({ method: "CONNECT", path: host, headers, createConnection: () => socket });
  let isOver = false;
  const end = (refusal: ProxyFailure | null): void => {
    socket.setTimeout(0);
    if (!isOver) callback(refusal);
    isOver = true;
  };
  asked
    .setTimeout(timeoutMs, () => asked.destroy(new Error(`It did not answer within ${timeoutMs} ms`)))
    .on("connect", ({ statusCode = 0 }) =>
      end(statusCode >= 200 && statusCode < 300 ? null : refusalOf(origin, statusCode)),
    )
    .on("error", (error) => end(new ProxyFailure("proxy_unreachable", origin, error)))
    .end();
}

function refusalOf(origin: string, status: number): ProxyFailure {
  return new ProxyFailure(status === 407 ? "proxy_auth" : "proxy_refused", origin, undefined, status);
}
