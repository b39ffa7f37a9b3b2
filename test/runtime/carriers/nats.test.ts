// The carrier over NATS, against a real broker: it is a carrier, and it takes what brokers and lines do to it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { connect, nkeys } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Carrier, CarrierState } from "../../../runtime/carrier.ts";
import { connectNats, type NatsCarrier, type NatsOptions } from "../../../runtime/carriers/nats.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { type NatsServer, natsServer } from "../../nats/nats-server.ts";
import { type TcpProxy, tcpProxy } from "../../nats/tcp-proxy.ts";
import { itIsACarrier, patientWorld } from "./conformance.ts";

const longMs = 20_000;
const empty = new Uint8Array();

let broker: NatsServer;
beforeAll(async () => {
  broker = await natsServer();
});
afterAll(() => broker.close());

itIsACarrier("A carrier over NATS", async () => {
  const { world, thrown } = patientWorld();
  const proxy = await tcpProxy(broker);
  const a = await connectNats({ servers: proxy.url, name: "a" }, world);
  const b = await connectNats({ servers: broker.url, name: "b", inboxPrefix: "_INBOX_b" }, world);
  return {
    a,
    b,
    thrown,
    until: (promise) => promise,
    third: () => connectNats({ servers: broker.url, name: "c" }),
    interrupt: async () => {
      const lost = becomes(a, "disconnected");
      proxy.refuse(true);
      proxy.cut();
      await lost;
    },
    restore: async () => {
      const back = becomes(a, "connected");
      proxy.refuse(false);
      await back;
    },
    close: async () => {
      await Promise.all([a.close(), b.close()]);
      await proxy.close();
    },
  };
});

describe("connectNats()", () => {
  it("tells an address where nobody listens from one that is none", async () => {
    const gone = await natsServer();
    await gone.stop();
    const nobody = connectNats({ servers: gone.url, name: "a" });
    await expect(nobody).rejects.toMatchObject({ code: "broker_unreachable", retryable: true });
    await expect(nobody).rejects.toThrow(`No broker answers at ${gone.url}: the connection was refused.`);
    for (const servers of ["http://host", "nats://", "nats://host/path", "::", []]) {
      await expect(connectNats({ servers, name: "a" })).rejects.toMatchObject({ code: "misuse" });
    }
  });

  it("takes the first of several servers that answers", async () => {
    const gone = await natsServer();
    await gone.stop();
    const carrier = await connectNats({ servers: [gone.url, broker.url], name: "a" });
    expect(carrier.state).toBe("connected");
    await carrier.close();
  });

  it("shows no credentials, neither in its place nor in its errors", async () => {
    const server = await natsServer({ config: 'authorization { user: "ann", password: "s3cret/word" }' });
    const withPassword = (word: string): string => `nats://ann:${word}@127.0.0.1:${server.port}`;
    const carrier = await connectNats({ servers: withPassword("s3cret%2Fword"), name: "a" });
    expect(carrier.place).toBe(server.url);
    expect(inspect(carrier, { depth: 20, showHidden: true })).not.toContain("s3cret");
    await carrier.close();
    const failure: unknown = await connectNats({ servers: withPassword("wr0ng"), name: "a" }).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ code: "broker_denied" });
    expect(JSON.stringify(failure) + String(failure)).not.toMatch(/s3cret|wr0ng|ann/);
    const misspelt = connectNats({ servers: "http://ann:s3cret@host", name: "a" });
    await expect(misspelt).rejects.toThrow('"http://host" is no address of a broker.');
  });

  it("takes a token or a password out of the URL, with or without an escape", async () => {
    for (const [config, url] of [
      ['token: "op%en"', "op%25en@"],
      ['token: "op%en"', "op%en@"],
      ['user: ann, password: "a%b"', "ann:a%b@"],
    ]) {
      const server = await natsServer({ config: `authorization { ${config} }` });
      const carrier = await connectNats({ servers: `${url}127.0.0.1:${server.port}`, name: "a" });
      expect(carrier.place).toBe(server.url);
      await carrier.close();
    }
  });

  it("brings an nkey, a token, a user and password, each as it is given", async () => {
    const user = nkeys.createUser();
    const other = nkeys.createUser();
    const seedOf = (pair: typeof user): string => new TextDecoder().decode(pair.getSeed());
    const cases: readonly (readonly [string, NatsOptions["credentials"], NatsOptions["credentials"]])[] = [
      [
        `authorization { users: [{ nkey: ${user.getPublicKey()} }] }`,
        { kind: "nkey", seed: `${seedOf(user)}\n` },
        { kind: "nkey", seed: seedOf(other) },
      ],
      ['authorization { token: "open" }', { kind: "token", token: "open" }, { kind: "token", token: "shut" }],
      [
        "authorization { user: ann, password: word }",
        { kind: "user", user: "ann", password: "word" },
        { kind: "user", user: "ann", password: "else" },
      ],
    ];
    for (const [config, right, wrong] of cases) {
      const server = await natsServer({ config });
      const proxy = await tcpProxy(server);
      const options = { servers: proxy.url, name: "a" };
      if (right === undefined || wrong === undefined) throw new Error("no credentials");
      const carrier = await connectNats({ ...options, credentials: right });
      await carrier.close();
      const before = proxy.attempts;
      await expect(connectNats({ ...options, credentials: wrong })).rejects.toMatchObject({
        code: "broker_denied",
        retryable: false,
        message: expect.stringContaining("it does not know these credentials. Check the credentials."),
      });
      await expect(connectNats(options)).rejects.toMatchObject({ code: "broker_denied" });
      expect(proxy.attempts - before).toBe(2);
    }
  });

  it("asks nobody with credentials that cannot be read", async () => {
    const unreadable: readonly NatsOptions["credentials"][] = [
      { kind: "nkey", seed: "SUnothing" },
      { kind: "nkey", seed: "" },
      { kind: "creds", text: "nothing" },
    ];
    for (const credentials of unreadable) {
      if (credentials === undefined) throw new Error("no credentials");
      const proxy = await tcpProxy(broker);
      const failure: unknown = await connectNats({ servers: proxy.url, name: "a", credentials }).catch(
        (error) => error,
      );
      expect(failure).toMatchObject({ code: "broker_denied" });
      expect(String(failure)).not.toContain("nothing");
      expect(proxy.attempts).toBe(0);
    }
  });
});

