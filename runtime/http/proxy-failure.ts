// What a proxy did to a request before anybody else heard of it.
import { AiexError } from "../errors.ts";

/**
 * - `proxy_unreachable`: no connection to the proxy itself came about; `cause` says why;
 * - `proxy_auth`: it wants a name and a password, or does not take those that it got (407);
 * - `proxy_refused`: it does not let the request through.
 */
export type ProxyFailureCode = "proxy_unreachable" | "proxy_auth" | "proxy_refused";

/** The cause of a `fetch` that failed at the proxy. `proxy` is its address, without a password. */
export class ProxyFailure extends AiexError {
  override readonly code: ProxyFailureCode;
  readonly proxy: string;

  constructor(code: ProxyFailureCode, proxy: string, cause?: unknown, status?: number) {
    super(sentences[code](proxy, status), {
      details: { proxy, ...(status === undefined ? {} : { status }) },
      // A proxy that cannot be reached may come back; what it refuses, a person has to settle.
      retryable: code === "proxy_unreachable",
      cause,
    });
    this.code = code;
    this.proxy = proxy;
  }
}

const sentences: Readonly<Record<ProxyFailureCode, (proxy: string, status?: number) => string>> = {
  proxy_unreachable: (proxy) =>
    `The proxy ${proxy} is not reached. Check network.proxy, or HTTPS_PROXY and HTTP_PROXY in the environment; hosts that need no proxy belong into network.no_proxy.`,
  proxy_auth: (proxy) =>
    `The proxy ${proxy} does not let this user through (407). Put a name and a password that it takes into its address: http://NAME:PASSWORD@HOST:PORT.`,
  proxy_refused: (proxy, status) =>
    `The proxy ${proxy} does not connect to this host (${status}). Ask whoever runs it, or add the host to network.no_proxy if it can be reached without.`,
};
