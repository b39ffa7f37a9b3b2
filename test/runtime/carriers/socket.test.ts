// Carriers over a socket: they are carriers, and the socket is nobody else's and survives whatever connects to it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Carrier } from "../../../runtime/carrier.ts";
import { connectSocket, type SocketServer, socketServer } from "../../../runtime/carriers/socket.ts";
import {
  encodeSocketFrame,
  socketFrameKinds as kinds,
  SocketFrameReader,
  socketFrameBytesMax,
} from "../../../runtime/carriers/socket-frame.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { itIsACarrier, type Pair, patientWorld } from "./conformance.ts";

const world = realWorld();
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiex-socket-"));
  path = join(folder, "run", "node.sock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function open(): Promise<{
  server: SocketServer;
  client: Carrier;
  pair: Omit<Pair, "a" | "b" | "interrupt">;
}> {
  const patient = patientWorld();
  const server = await socketServer({ world: patient.world, path });
  const client = await connectSocket({ world: patient.world, path });
  const close = async (): Promise<void> => {
    await client.close();
    await server.close();
  };
  return { server, client, pair: { thrown: patient.thrown, until: (promise) => promise, close } };
}

itIsACarrier("A carrier that connects to a socket", async () => {
  const { server, client, pair } = await open();
  const interrupt = async (): Promise<void> => {
    const told = new Promise((resolve) => client.onState(resolve));
    await server.close();
    await told;
  };
  return { ...pair, a: client, b: server, interrupt };
});

itIsACarrier("A carrier that listens on a socket", async () => {
  const { server, client, pair } = await open();
  return {
    ...pair,
    a: server,
    b: client,
    third: () => connectSocket({ world, path }),
    interrupt: () => server.close(),
  };
});

