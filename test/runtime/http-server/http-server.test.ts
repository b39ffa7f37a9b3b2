// The HTTP server, asked by real clients over loopback.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { HttpExchange } from "../../../runtime/http-server/exchange.ts";
import { type HttpServer, httpServer } from "../../../runtime/http-server/http-server.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";

let server: HttpServer | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close(0);
  server = undefined;
});

async function started(receive?: (exchange: HttpExchange) => void): Promise<HttpServer> {
  server = await httpServer({ world: realWorld(), host: "127.0.0.1", port: 0 });
  server.answerWith(receive);
  return server;
}

function line(to: HttpServer, text: string): Socket {
  const socket = connect(to.port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => {});
  socket.write(text);
  return socket;
}

async function everything(socket: Socket): Promise<string> {
  let said = "";
  socket.on("data", (chunk) => {
    said += chunk;
  });
  await once(socket, "close");
  return said;
}

const head = "POST /a?b=c HTTP/1.1\r\nhost: localhost\r\n";

describe("The HTTP server", () => {
  it("hands over what was asked, and answers", async () => {
    const { port } = await started(async (exchange) => {
      const body = await exchange.readBody(100);
      const text = body.kind === "whole" ? new TextDecoder().decode(body.bytes) : body.kind;
      const { method, path } = exchange;
      exchange.answer(
        201,
        { "x-of": "test" },
        JSON.stringify({ method, path, text, own: exchange.header("x-own") }),
      );
    });
    const init = { method: "PUT", body: "täxt", headers: { "x-own": "1" } };
    const answer = await fetch(`http://127.0.0.1:${port}/there?is=more`, init);
    expect([answer.status, answer.headers.get("x-of"), await answer.json()]).toEqual([
      201,
      "test",
      { method: "PUT", path: "/there", text: "täxt", own: "1" },
    ]);
  });

  it("answers with 503 while nobody is there for it", async () => {
    const { port } = await started();
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503);
  });

  it("says that another program has the port", async () => {
    const { port } = await started();
    const second = httpServer({ world: realWorld(), host: "127.0.0.1", port });
    await expect(second).rejects.toMatchObject({ code: "port_taken", details: { port } });
  });

  it("says why the system does not let it listen", async () => {
    const elsewhere = httpServer({ world: realWorld(), host: "192.0.2.1", port: 0 });
    await expect(elsewhere).rejects.toMatchObject({ code: "listen_denied" });
  });

  it("writes an answer in pieces, and says when its reader is behind", async () => {
    const behind: boolean[] = [];
    const to = await started(async (exchange) => {
      exchange.begin(200, { "content-type": "text/plain" });
      const piece = "x".repeat(64 * 1024);
      let isRead = true;
      for (let count = 0; isRead && count < 1_000; count += 1) isRead = exchange.write(piece);
      behind.push(isRead);
      await exchange.whenRead();
      exchange.write("the end");
      exchange.end();
    });
    const socket = line(to, `${head}content-length: 0\r\nconnection: close\r\n\r\n`);
    socket.pause();
    while (behind.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(behind).toEqual([false]);
    socket.resume();
    expect((await everything(socket)).trimEnd()).toMatch(/the end\r\n0$/);
  });

  it.each([
    ["says so", "content-length: 101\r\n\r\n"],
    ["does not say so", `transfer-encoding: chunked\r\n\r\n65\r\n${"x".repeat(101)}\r\n0\r\n\r\n`],
  ])("reads no more of a body than was allowed, where its head %s", async (_, rest) => {
    const to = await started(async (exchange) => {
      exchange.answer(200, { connection: "close" }, (await exchange.readBody(100)).kind);
    });
    const said = await everything(line(to, head + rest));
    expect(said).toContain("too_large");
  });

  it("tells of a client that goes in the middle of its body, or of the answer", async () => {
    const kinds: string[] = [];
    const to = await started(async (exchange) => {
      exchange.gone.addEventListener("abort", () => kinds.push("aborted"));
      const { kind } = await exchange.readBody(100);
      kinds.push(kind);
      if (kind === "whole") exchange.begin(200, {});
    });
    const first = line(to, `${head}content-length: 10\r\n\r\nhalf`);
    await once(first, "connect");
    first.end();
    while (!kinds.includes("gone")) await new Promise((resolve) => setImmediate(resolve));
    const second = line(to, `${head}content-length: 4\r\n\r\nhalf`);
    await once(second, "data");
    second.destroy();
    while (kinds.filter((kind) => kind === "aborted").length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(kinds).toContain("whole");
  });

  it("tells of no client that goes when it has its answer", async () => {
    const exchanges: HttpExchange[] = [];
    const to = await started((exchange) => {
      exchanges.push(exchange);
      exchange.answer(200, { connection: "close" }, "all of it");
      exchange.answer(500, {}, "no second one");
      exchange.write("nothing behind it");
    });
    const said = await everything(line(to, `${head}content-length: 0\r\n\r\n`));
    expect(said.split("\r\n").at(-1)).toBe("all of it");
    expect(exchanges.map(({ gone, isOver }) => [gone.aborted, isOver])).toEqual([[false, true]]);
  });

  it.each([
    ["garbage", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"],
    ["headers without an end", `${head}x: ${"y".repeat(20_000)}`],
    ["two lengths", `${head}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`],
    ["a length and chunks", `${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a header that is broken in two", `${head}x: a\r\n\tb\r\ny\r\n\r\n`],
  ])("refuses %s, and answers others", async (_, text) => {
    const to = await started((exchange) => exchange.answer(200, {}, "fine"));
    expect(await everything(line(to, text))).toMatch(/^(HTTP\/1\.1 4\d\d|$)/);
    expect((await fetch(`http://127.0.0.1:${to.port}/`)).status).toBe(200);
  });

  it("lets answers come to their end that have begun when it closes", async () => {
    const exchanges: HttpExchange[] = [];
    const to = await started((exchange) => {
      exchange.begin(200, {});
      exchanges.push(exchange);
    });
    const asked = fetch(`http://127.0.0.1:${to.port}/`);
    while (exchanges.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const closing = to.close(10_000);
    exchanges[0]?.write("whole");
    exchanges[0]?.end();
    expect(await (await asked).text()).toBe("whole");
    await closing;
    await expect(fetch(`http://127.0.0.1:${to.port}/`)).rejects.toThrow();
  });

  it("cuts off what has not come to its end in time when it closes", async () => {
    const exchanges: HttpExchange[] = [];
    const to = await started((exchange) => {
      exchange.begin(200, {});
      exchanges.push(exchange);
    });
    const answer = await fetch(`http://127.0.0.1:${to.port}/`);
    await to.close(0);
    await expect(answer.text()).rejects.toThrow();
    while (exchanges[0]?.gone.aborted !== true) await new Promise((resolve) => setImmediate(resolve));
  });
});
