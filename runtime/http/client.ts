// `fetch` on an HTTP client of its own, which keeps its connections, goes through proxies and trusts whom it is told to trust. It
// takes and gives what the standard's does, for a fraction of its price.
import { type ConnectionOptions, Connections } from "./connections.ts";
import { discardedBytesMax, redirectsMax } from "./limits.ts";
import { type ProxyOptions, proxyChoice } from "./proxy-choice.ts";
import { redirectTarget } from "./redirect.ts";
import { type Asked, askedOf } from "./request.ts";
import { type Answer, HttpResponse } from "./response.ts";

export interface HttpOptions extends ConnectionOptions {
  readonly proxy?: ProxyOptions;
  /** True where an answer may send a request to another place of the same origin, whatever its `redirect` says. Default: false. */
  readonly followRedirects?: boolean;
}

export interface HttpClient {
  /**
   * As the standard's, but what is followed is settled by the client's options (what is not comes as it is), and `redirect` says no
   * more than "error"; there is no time limit but the one for connecting; and nothing is unpacked, as `accept-encoding` says.
   * @throws {TypeError} no answer came; its `cause` says why: a ProxyFailure, or an error of the system with its `code`.
   *   What its `signal` was aborted with
   */
  readonly fetch: typeof globalThis.fetch;
  /** Closes all connections, those in use too. It may be used again afterwards. */
  close(): Promise<void>;
}

/** @throws {TypeError} the address of a proxy is none */
export function httpClient({
  proxy = {},
  followRedirects = false,
  ...options
}: HttpOptions = {}): HttpClient {
  const proxyFor = proxyChoice(proxy);
  let connections: Connections | undefined;
  const ask: Ask = (url, asked) => {
    connections ??= new Connections(options);
    return connections.ask(url, asked, proxyFor(url));
  };
  return {
    fetch: async (resource, init) => {
      const asked = askedOf(resource, init);
      return answerTo(asked instanceof Promise ? await asked : asked, ask, followRedirects);
    },
    close: async () => {
      const open = connections;
      connections = undefined;
      await open?.close();
    },
  };
}

type Ask = (url: URL, asked: Asked) => Promise<Answer>;

async function answerTo(asked: Asked, ask: Ask, followRedirects: boolean): Promise<Response> {
  const { method, redirect } = asked;
  let { url } = asked;
  for (let hop = 0; ; hop += 1) {
    const answer = await ask(url, asked);
    const { statusCode: status, headers } = answer;
    const isRedirect = status >= 300 && status < 400 && headers.location !== undefined;
    if (isRedirect && redirect === "error") {
      answer.body.destroy();
      throw new TypeError("fetch failed", { cause: new Error(`${url.origin} sends requests elsewhere`) });
    }
    const mayFollow = isRedirect && followRedirects && hop < redirectsMax;
    const target = mayFollow
      ? redirectTarget(url, { status, location: `${headers.location}`, method })
      : undefined;
    if (target === undefined) return new HttpResponse(answer, url, hop > 0);
    await answer.body.discard(discardedBytesMax);
    url = target;
  }
}
