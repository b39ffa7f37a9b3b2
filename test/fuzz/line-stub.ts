// A NATS server that keeps what clients say, byte by byte, and takes it apart by nothing but its lines.
import { createServer, type Server, type Socket } from "node:net";

const info = {
  server_id: "stub",
  server_name: "stub",
  version: "2.10.0",
  proto: 1,
  go: "",
  host: "127.0.0.1",
  port: 0,
  headers: true,
  max_payload: 1_048_576,
};

export interface LineStub {
  readonly port: number;
  /** Lines of the protocol so far, without PING and PONG, payloads left out as PUB says how long they are. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** Starts one on a free port of the loopback device. */
export async function lineStub(): Promise<LineStub> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    let rest: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      rest = takeLines(Buffer.concat([rest, chunk]), (line) => {
        if (line === "PING") socket.write("PONG\r\n");
        else if (line !== "PONG") lines.push(line);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The stub has no port.");
  return {
    port: address.port,
    lines,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Gives back what is no whole line yet. */
function takeLines(bytes: Buffer, onLine: (line: string) => void): Buffer {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf("\r\n", at);
    if (end === -1) return bytes.subarray(at);
    const line = bytes.toString("latin1", at, end);
    const payload = /^PUB .* (\d+)$/.exec(line)?.[1];
    const next = end + 2 + (payload === undefined ? 0 : Number(payload) + 2);
    if (next > bytes.length) return bytes.subarray(at);
    onLine(line);
    at = next;
  }
}
