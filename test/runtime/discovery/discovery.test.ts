// Where brokers are found: a URL, a list, and names that a server of the test's own answers for.
import { describe, expect, test } from "vitest";
import { connectNats } from "../../../runtime/carriers/nats.ts";
import { type Discovery, DiscoveryFailed, discoverServers } from "../../../runtime/discovery/discovery.ts";
import { discoveryLimits } from "../../../runtime/discovery/limits.ts";
import type { Resolver } from "../../../runtime/discovery/resolver.ts";
import { simulatedWorld } from "../../../runtime/index.ts";
import { realResolver } from "../../../runtime/worlds/resolver.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { startDnsServer, type Zone } from "./dns-server.ts";

const nobody: Resolver = {
  addresses: () => Promise.reject(new Error("Nobody was to be asked.")),
  services: () => Promise.reject(new Error("Nobody was to be asked.")),
};
const name = "nats.default.svc.cluster.local";

function found(discovery: Discovery, resolver: Resolver = nobody, seed = 1): Promise<readonly string[]> {
  return discoverServers(discovery, { random: simulatedWorld({ seed }).random, resolver });
}

async function dns(zone: Zone) {
  const server = await startDnsServer(zone);
  const resolver = realResolver({ servers: [server.address], timeoutMs: 200, tries: 1 });
  return { server, resolver };
}

describe("discoverServers()", () => {
  test("gives a URL, and the parts of a list, as they are", async () => {
    expect(await found({ kind: "servers", servers: "nats://a:1" })).toEqual(["nats://a:1"]);
    const list = await found({ kind: "servers", servers: " nats://a:1, b:2 ,,a:3,b:2" });
    expect(list.toSorted()).toEqual(["a:3", "b:2", "nats://a:1"]);
  });

  test("puts them in an order of chance, which is the same for one seed", async () => {
    const servers = Array.from({ length: 9 }, (_, index) => `broker-${index}:4222`);
    const orders = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const order = await found({ kind: "servers", servers }, nobody, seed);
      expect(order.toSorted()).toEqual(servers);
      expect(await found({ kind: "servers", servers }, nobody, seed)).toEqual(order);
      orders.add(order.join());
    }
    expect(orders.size).toBeGreaterThan(15);
  });

  test.each(["", " , ", []])("refuses that there is none: %j", async (servers) => {
    const outcome = found({ kind: "servers", servers });
    await expect(outcome).rejects.toThrow(DiscoveryFailed);
    await expect(outcome).rejects.toMatchObject({ code: "no_servers" });
  });

  test("gives the addresses of a headless service, of both versions", async () => {
    const { resolver } = await dns({ a: { [name]: ["10.0.0.1", "10.0.0.2", "::1"] } });
    const servers = await found({ kind: "dns", name, port: 4333 }, resolver);
    expect(servers.toSorted()).toEqual(["nats://10.0.0.1:4333", "nats://10.0.0.2:4333", "nats://[::1]:4333"]);
  });

  test("gives the name itself where a certificate has to fit it", async () => {
    const { resolver } = await dns({ a: { [name]: ["10.0.0.1", "10.0.0.2"] } });
    expect(await found({ kind: "dns", name, tls: true }, resolver)).toEqual([`tls://${name}:4222`]);
  });

  test("gives the hosts and ports of service records, of the best priority", async () => {
    const { server, resolver } = await dns({
      srv: {
        [`_client._tcp.${name}`]: [
          { target: `nats-0.${name}`, port: 4222 },
          { target: `nats-1.${name}`, port: 4223 },
          { target: `far.${name}`, port: 4224, priority: 10 },
        ],
      },
    });
    const servers = await found({ kind: "dns", name, portName: "client" }, resolver);
    expect(servers.toSorted()).toEqual([`nats://nats-0.${name}:4222`, `nats://nats-1.${name}:4223`]);
    expect(server.questions).toEqual([`SRV _client._tcp.${name}`]);
  });

  test("asks anew each time: a pod that is gone is not given any more", async () => {
    const { server, resolver } = await dns({ a: { [name]: ["10.0.0.1"] } });
    expect(await found({ kind: "dns", name }, resolver)).toEqual(["nats://10.0.0.1:4222"]);
    server.serve({ a: { [name]: ["10.0.0.7"] } });
    expect(await found({ kind: "dns", name }, resolver)).toEqual(["nats://10.0.0.7:4222"]);
    server.serve({});
    await expect(found({ kind: "dns", name }, resolver)).rejects.toMatchObject({
      code: "name_unknown",
      retryable: true,
    });
  });

  test("tells a name without addresses from a server for names that fails", async () => {
    const { server, resolver } = await dns({ a: { [name]: [] } });
    await expect(found({ kind: "dns", name }, resolver)).rejects.toMatchObject({ code: "name_unknown" });
    for (const fault of ["silent", "refused", "garbage", "cut"] as const) {
      server.serve({ a: { [name]: ["10.0.0.1"] }, fault });
      const outcome = found({ kind: "dns", name }, resolver);
      await expect(outcome).rejects.toMatchObject({ code: "name_unanswered", retryable: true });
    }
  });

  test.each(["", "a b", "a\r\nSUB > 1", "-", "..", "x".repeat(300), "a.>"])(
    "asks nobody for %j",
    async (bad) => {
      const { server, resolver } = await dns({});
      await expect(found({ kind: "dns", name: bad }, resolver)).rejects.toMatchObject({
        code: "bad_name",
        retryable: false,
      });
      expect(server.questions).toEqual([]);
    },
  );

  test("takes no more servers than any set has", async () => {
    const addresses = Array.from({ length: 200 }, (_, index) => `10.0.1.${index}`);
    const resolver: Resolver = { ...nobody, addresses: () => Promise.resolve(addresses) };
    expect(await found({ kind: "dns", name }, resolver)).toHaveLength(discoveryLimits.serversMax);
  });

  test("leads to a real broker", async () => {
    const broker = await natsServer();
    const { resolver } = await dns({ a: { [name]: ["127.0.0.1"] } });
    const servers = await found({ kind: "dns", name, port: broker.port }, resolver);
    const carrier = await connectNats({ servers, name: "n1" });
    expect(carrier.state).toBe("connected");
    await carrier.close();
  });
});

describe("realResolver()", () => {
  test("asks the system where no server is given", async () => {
    const resolver = realResolver({ timeoutMs: 2_000, tries: 1 });
    const addresses = await resolver.addresses("localhost");
    expect(addresses.some((address) => address === "127.0.0.1" || address === "::1")).toBe(true);
  });
});
