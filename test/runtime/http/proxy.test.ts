// The HTTP client through a real proxy, before which hosts have names that only the proxy knows.
import { describe, expect, it, onTestFinished } from "vitest";
import { type HttpClient, type HttpOptions, httpClient } from "../../../runtime/http/client.ts";
import { ProxyFailure } from "../../../runtime/http/proxy-failure.ts";
import {
  authority,
  closedPort,
  type ProxyRules,
  type WebProxy,
  type WebServer,
  webProxy,
  webServer,
} from "./servers.ts";

interface Room {
  readonly server: WebServer;
  readonly proxy: WebProxy;
  readonly client: HttpClient;
}

/** A server of elsewhere.example by https behind a proxy. `login`: name and password in the proxy's address. */
async function room(rules: ProxyRules = {}, login = "", options: HttpOptions = {}): Promise<Room> {
  const server = await webServer((_, response) => response.end("hello"), "elsewhere");
  const proxy = await webProxy(server.port, rules);
  const url = proxy.origin.replace("//", `//${login}`);
  const client = httpClient({ proxy: { https: url, http: url }, ca: authority, ...options });
  onTestFinished(() => client.close());
  return { server, proxy, client };
}

async function proxyFailure(promise: Promise<unknown>): Promise<ProxyFailure> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  const { cause } = thrown as Error;
  if (cause instanceof ProxyFailure) return cause;
  throw new Error("It did not fail at the proxy.", { cause: thrown });
}

describe("A request through a proxy", () => {
  it("by https goes through a tunnel, in which the proxy sees the host alone", async () => {
    const { server, proxy, client } = await room();
    const headers = { authorization: "Bearer key" };
    const response = await client.fetch("https://elsewhere.example/v1?q=1", {
      method: "POST",
      body: "code",
      headers,
    });
    expect(await response.text()).toBe("hello");
    expect(proxy.tunnels).toEqual(["elsewhere.example:443"]);
    expect(proxy.relayed).toEqual([]);
    expect(server.requests[0]).toMatchObject({ path: "/v1?q=1", body: "code", headers });
    expect(server.requests[0]?.headers).not.toHaveProperty("proxy-authorization");
  });

  it("keeps the tunnel for the next one", async () => {
    const { proxy, client } = await room();
    for (let round = 0; round < 5; round += 1)
      await (await client.fetch("https://elsewhere.example/")).text();
    expect(proxy.tunnels.length).toBeLessThanOrEqual(2);
  });

  it("still wants a certificate of the host itself", async () => {
    const { server, client } = await room();
    const thrown = await client.fetch("https://other.example/").catch((error: unknown) => error);
    expect((thrown as Error).cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(server.requests).toEqual([]);
  });

  it("by http is passed on by the proxy", async () => {
    const { proxy, client } = await room({ credentials: "ann:secret" }, "ann:secret@");
    const response = await client.fetch("http://models.example:8000/v1?q=1");
    expect(await response.text()).toBe("relayed");
    expect(proxy.relayed).toEqual(["http://models.example:8000/v1?q=1"]);
    expect(proxy.tunnels).toEqual([]);
  });

  it("gives the proxy its name and password, and nobody else", async () => {
    const { server, client } = await room({ credentials: "ann:p@ss:word" }, "ann:p%40ss%3Aword@");
    expect((await client.fetch("https://elsewhere.example/")).status).toBe(200);
    expect(JSON.stringify(server.requests[0]?.headers)).not.toContain("proxy");
  });

  it.each(["https://elsewhere.example/", "http://models.example/"])(
    "fails where the proxy wants a password, and says so: %s",
    async (url) => {
      for (const login of ["", "ann:wrong@"]) {
        const { client, server, proxy } = await room({ credentials: "ann:secret" }, login);
        const failure = await proxyFailure(client.fetch(url));
        expect(failure).toMatchObject({ code: "proxy_auth", retryable: false, proxy: proxy.origin });
        expect(failure.message).toContain("does not let this user through (407)");
        expect(failure.message).not.toContain("wrong");
        expect(server.requests).toEqual([]);
      }
    },
  );

  it("fails where the proxy refuses the host", async () => {
    const { client } = await room({ refuses: 403 });
    const failure = await proxyFailure(client.fetch("https://elsewhere.example/"));
    expect(failure).toMatchObject({ code: "proxy_refused", retryable: false, details: { status: 403 } });
    expect(failure.message).toContain("(403)");
  });

  it.each(["https://elsewhere.example/", "http://models.example/"])(
    "fails where the proxy is not there, and names it: %s",
    async (url) => {
      const origin = `http://127.0.0.1:${await closedPort()}`;
      const { client } = await room({}, "", { proxy: { https: origin, http: origin } });
      const failure = await proxyFailure(client.fetch(url));
      expect(failure).toMatchObject({ code: "proxy_unreachable", retryable: true, proxy: origin });
      expect(failure.message).toContain(origin);
      expect(failure.cause).toMatchObject({ code: "ECONNREFUSED" });
    },
  );

  it("reaches the proxy itself by https where its address says so", async () => {
    const server = await webServer((_, response) => response.end("hello"), "elsewhere");
    const proxy = await webProxy(server.port, { credentials: "ann:secret" }, "server");
    const url = proxy.origin.replace("//", "//ann:secret@");
    const client = httpClient({ proxy: { https: url, http: url }, ca: authority });
    onTestFinished(() => client.close());
    expect(await (await client.fetch("https://elsewhere.example/")).text()).toBe("hello");
    expect(await (await client.fetch("http://models.example/")).text()).toBe("relayed");
    const doubtful = httpClient({ proxy: { https: url } });
    onTestFinished(() => doubtful.close());
    expect(await proxyFailure(doubtful.fetch("https://elsewhere.example/"))).toMatchObject({
      code: "proxy_unreachable",
      cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    });
  });

  it("fails where the proxy does not answer", async () => {
    const { client } = await room({ isSilent: true }, "", { connectTimeoutMs: 100 });
    const failure = await proxyFailure(client.fetch("https://elsewhere.example/"));
    expect(failure).toMatchObject({
      code: "proxy_unreachable",
      cause: { message: "It did not answer within 100 ms" },
    });
  });

  it("fails where the proxy is none", async () => {
    const server = await webServer((_, response) => response.end("I am a web server"));
    const { client } = await room({}, "", { proxy: { https: server.origin } });
    expect(await proxyFailure(client.fetch("https://elsewhere.example/"))).toMatchObject({
      code: "proxy_unreachable",
    });
  });

  it("can be given up while the proxy thinks, which leaves no connection behind when the client closes", async () => {
    const { client, proxy } = await room({ isSilent: true }, "", { connectTimeoutMs: 3_600_000 });
    const giveUp = new AbortController();
    const reason = new Error("no longer wanted");
    const answer = client
      .fetch("https://elsewhere.example/", { signal: giveUp.signal })
      .catch((error: unknown) => error);
    await proxy.asked;
    giveUp.abort(reason);
    expect(await answer).toBe(reason);
    await client.close();
    await proxy.left;
  });

  it("is none where the host is excepted, or is this machine", async () => {
    const server = await webServer((_, response) => response.end("hello"));
    const { client, proxy } = await room();
    expect(await (await client.fetch(server.origin)).text()).toBe("hello");
    expect(proxy.relayed).toEqual([]);
  });
});
