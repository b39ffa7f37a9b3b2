// The HTTP client before a real server: what it sends, what it gives, and how it ends.
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { certificatesIn } from "../../../runtime/http/certificates.ts";
import { type HttpClient, type HttpOptions, httpClient } from "../../../runtime/http/client.ts";
import { lazyHttpClient } from "../../../runtime/http/lazy-client.ts";
import { ReceivedBody } from "../../../runtime/http/received-body.ts";
import { HttpResponse } from "../../../runtime/http/response.ts";
import { authority, closedPort, webServer } from "./servers.ts";

function client(options: HttpOptions = {}): HttpClient {
  const made = httpClient(options);
  onTestFinished(() => made.close());
  return made;
}

/** What it rejects with, and the cause of that. */
async function failure(
  promise: Promise<unknown>,
): Promise<Error & { readonly cause: Error & { code?: string } }> {
  try {
    await promise;
  } catch (thrown) {
    return thrown as Error & { cause: Error };
  }
  throw new Error("It did not fail.");
}

const greet = (_: unknown, response: { end: (text: string) => void }): void => response.end("hello");

/** Sends parts of 64 KiB for as long as it is let. */
class Sender {
  readonly body = new ReceivedBody({
    pause: () => {
      this.#isPaused = true;
    },
    resume: () => {
      this.#isPaused = false;
    },
    abort: () => {},
  });
  parts = 0;
  #isPaused = false;

