// The connections that are kept: to hosts, to proxies that pass requests on, and through proxies.
import { Socket } from "node:net";
import { createSecureContext, rootCertificates } from "node:tls";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { addressAttemptMs, connectTimeoutMsDefault, idleConnectionMs } from "./limits.ts";
import type { WebProxy } from "./proxy-choice.ts";
import { ProxyFailure } from "./proxy-failure.ts";
import { requested } from "./receiver.ts";
import type { Asked } from "./request.ts";
import type { Answer } from "./response.ts";
import { throughProxy, toProxy } from "./tunnel.ts";

export interface ConnectionOptions {
  /** Certificates that vouch for servers, beside those that Node.js trusts: each in PEM. */
  readonly ca?: readonly string[] | undefined;
  /** False where any certificate will do, so that whoever is on the way can read and change everything. Default: true. */
  readonly verifyTls?: boolean;
  /** Milliseconds until there is a connection; a proxy has as many again for its part. Default: 10,000. */
  readonly connectTimeoutMs?: number;
}

export class Connections {
  readonly #connect: buildConnector.connector;
  readonly #timeoutMs: number;
  /** Also those that are only coming about, of which the agents do not know yet. */
  readonly #sockets = new Set<Socket>();
  readonly #straight: Agent;
  /** By proxy, for https and for http: the first passes on bytes that it cannot read, the second whole requests. */
  readonly #tunnels = new Map<WebProxy, Agent>();
  readonly #relays = new Map<WebProxy, Agent>();

  constructor({ ca, verifyTls = true, connectTimeoutMs = connectTimeoutMsDefault }: ConnectionOptions) {
    this.#timeoutMs = connectTimeoutMs;
    const connect = buildConnector({
      timeout: connectTimeoutMs,
      rejectUnauthorized: verifyTls,
      autoSelectFamilyAttemptTimeout: addressAttemptMs,
      // Made once: reading the hundred and more certificates that Node.js trusts takes longer than a handshake.
      ...(ca === undefined
        ? {}
        : { secureContext: createSecureContext({ ca: [...rootCertificates, ...ca] }) }),
    });
    this.#connect = (target, callback) => {
      const opened: unknown = connect(target, callback);
      if (opened instanceof Socket) this.#keep(opened);
    };
    this.#straight = agentOf(this.#connect);
  }

  /** @throws {TypeError} no answer came, for the reason that is its `cause`; what the request's signal was aborted with */
  async ask(url: URL, asked: Asked, proxy: WebProxy | undefined): Promise<Answer> {
    const { method, body, signal } = asked;
    signal?.throwIfAborted();
    try {
      if (proxy !== undefined && url.protocol === "http:") return await this.#relay(url, asked, proxy);
      const agent = proxy === undefined ? this.#straight : this.#tunnel(proxy);
      const { origin, path } = target(url);
      const options = { origin, path, method: method as Dispatcher.HttpMethod, body, headers: asked.headers };
      return await requested(agent, options, signal);
    } catch (thrown) {
      throw signal?.aborted === true ? signal.reason : new TypeError("fetch failed", { cause: thrown });
    }
  }

  async close(): Promise<void> {
    const agents = [this.#straight, ...this.#tunnels.values(), ...this.#relays.values()];
    const ended = agents.map((agent) => agent.destroy());
    for (const socket of this.#sockets) socket.destroy(new Error("The HTTP client was closed."));
    await Promise.all(ended);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  async #relay(url: URL, { method, body, headers, signal }: Asked, proxy: WebProxy): Promise<Answer> {
    const agent = kept(this.#relays, proxy, () => agentOf(toProxy(this.#connect, proxy)));
    const { origin, path } = target(url);
    const options = {
      ...{ origin: proxy.origin, path: `${origin}${path}`, method: method as Dispatcher.HttpMethod, body },
      headers: { ...headers, host: url.host, ...authorizationOf(proxy) },
    };
    const answer = await requested(agent, options, signal);
    if (answer.statusCode !== 407) return answer;
    answer.body.destroy();
    throw new ProxyFailure("proxy_auth", proxy.origin);
  }

  #tunnel(proxy: WebProxy): Agent {
    return kept(this.#tunnels, proxy, () => agentOf(throughProxy(this.#connect, proxy, this.#timeoutMs)));
  }
}

/** No time limits of its own: whoever asks watches over the answer, whose length in time nobody knows. */
function agentOf(connect: buildConnector.connector): Agent {
  return new Agent({ connect, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: idleConnectionMs });
}

function kept(agents: Map<WebProxy, Agent>, proxy: WebProxy, make: () => Agent): Agent {
  const agent = agents.get(proxy) ?? make();
  agents.set(proxy, agent);
  return agent;
}

function target({ origin, pathname, search }: URL) {
  return { origin, path: `${pathname}${search}` };
}

function authorizationOf({ authorization }: WebProxy): Record<string, string> {
  return authorization === undefined ? {} : { "proxy-authorization": authorization.reveal() };
}