// The certificates are good for a hundred years and for nothing but this: their authority's key is kept nowhere.
describe("TLS with the broker", () => {
  const pem = (name: string): string =>
    readFileSync(join(fileURLToPath(new URL("../../nats/fixtures", import.meta.url)), `${name}.pem`), "utf8");
  const secured = (certificate: string, more = ""): Promise<NatsServer> =>
    natsServer({
      config: `tls { cert_file: "%FOLDER%/cert.pem", key_file: "%FOLDER%/key.pem", ca_file: "%FOLDER%/ca.pem" ${more} }`,
      files: { "cert.pem": pem(certificate), "key.pem": pem(`${certificate}-key`), "ca.pem": pem("ca") },
    });

  it("stands with the right authority, and with a certificate of our own where one is asked for", async () => {
    const server = await secured("server", ", verify: true");
    const tls = { ca: pem("ca"), cert: pem("client"), key: pem("client-key") };
    const carrier = await connectNats({ servers: server.url, name: "a", tls });
    const answer = await carrier.request("nobody", empty, longMs);
    expect([carrier.state, answer.kind]).toEqual(["connected", "no_responders"]);
    await carrier.close();
  });

  it("fails where the authority is unknown, the certificate another's, or the broker has none", async () => {
    const server = await secured("server");
    const other = await secured("elsewhere");
    const tls = { ca: pem("ca") };
    const failure = { code: "broker_tls_failed", retryable: false };
    await expect(connectNats({ servers: server.url, name: "a", tls: {} })).rejects.toMatchObject(failure);
    await expect(connectNats({ servers: other.url, name: "a", tls })).rejects.toMatchObject(failure);
    await expect(connectNats({ servers: broker.url, name: "a", tls })).rejects.toMatchObject(failure);
    const asked = broker.url.replace("nats:", "tls:");
    await expect(connectNats({ servers: asked, name: "a" })).rejects.toMatchObject(failure);
  });
});

