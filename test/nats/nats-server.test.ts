// The broker of the tests itself: it starts, keeps its port and its store, and ends with what started it.
import { connect } from "nats";
import { describe, expect, it } from "vitest";
import { natsServer } from "./nats-server.ts";

describe("natsServer()", () => {
  it("starts a server that a client can speak to, and says its version", async () => {
    const server = await natsServer();
    const client = await connect({ servers: server.url });
    expect(client.info?.version).toBe(server.version);
    expect(client.info?.port).toBe(server.port);
    await client.close();
  });

  it("keeps port and store over a restart and over a kill", async () => {
    const server = await natsServer({ jetstream: true });
    const { port } = server;
    const write = await connect({ servers: server.url });
    await (await write.jetstream().views.kv("bucket")).put("key", "value");
    await write.close();
    await server.restart();
    await server.kill();
    await server.restart();
    expect(server.port).toBe(port);
    const read = await connect({ servers: server.url });
    const entry = await (await read.jetstream().views.kv("bucket")).get("key");
    expect(entry?.string()).toBe("value");
    await read.close();
  });

  it("takes another configuration while it runs, and says what is wrong with a bad one", async () => {
    const server = await natsServer();
    await server.configure('authorization { token: "open" }');
    await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow(/Authorization/i);
    await (await connect({ servers: server.url, token: "open" })).close();
    await expect(server.configure("authorization {")).rejects.toThrow(/refuses this configuration/);
  });

  it("runs several at once", async () => {
    const servers = await Promise.all([natsServer(), natsServer()]);
    expect(new Set(servers.map(({ port }) => port)).size).toBe(2);
  });

  it("rejects with the server's own words where it does not start", async () => {
    await expect(natsServer({ config: "nonsense {" })).rejects.toThrow(/did not start[\s\S]*Parse error/);
  });
});