describe("socketServer()", () => {
  it("makes a socket that is its owner's alone, and takes it away at the end", async () => {
    const server = await socketServer({ world, path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "run")).mode & 0o777).toBe(0o700);
    await server.close();
    expect(() => statSync(path)).toThrow("ENOENT");
  });

  it("takes over the socket of a dead program, and refuses that of a living one", async () => {
    mkdirSync(join(folder, "run"), { mode: 0o700 });
    const listen = `require("net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
    const program = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
    await once(program.stdout, "data");
    const failure = { code: "socket_refused", message: expect.stringContaining("a program that runs") };
    await expect(socketServer({ world, path })).rejects.toMatchObject(failure);
    program.kill("SIGKILL");
    await once(program, "close");
    await expect(connectSocket({ world, path })).rejects.toMatchObject({ code: "socket_unreachable" });
    const server = await socketServer({ world, path });
    const client = await connectSocket({ world, path });
    expect(client.state).toBe("connected");
    await client.close();
    await server.close();
  });

  it.each([
    ["a folder that others can enter", () => chmodSync(join(folder, "run"), 0o755), /chmod 700/],
    ["a file that is no socket", () => writeFileSync(path, "mine"), /something else at this path/],
  ])("refuses %s", async (_, prepare, message) => {
    mkdirSync(join(folder, "run"), { mode: 0o700 });
    prepare();
    await expect(socketServer({ world, path })).rejects.toMatchObject({
      code: "socket_refused",
      message: expect.stringMatching(message),
    });
  });

  it("refuses a folder that is a link (T18), and a path that is too long", async () => {
    mkdirSync(join(folder, "real"), { mode: 0o700 });
    symlinkSync(join(folder, "real"), join(folder, "run"));
    await expect(socketServer({ world, path })).rejects.toMatchObject({ code: "socket_refused" });
    const long = join(folder, "x".repeat(104));
    await expect(socketServer({ world, path: long })).rejects.toThrow(/at most 103/);
  });

  it("is unreachable where it is not", async () => {
    await expect(connectSocket({ world, path })).rejects.toMatchObject({
      code: "socket_unreachable",
      retryable: true,
    });
  });
});

describe("A socket's server", () => {
  let server: SocketServer;
  const hello = encodeSocketFrame(kinds.hello, { payload: Buffer.from("aiex-socket/1") });
  const length = (bytes: number): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(bytes);
    return head;
  };

  beforeEach(async () => {
    server = await socketServer({ world, path });
  });
  afterEach(() => server.close());

  /** Everything that a peer is told that says `bytes`, as kinds and words, until it is cut off. */
  async function toldTo(...bytes: readonly Uint8Array[]): Promise<string[]> {
    const socket = createConnection(path);
    const told: string[] = [];
    const reader = new SocketFrameReader();
    socket.on("data", (chunk) => {
      reader.read(chunk, ({ kind, payload }) => told.push(`${kind} ${Buffer.from(payload)}`) > 0);
    });
    for (const part of bytes) socket.write(part);
    await once(socket, "close");
    return told;
  }

  it.each<[string, RegExp, ...Uint8Array[]]>([
    ["is no hello", /it said "no hello"/, encodeSocketFrame(kinds.message, { subject: "x" })],
    [
      "speaks another version",
      /it said "aiex-socket\/2"/,
      encodeSocketFrame(kinds.hello, { payload: Buffer.from("aiex-socket/2") }),
    ],
    ["is no frame", /at most/, Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["announces a frame too large", /at most/, hello, length(socketFrameBytesMax + 1)],
    ["announces a frame too small", /which is none/, hello, length(3)],
    [
      "has a kind that there is none of",
      /kind 99/,
      hello,
      Buffer.concat([length(11), Buffer.of(99), Buffer.alloc(10)]),
    ],
    [
      "has a subject longer than the frame",
      /longer than itself/,
      hello,
      Buffer.concat([length(11), Buffer.of(5), Buffer.alloc(8), Buffer.of(0, 9)]),
    ],
    [
      "has a subject with a line break",
      /subject is none/,
      hello,
      encodeSocketFrame(kinds.message, { subject: "a\r\nb" }),
    ],
    [
      "has a wildcard where none belongs",
      /subject is none/,
      hello,
      encodeSocketFrame(kinds.message, { subject: "a.*" }),
    ],
    [
      "has a pattern that is none",
      /subject is none/,
      hello,
      encodeSocketFrame(kinds.subscribe, { subject: "(a+)+$.>.x" }),
    ],
    [
      "subscribes twice under one number",
      /subscription/,
      hello,
      encodeSocketFrame(kinds.subscribe, { subject: "a" }),
      encodeSocketFrame(kinds.subscribe, { subject: "a" }),
    ],
    ["says hello again", /where none belongs/, hello, hello],
  ])(
    "cuts off and tells a peer whose first words there are: %s",
    async (_: string, why: RegExp, ...bytes: Uint8Array[]) => {
      const told = await toldTo(...bytes);
      expect(told[0]).toBe("1 aiex-socket/1");
      expect(told.at(-1)).toMatch(why);
      expect(told.at(-1)).toMatch(/^2 /);
      const client = await connectSocket({ world, path });
      await client.request("nobody", Buffer.of(), 10_000);
      expect(server.peers).toBe(1);
      await client.close();
    },
  );

  it("reads frames that come byte by byte, and many in one piece", async () => {
    const heard: string[] = [];
    const done = new Promise<void>((resolve) => {
      server.subscribe("x", ({ payload }) => heard.push(Buffer.from(payload).toString()) === 3 && resolve());
    });
    const socket = createConnection(path);
    const frames = ["1", "", "3"].map((word) =>
      encodeSocketFrame(kinds.message, { subject: "x", payload: Buffer.from(word) }),
    );
    for (const byte of Buffer.concat([hello, ...frames.slice(0, 1)])) socket.write(Buffer.of(byte));
    socket.write(Buffer.concat(frames.slice(1)));
    await done;
    expect(heard).toEqual(["1", "", "3"]);
    socket.destroy();
  });

  it("passes over answers that it did not ask for", async () => {
    const client = await connectSocket({ world, path });
    client.subscribe("slow", () => {});
    await client.request("nobody", Buffer.of(), 10_000);
    const stranger = createConnection(path);
    stranger.write(hello);
    for (let number = 0; number < 100; number += 1) {
      stranger.write(encodeSocketFrame(kinds.answer, { number, payload: Buffer.from("false") }));
    }
    await once(stranger, "data");
    expect(await server.request("slow", Buffer.of(), 50)).toEqual({ kind: "timeout" });
    stranger.destroy();
    await client.close();
  });

  it("knows at once when the one that it asked is gone", async () => {
    const client = await connectSocket({ world, path });
    client.subscribe("slow", () => void client.close());
    await client.request("nobody", Buffer.of(), 10_000);
    expect(await server.request("slow", Buffer.of(), 10_000)).toEqual({ kind: "no_responders" });
  });

  it("cuts off a peer that does not read, when what waits is too much (row 22)", async () => {
    const lazy: Socket = createConnection(path);
    lazy.write(hello);
    lazy.write(encodeSocketFrame(kinds.subscribe, { subscription: 1, subject: "flood" }));
    await once(lazy, "data");
    lazy.pause();
    const busy = await connectSocket({ world, path });
    const heard: number[] = [];
    busy.subscribe("other", ({ payload }) => heard.push(payload.length));
    await busy.request("nobody", Buffer.of(), 10_000);
    const ends: string[] = [];
    server.onPeerEnd((why) => ends.push(why));
    const payload = new Uint8Array(server.payloadBytesMax);
    for (let count = 0; count < 40; count += 1) server.publish("flood", payload);
    expect(ends).toEqual([
      expect.stringMatching(/^it reads too slowly: \d+ bytes wait for it, of at most \d+$/),
    ]);
    server.publish("other", Buffer.of(1));
    await busy.request("nobody", Buffer.of(), 10_000);
    expect([heard, server.peers]).toEqual([[1], 1]);
    lazy.destroy();
    await busy.close();
  });

  it("does not wait for ever for a hello", async () => {
    await server.close();
    const set = (delayMs: number, run: () => void): unknown => world.timers.set(Math.min(delayMs, 1), run);
    server = await socketServer({ world: { ...world, timers: { ...world.timers, set } }, path });
    expect((await toldTo()).at(-1)).toMatch(/it said no hello within 5000 ms/);
  });

  it("takes no more peers than it has room for", async () => {
    const clients = await Promise.all(Array.from({ length: 256 }, () => connectSocket({ world, path })));
    await expect(connected()).resolves.toMatch(/takes no more/);
    await Promise.all(clients.map((client) => client.close()));

    async function connected(): Promise<string> {
      const client = await connectSocket({ world, path });
      return new Promise((resolve) => client.onState((_, why) => resolve(why)));
    }
  });
});