  send(): void {
    for (; !this.#isPaused && this.parts < 100; this.parts += 1) this.body.push(Buffer.alloc(65_536));
  }
}

describe("httpClient()", () => {
  it("gives what the server answers", async () => {
    const server = await webServer((_, response) => {
      response.writeHead(201, "Made", [
        ...["content-type", "application/json", "x-one", "1"],
        ...["set-cookie", "a=1", "set-cookie", "b=2"],
      ]);
      response.end('{"a":"é"}');
    });
    const response = await client().fetch(`${server.origin}/v1/things?q=1`);
    expect(response).toMatchObject({
      status: 201,
      statusText: "Made",
      ok: true,
      redirected: false,
      type: "basic",
    });
    expect(response.url).toBe(`${server.origin}/v1/things?q=1`);
    expect(response.headers.get("X-One")).toBe("1");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toEqual({ a: "é" });
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(server.requests[0]).toMatchObject({ method: "GET", path: "/v1/things?q=1", body: "" });
  });

  it("gives a body in every way in which one can be asked for", async () => {
    const server = await webServer(greet);
    const { fetch } = client();
    const bytes = new TextEncoder().encode("hello");
    expect(await (await fetch(server.origin)).text()).toBe("hello");
    expect(new Uint8Array(await (await fetch(server.origin)).arrayBuffer())).toEqual(bytes);
    expect(await (await (await fetch(server.origin)).blob()).text()).toBe("hello");
    const [first, second] = (await fetch(server.origin)).body?.tee() ?? [];
    expect(await Promise.all([first, second].map((stream) => new Response(stream ?? null).text()))).toEqual([
      "hello",
      "hello",
    ]);
    const cloned = await fetch(server.origin);
    expect(await cloned.clone().text()).toBe("hello");
    expect(await cloned.text()).toBe("hello");
    const reader = (await fetch(server.origin)).body?.getReader();
    expect(await reader?.read()).toEqual({ done: false, value: Buffer.from("hello") });
    expect((await reader?.read())?.done).toBe(true);
    const parts: Uint8Array[] = [];
    for await (const part of (await fetch(server.origin)).body ?? []) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe("hello");
    const decoded = (await fetch(server.origin)).body?.pipeThrough(new TextDecoderStream());
    for await (const text of decoded ?? []) expect(text).toBe("hello");
  });

  it("takes an answer without a body", async () => {
    const server = await webServer((_, response) => response.writeHead(204).end());
    const { fetch } = client();
    expect(await (await fetch(server.origin)).text()).toBe("");
    expect(await (await fetch(server.origin, { method: "HEAD" })).text()).toBe("");
  });

  it("sends what it is given, a name, and nothing about this machine", async () => {
    const server = await webServer(greet);
    const { fetch } = client();
    await fetch(server.origin, { method: "post", headers: { "X-Key": "k" }, body: '{"é":1}' });
    expect(server.requests[0]).toMatchObject({ method: "POST", body: '{"é":1}' });
    expect(server.requests[0]?.headers).toEqual({
      host: `127.0.0.1:${server.port}`,
      connection: "keep-alive",
      "user-agent": "aiex",
      "accept-encoding": "identity",
      "x-key": "k",
      "content-length": "8",
    });
    await fetch(new URL(server.origin), {
      method: "PUT",
      headers: [["user-agent", "me"]],
      body: new Uint8Array([97]),
    });
    expect(server.requests[1]).toMatchObject({ method: "PUT", body: "a", headers: { "user-agent": "me" } });
    await fetch(new Request(`${server.origin}/r`, { method: "PUT", body: new URLSearchParams({ a: "1" }) }));
    expect(server.requests[2]).toMatchObject({
      path: "/r",
      body: "a=1",
      headers: { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" },
    });
    await fetch(server.origin, { method: "POST", body: new Blob(["b"], { type: "text/x" }) });
    expect(server.requests[3]).toMatchObject({ body: "b", headers: { "content-type": "text/x" } });
  });

  it.each(["data:text/plain,a", "file:///etc/passwd", "ftp://example.com/", "nothing"])(
    "does not fetch %s",
    async (url) => {
      await expect(client().fetch(url)).rejects.toThrow(TypeError);
    },
  );

  it("takes no address with a password, and no header that would be two", async () => {
    const { fetch } = client();
    await expect(fetch("http://ann:secret@127.0.0.1/")).rejects.toThrow("hold no name and password");
    await expect(fetch("http://127.0.0.1:1/", { headers: { a: "1\r\nb: 2" } })).rejects.toThrow(TypeError);
  });

  it("keeps a connection for the next request", async () => {
    const server = await webServer(greet);
    const { fetch } = client();
    for (let round = 0; round < 5; round += 1) await (await fetch(server.origin)).text();
    // A connection whose answer has just ended rests for a turn, in which a second one is opened.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it("closes its connections, and opens others when it is used again", async () => {
    const server = await webServer((_, response) => void response.write("begun"));
    const made = client();
    const response = await made.fetch(server.origin);
    await made.close();
    await server.givenUp;
    await expect(response.text()).rejects.toThrow();
    expect((await made.fetch(server.origin)).status).toBe(200);
    expect(server.connections()).toBe(2);
  });

  it("says when nobody accepts connections", async () => {
    const thrown = await failure(client().fetch(`http://127.0.0.1:${await closedPort()}/`));
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown.cause.code).toBe("ECONNREFUSED");
  });

  it("says when there is no such host", async () => {
    const { cause } = await failure(client().fetch("http://nowhere.invalid/"));
    expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(cause.code);
  });

  it("says when a connection does not come about in time", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const { cause } = await failure(client({ connectTimeoutMs: 100 }).fetch(`https://127.0.0.1:${port}/`));
    expect(cause.code).toBe("UND_ERR_CONNECT_TIMEOUT");
  });

  it("says when a connection is cut before an answer, and in its middle", async () => {
    const early = await webServer((request) => void request.socket.destroy());
    expect((await failure(client().fetch(early.origin))).cause.code).toBe("UND_ERR_SOCKET");
    const late = await webServer((request, response) => {
      response.write("begun", () => request.socket.destroy());
    });
    const response = await client().fetch(late.origin);
    await expect(response.text()).rejects.toThrow();
  });

  it("says when an answer is none", async () => {
    const silly = createServer((socket) => void socket.end("220 mail.example.com ESMTP\r\n"));
    await new Promise<void>((resolve) => silly.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silly.close());
    const { port } = silly.address() as AddressInfo;
    const { cause } = await failure(client().fetch(`http://127.0.0.1:${port}/`));
    expect(cause).toMatchObject({ name: "HTTPParserError" });
  });

  it("asks nobody when it was given up before", async () => {
    const server = await webServer(greet);
    const reason = new Error("too late");
    await expect(client().fetch(server.origin, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.connections()).toBe(0);
  });

  it("ends at once when it is given up before there is a connection, and leaves none behind when it closes", async () => {
    const silent = createServer();
    const ended = new Promise<void>((resolve) => {
      silent.on("connection", (socket) => void socket.on("close", () => resolve()).resume());
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const made = client({ connectTimeoutMs: 3_600_000 });
    const giveUp = new AbortController();
    const answer = failure(made.fetch(`https://127.0.0.1:${port}/`, { signal: giveUp.signal }));
    await new Promise((resolve) => silent.once("connection", resolve));
    const reason = new Error("no longer wanted");
    giveUp.abort(reason);
    expect(await answer).toBe(reason);
    await made.close();
    await ended;
  });

  it("closes the connection when it is given up before an answer", async () => {
    const server = await webServer(() => undefined);
    const giveUp = new AbortController();
    const reason = new Error("no longer wanted");
    const answer = failure(client().fetch(server.origin, { signal: giveUp.signal }));
    await server.asked;
    giveUp.abort(reason);
    expect(await answer).toBe(reason);
    await server.givenUp;
  });

  it("closes the connection when it is given up in the middle of an answer", async () => {
    const server = await webServer((_, response) => void response.write("begun"));
    const giveUp = new AbortController();
    const response = await client().fetch(server.origin, { signal: giveUp.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    const reason = new Error("no longer wanted");
    giveUp.abort(reason);
    await expect(reader?.read()).rejects.toBe(reason);
    await server.givenUp;
  });

  it.each<readonly [string, (body: ReadableStream<Uint8Array>) => unknown]>([
    [
      "stops reading",
      async (body) => {
        for await (const _ of body) break;
      },
    ],
    ["cancels the body", (body) => body.cancel()],
    ["cancels a reader of it", (body) => body.getReader().cancel()],
  ])("closes the connection when whoever asked %s", async (_, stop) => {
    const server = await webServer((_, response) => void response.write("begun"));
    const response = await client().fetch(server.origin);
    if (response.body === null) throw new Error("It has no body.");
    await stop(response.body);
    await server.givenUp;
  });

  it("reads no further than it is asked to", async () => {
    const sender = new Sender();
    const answer = { statusCode: 200, statusText: "OK", headers: {}, body: sender.body };
    const reader = new HttpResponse(answer, new URL("http://127.0.0.1/"), false).body.getReader();
    sender.send();
    await reader.read();
    sender.send();
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sender.parts).toBeLessThanOrEqual(5);
    const { parts } = sender;
    await reader.read();
    sender.send();
    expect(sender.parts).toBeGreaterThan(parts);
    await reader.cancel();
  });
});

describe("Redirects", () => {
  const sending = (status: number, to: string) =>
    webServer((request, response) => {
      if (request.url === "/to") response.end(`${request.method}`);
      else response.writeHead(status, { location: to }).end("elsewhere");
    });

  it.each([301, 302, 303, 307, 308])("are given as they are, which is %i here", async (status) => {
    const server = await sending(status, "/to");
    const response = await client().fetch(server.origin);
    expect(response.status).toBe(status);
    expect(response.headers.get("location")).toBe("/to");
    expect(await response.text()).toBe("elsewhere");
  });

  it.each([
    [301, "GET", "GET"],
    [303, "GET", "GET"],
    [307, "POST", "POST"],
    [308, "POST", "POST"],
  ])("are followed within an origin where that is wanted: %i of %s", async (status, method, said) => {
    const server = await sending(status, "/to");
    const response = await client({ followRedirects: true }).fetch(server.origin, { method });
    expect(response).toMatchObject({ status: 200, redirected: true, url: `${server.origin}/to` });
    expect(await response.text()).toBe(said);
  });

  it.each([301, 302, 303])("do not make a GET of a POST: %i", async (status) => {
    const server = await sending(status, "/to");
    const response = await client({ followRedirects: true }).fetch(server.origin, {
      method: "POST",
      body: "code",
    });
    expect(response.status).toBe(status);
    expect(server.requests).toHaveLength(1);
  });

  it("never lead to another origin, with a key or without", async () => {
    const other = await webServer(greet);
    const server = await sending(307, `${other.origin}/to`);
    const headers = { authorization: "Bearer key" };
    const { fetch } = client({ followRedirects: true });
    expect((await fetch(server.origin, { headers })).status).toBe(307);
    expect((await fetch(server.origin)).status).toBe(307);
    expect(other.requests).toEqual([]);
  });

  it.each([
    "http://localhost:PORT/to",
    "https://127.0.0.1:PORT/to",
    "http://ann:b@127.0.0.1:PORT/to",
    "http://[",
    "//",
  ])("to %s are no redirects within an origin", async (to) => {
    const server = await webServer((_, response) => {
      response.writeHead(307, { location: to.replace("PORT", `${server.port}`) }).end();
    });
    expect((await client({ followRedirects: true }).fetch(server.origin)).status).toBe(307);
    expect(server.requests).toHaveLength(1);
  });

  it("end when they go in circles", async () => {
    const server = await sending(307, "/");
    expect((await client({ followRedirects: true }).fetch(server.origin)).status).toBe(307);
    expect(server.requests).toHaveLength(4);
  });

  it("fail where whoever asks wants none", async () => {
    const server = await sending(307, "/to");
    await expect(
      client({ followRedirects: true }).fetch(server.origin, { redirect: "error" }),
    ).rejects.toThrow(TypeError);
  });
});

describe("TLS", () => {
  it("refuses a certificate that nobody vouches for", async () => {
    const server = await webServer(greet, "server");
    const { cause } = await failure(client().fetch(server.origin));
    expect(cause.code).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    expect(server.requests).toEqual([]);
  });

  it("takes one that the given authority vouches for", async () => {
    const server = await webServer(greet, "server");
    expect(await (await client({ ca: authority }).fetch(server.origin)).text()).toBe("hello");
  });

  it("refuses one for another host, whoever vouches for it", async () => {
    const server = await webServer(greet, "elsewhere");
    const { cause } = await failure(client({ ca: authority }).fetch(server.origin));
    expect(cause.code).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("takes any where it is told not to look", async () => {
    const server = await webServer(greet, "elsewhere");
    expect((await client({ verifyTls: false }).fetch(server.origin)).status).toBe(200);
  });

  it("says when the other side does not speak it", async () => {
    const server = await webServer(greet);
    const { cause } = await failure(client().fetch(server.origin.replace("http:", "https:")));
    expect(cause.code).toMatch(/SSL|EPROTO/);
  });
});

describe("certificatesIn()", () => {
  it("finds each in a text that holds other things too", () => {
    const [certificate = ""] = authority;
    expect(certificatesIn(`# mine\n${certificate}\r\nand\n${certificate}`)).toEqual([
      certificate.trim(),
      certificate.trim(),
    ]);
  });

  it.each([
    ["", "no certificate"],
    ["-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", "no certificate"],
    ["-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----", "certificate 1 of 1 in it is broken"],
    [`${authority}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`, "certificate 2 of 2"],
  ])("refuses %j", (text, says) => {
    expect(() => certificatesIn(text)).toThrow(says);
  });
});

describe("lazyHttpClient()", () => {
  it("is the same, loaded with the first request", async () => {
    const server = await webServer(greet);
    const lazy = lazyHttpClient();
    await lazy.close();
    expect(await (await lazy.fetch(server.origin)).text()).toBe("hello");
    await lazy.close();
    expect(await (await lazy.fetch(server.origin)).text()).toBe("hello");
    expect(server.connections()).toBe(2);
    await lazy.close();
  });
});
