// The HTTP client for a program that may never ask anybody: its code is loaded with the first request.
import type { HttpClient, HttpOptions } from "./client.ts";

/** As `httpClient`, but what it throws the first `fetch` rejects with. */
export function lazyHttpClient(options: HttpOptions = {}): HttpClient {
  let loaded: Promise<HttpClient> | undefined;
  return {
    fetch: async (...request) => {
      loaded ??= import("./client.ts").then(({ httpClient }) => httpClient(options));
      return (await loaded).fetch(...request);
    },
    close: async () => (await loaded)?.close(),
  };
}