describe("A carrier over NATS", () => {
  /** A carrier through a proxy, another one beside it, and what the other one hears. */
  async function room(options: Partial<NatsOptions> = {}): Promise<Room> {
    const server = await natsServer();
    const proxy = await tcpProxy(server);
    const carrier = await connectNats({ servers: proxy.url, name: "a", ...options });
    const states: string[] = [];
    carrier.onState((state, why) => states.push(`${state}: ${why}`));
    return { server, proxy, carrier, states };
  }

  it("comes back after a broker's restart, with its subscriptions, and without what was said meanwhile (row 16)", async () => {
    const { server, carrier, states } = await room();
    const heard: string[] = [];
    carrier.subscribe("x", ({ payload }) => heard.push(Buffer.from(payload).toString()));
    for (const end of ["stop", "kill"] as const) {
      const lost = becomes(carrier, "disconnected");
      const [waiting] = [carrier.request("x.nobody.but.us", empty, longMs), server[end]()];
      await lost;
      expect(["disconnected", "no_responders"]).toContain((await waiting).kind);
      expect(carrier.publish("y", Buffer.from("meanwhile"))).toBe(false);
      const back = becomes(carrier, "connected");
      await server.restart();
      await back;
      const other = await connectNats({ servers: server.url, name: "b" });
      const others: string[] = [];
      other.subscribe("y", ({ payload }) => others.push(Buffer.from(payload).toString()));
      await other.request("nobody", empty, longMs);
      expect(carrier.publish("y", Buffer.from("after"))).toBe(true);
      other.publish("x", Buffer.from(end));
      await other.request("nobody", empty, longMs);
      await carrier.request("nobody", empty, longMs);
      await other.request("nobody", empty, longMs);
      expect(others).toEqual(["after"]);
      await other.close();
    }
    expect(heard).toEqual(["stop", "kill"]);
    expect(states.map((told) => told.split(":")[0])).toEqual([
      "disconnected",
      "connected",
      "disconnected",
      "connected",
    ]);
    await carrier.close();
  });

  it("goes on trying while the broker is away for long, ever more slowly (row 17)", async () => {
    const { server, proxy } = await room();
    const world = realWorld();
    let passedMs = 0;
    const clock = { ...world.clock, now: () => world.clock.now() + passedMs };
    const carrier = await connectNats({ servers: proxy.url, name: "a" }, { ...world, clock });
    const lost = becomes(carrier, "disconnected");
    proxy.refuse(true);
    proxy.cut();
    await lost;
    passedMs = 600_000;
    const before = proxy.attempts;
    await until(() => proxy.attempts >= before + 3);
    expect(carrier.state).toBe("disconnected");
    const back = becomes(carrier, "connected");
    proxy.refuse(false);
    await back;
    expect(carrier.publish("x", empty)).toBe(true);
    await carrier.close();
    await server.close();
  });

  it("finds out that a line is dead which still stands (row 18)", async () => {
    const { proxy, carrier, states } = await room({ pingIntervalMs: 100 });
    const lost = becomes(carrier, "disconnected");
    proxy.blackhole(true);
    await lost;
    expect(states).toEqual([expect.stringMatching(/^disconnected: .*did not answer in time/)]);
    expect(carrier.publish("x", empty)).toBe(false);
    const back = becomes(carrier, "connected");
    proxy.cut();
    proxy.blackhole(false);
    await back;
    expect(await carrier.request("nobody", empty, longMs)).toEqual({ kind: "no_responders" });
    await carrier.close();
  });

  it("gives a broker up that does not read, before what waits is too much (row 22)", async () => {
    const { server, carrier, states } = await room();
    server.pause();
    const payload = new Uint8Array(carrier.payloadBytesMax);
    let taken = 0;
    const lost = becomes(carrier, "disconnected");
    while (carrier.publish("x", payload)) {
      taken += 1;
      await Promise.resolve();
    }
    await lost;
    expect(taken).toBeLessThan(60);
    expect(states).toEqual([expect.stringMatching(/reads too slowly: \d+ bytes wait/)]);
    const back = becomes(carrier, "connected");
    server.resume();
    await back;
    await carrier.close();
  });

  it("is closed, with the reason and without a storm, when the broker takes its credentials away (row 26)", async () => {
    const server = await natsServer({ config: 'authorization { token: "old" }' });
    const proxy = await tcpProxy(server);
    const carrier = await connectNats({
      servers: proxy.url,
      name: "a",
      credentials: { kind: "token", token: "old" },
    });
    const reason = new Promise<string>((resolve) => {
      carrier.onState((state, why) => state === "closed" && resolve(why));
    });
    await server.configure('authorization { token: "new" }');
    proxy.cut();
    expect(await reason).toMatch(/does not let us in any more: it does not know these credentials/);
    expect(proxy.attempts).toBeLessThanOrEqual(4);
    expect(await carrier.request("x", empty, longMs)).toEqual({ kind: "disconnected" });
    await carrier.close();
  });

  it("tells what the broker forbids it", async () => {
    const user = '{ user: a, password: b, permissions: { publish: "may.>", subscribe: "may.>" } }';
    const config = `authorization { users: [${user}] }`;
    const server = await natsServer({ config });
    const { world, thrown } = patientWorld();
    const options: NatsOptions = {
      servers: server.url,
      name: "a",
      inboxPrefix: "_INBOX_a",
      credentials: { kind: "user", user: "a", password: "b" },
    };
    const carrier = await connectNats(options, world);
    const denials: string[] = [];
    carrier.onDenied(() => {
      throw new Error("broken listener");
    });
    const all = new Promise<void>((resolve) => {
      carrier.onDenied(({ operation, subject }) => {
        denials.push(`${operation} ${subject}`.replace(/_INBOX_a\..*/, "inbox"));
        if (denials.length === 3) resolve();
      });
    });
    carrier.subscribe("forbidden.too", () => {});
    carrier.subscribe("may.this", () => {});
    carrier.publish("forbidden.this", empty);
    carrier.publish("may.this", empty);
    await all;
    expect(denials.sort()).toEqual(["publish forbidden.this", "subscribe forbidden.too", "subscribe inbox"]);
    expect([carrier.state, thrown.length]).toEqual(["connected", 3]);
    await carrier.close();
  });

  it("answers into inboxes only, so that nobody speaks through it", async () => {
    const carrier = await connectNats({ servers: broker.url, name: "a" });
    const client = await connect({ servers: broker.url });
    const heard: string[] = [];
    const spoken: string[] = [];
    client.subscribe("aiex.>", { callback: (_, { subject }) => spoken.push(subject) });
    carrier.subscribe("ask", ({ respond }) => {
      heard.push(typeof respond);
      respond?.(Buffer.from("answer"));
    });
    await client.flush();
    await carrier.request("nobody", empty, longMs);
    client.publish("ask", empty, { reply: "aiex.c.ctl.a.stop.b" });
    client.publish("ask", empty, { reply: "other" });
    const answer = await client.request("ask", empty, { timeout: longMs });
    expect([answer.string(), heard, spoken]).toEqual(["answer", ["undefined", "undefined", "function"], []]);
    await client.close();
    await carrier.close();
  });

  it("leaves no line open when it is closed in the middle of dialling", async () => {
    const { proxy, carrier } = await room();
    const lost = becomes(carrier, "disconnected");
    proxy.blackhole(true);
    const before = proxy.attempts;
    proxy.cut();
    await lost;
    await until(() => proxy.attempts > before && proxy.connections > 0);
    await carrier.close();
    proxy.blackhole(false);
    await until(() => proxy.connections === 0);
    expect(carrier.connection.isClosed()).toBe(true);
  });

  it("takes no larger payload than the broker does", async () => {
    const server = await natsServer({ config: "max_payload: 1000" });
    const carrier: NatsCarrier = await connectNats({ servers: server.url, name: "a" });
    expect(carrier.payloadBytesMax).toBe(1_000);
    expect(() => carrier.publish("x", new Uint8Array(1_001))).toThrow(
      expect.objectContaining({ code: "too_large" }),
    );
    expect(carrier.publish("x", new Uint8Array(1_000))).toBe(true);
    await carrier.close();
  });
});

interface Room {
  readonly server: NatsServer;
  readonly proxy: TcpProxy;
  readonly carrier: NatsCarrier;
  readonly states: string[];
}

function becomes(carrier: Carrier, wanted: CarrierState): Promise<void> {
  return new Promise((resolve) => {
    const stop = carrier.onState((state) => {
      if (state !== wanted) return;
      stop();
      resolve();
    });
  });
}

/** Looks again with every turn of the event loop. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}
