import { beforeEach, describe, expect, it } from "vitest";
import { type SimulatedWorld, simulatedWorld } from "../../../runtime/index.ts";
import { LocalNodes, type NodeRecord } from "../../../supervisors/cluster/local-nodes.ts";

let world: SimulatedWorld;
let nodes: LocalNodes;

const record = (name: string): NodeRecord => ({
  name,
  incarnation: 5,
  osPid: 7,
  host: "here",
  cluster: "aiex",
  url: null,
  version: "0.1.0",
});

beforeEach(() => {
  world = simulatedWorld();
  nodes = new LocalNodes(world.files, "/run/user/aiex");
});

const done = <T>(work: Promise<T>): Promise<T> => world.until(work);
const put = (name: string, text: string): Promise<void> =>
  done(world.files.writeFile(`/run/user/aiex/${name}`, new TextEncoder().encode(text), { mode: 0o600 }));

describe("LocalNodes", () => {
  it("knows nobody where there is no folder", async () => {
    expect(await done(nodes.list())).toEqual([]);
    expect(await done(nodes.find("alpha"))).toBeUndefined();
    await done(nodes.remove("alpha"));
  });

  it("lists what nodes have left, by name, until they take it away", async () => {
    await done(world.files.makeDirectory("/run/user/aiex", { mode: 0o700 }));
    for (const name of ["beta", "aiex@host.org", "alpha"]) await done(nodes.write(record(name)));
    expect(await done(nodes.list())).toEqual(
      ["aiex@host.org", "alpha", "beta"].map((name) => ({ ...record(name), socket: nodes.socketOf(name) })),
    );
    expect((await done(world.files.status("/run/user/aiex/alpha.json"))).mode).toBe(0o600);
    await done(nodes.remove("alpha"));
    expect((await done(nodes.list())).map(({ name }) => name)).toEqual(["aiex@host.org", "beta"]);
  });

  it("writes a node's file anew", async () => {
    await done(world.files.makeDirectory("/run/user/aiex", { mode: 0o700 }));
    await done(nodes.write(record("alpha")));
    await done(nodes.write({ ...record("alpha"), url: "nats://there:4222" }));
    expect((await done(nodes.find("alpha")))?.url).toBe("nats://there:4222");
  });

  it.each([
    ["cut.json", '{"name": "cut"'],
    ["empty.json", ""],
    ["list.json", "[]"],
    ["binary.json", "\u0000\u0001\uffff"],
    ["lying.json", JSON.stringify(record("other"))],
    ["nameless.json", JSON.stringify({ ...record("nameless"), name: "" })],
    ["odd.json", JSON.stringify({ ...record("odd"), name: "\ud800" })],
    ["huge.json", JSON.stringify({ ...record("huge"), host: "x".repeat(20_000) })],
    ["notes.txt", "x"],
  ])("passes over %s, which is no node's file", async (name, text) => {
    await done(world.files.makeDirectory("/run/user/aiex", { mode: 0o700 }));
    await put(name, text);
    await done(nodes.write(record("alpha")));
    expect((await done(nodes.list())).map((node) => node.name)).toEqual(["alpha"]);
  });
});
