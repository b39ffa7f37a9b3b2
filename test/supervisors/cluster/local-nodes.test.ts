import { beforeEach, describe, expect, it } from "vitest";
import { type SimulatedWorld, simulatedWorld } from "../../../runtime/index.ts";
import { clusterLimits } from "../../../supervisors/cluster/limits.ts";
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
    ["null.json", "null"],
    ["number.json", "7"],
    ["mixed.json", JSON.stringify({ ...record("mixed"), osPid: "7" })],
    ["placeless.json", JSON.stringify({ ...record("placeless"), url: 4222 })],
    ["hostless.json", JSON.stringify({ ...record("hostless"), host: undefined })],
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

  it("takes no more files for nodes than a user can have running", async () => {
    await done(world.files.makeDirectory("/run/user/aiex", { mode: 0o700 }));
    for (let index = 0; index <= clusterLimits.localNodesMax; index += 1)
      await done(nodes.write(record(`node-${index}`)));
    expect(await done(nodes.list())).toHaveLength(clusterLimits.localNodesMax);
  });

  it("does not take a folder that cannot be read or changed for an empty one", async () => {
    await done(world.files.makeDirectory("/run/user", { mode: 0o700 }));
    await done(world.files.writeFile("/run/user/aiex", new Uint8Array(), { mode: 0o600 }));
    await expect(done(nodes.list())).rejects.toMatchObject({ code: "not_directory" });
    await expect(done(nodes.remove("alpha"))).rejects.toMatchObject({ code: "not_directory" });
  });
});
