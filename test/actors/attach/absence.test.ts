// What becomes of a shell whose terminal, node or network goes away: in simulated time.
import { describe, expect, it } from "vitest";
import { attachTree } from "../../../actors/attach/attach.ts";
import type { ClosedWhy, NodeMessage } from "../../../actors/attach/frames.ts";
import { attachLimits } from "../../../actors/attach/limits.ts";
import { RemoteShell } from "../../../cli/attach/remote-shell.ts";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { Applications, simulatedWorld, startNode } from "../../../runtime/index.ts";
import { subjects } from "../../../runtime/wire/subject.ts";

describe("A shell", () => {
  it("is taken away when its terminal has vanished without a word", async () => {
    const { network, world, shells } = await stage();
    network.cut("cli-joe", "alpha");
    await world.advance(attachLimits.keepAliveMs * (attachLimits.silentBeatsMax + 1));
    expect(shells()).toEqual([]);
  });

  it("is taken away when nobody uses it, and its terminal hears why", async () => {
    const { world, shells, ended } = await stage();
    await world.advance(attachLimits.idleTimeoutMsDefault - 10_000);
    expect(shells()).toHaveLength(1);
    await world.advance(20_000);
    expect(shells()).toEqual([]);
    expect(ended).toEqual([{ why: "idle", text: expect.stringContaining("for 30 minutes") }]);
  });

  it("lives as long as both are there, however long nobody says anything within the half hour", async () => {
    const { world, shells, ended } = await stage();
    await world.advance(20 * 60_000);
    expect(shells()).toHaveLength(1);
    expect(ended).toEqual([]);
  });

  it("ends on both sides with a connection that is lost, and never stops the node (M14)", async () => {
    const { network, world, node, shells, ended } = await stage();
    network.disconnect("cli-joe");
    await world.advance(1);
    expect(ended).toEqual([{ why: "lost", text: expect.stringContaining("was lost") }]);
    await world.advance(60_000);
    expect(shells()).toEqual([]);
    expect(node.whereis("attach")).toBeDefined();
  });

  it("is left by a terminal that misses a message of it", async () => {
    const { network, world, shell, shells, ended, heard } = await stage();
    network.faults("alpha", "cli-joe", { lossRate: 1 });
    shell.evaluate("names", { json: false, timeoutMs: 1_000 });
    await world.advance(10);
    network.heal();
    await world.advance(attachLimits.keepAliveMs * 2);
    expect(heard.filter(({ op }) => op === "value")).toEqual([]);
    expect(ended).toEqual([{ why: "lost", text: expect.stringContaining("lost on the way") }]);
    await world.advance(60_000);
    expect(shells()).toEqual([]);
  });

  it("takes what comes twice once", async () => {
    const { network, world, shell, heard } = await stage();
    network.faults("alpha", "cli-joe", { duplicateRate: 1 });
    network.faults("cli-joe", "alpha", { duplicateRate: 1 });
    for (let index = 0; index < 50; index += 1) {
      shell.evaluate("names", { json: false, timeoutMs: 1_000 });
      await world.advance(100);
    }
    expect(heard.filter(({ op }) => op === "value")).toHaveLength(50);
  });

  it("that was granted and never begun is forgotten", async () => {
    const { network, world, node, shells } = await stage();
    const names = subjects("aiex");
    const request = new TextEncoder().encode('{"version":1,"nonce":"n","mode":"look","columns":80}');
    void network.carrier("cli-eve").request(names.evaluation("cli-eve", "alpha", "open"), request, 1_000);
    await world.advance(100);
    expect(shells()).toHaveLength(2);
    await world.advance(attachLimits.beginTimeoutMs + attachLimits.keepAliveMs);
    expect(shells()).toHaveLength(1);
    expect(node.whereis("attach")).toBeDefined();
  });
});

async function stage() {
  const world = simulatedWorld();
  const network = memoryNetwork(world);
  const node = startNode({ world, name: "alpha" });
  const names = subjects("aiex");
  const carriers = [network.carrier("alpha")];
  const tree = attachTree({ node, subjects: names, carriers, auditPath: "/state/audit.log" });
  const applications = new Applications(node, [{ name: "attach", tree }]);
  const starting = applications.startAll("attach");
  await world.advance(1);
  await starting;
  const place = { carrier: network.carrier("cli-joe"), subjects: names, node: "alpha", from: "cli-joe" };
  const ended: { readonly why: ClosedWhy; readonly text: string }[] = [];
  const heard: NodeMessage[] = [];
  const listener = {
    heard: (message: NodeMessage) => void heard.push(message),
    ended: (why: ClosedWhy, text: string) => void ended.push({ why, text }),
  };
  const opening = RemoteShell.open(place, { world, mode: "look", columns: 80 }, listener);
  await world.advance(100);
  const shell = await opening;
  await world.advance(100);
  const shells = () => node.registered().filter((name) => name.startsWith("attach.session."));
  return { world, network, node, shell, shells, ended, heard };
}
