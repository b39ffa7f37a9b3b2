// Carriers in memory: they are carriers, and their faults come as they were ordered and as the seed has it.
import { describe, expect, it } from "vitest";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { itIsACarrier, patientWorld } from "./conformance.ts";

itIsACarrier("A carrier in memory", async () => {
  const simulated = simulatedWorld();
  const { world, thrown } = patientWorld(simulated);
  const network = memoryNetwork(world);
  const [a, b] = [network.carrier("a"), network.carrier("b")];
  return {
    a,
    b,
    thrown,
    until: (promise) => simulated.until(promise),
    third: async () => network.carrier("c"),
    interrupt: async () => network.disconnect("a", "pulled out"),
    restore: async () => network.reconnect("a"),
    close: async () => {},
  };
});

describe("memoryNetwork()", () => {
  const room = (seed = 1) => {
    const world = simulatedWorld({ seed });
    const network = memoryNetwork(world);
    const [a, b] = [network.carrier("a"), network.carrier("b")];
    const heard: number[] = [];
    b.subscribe("x", ({ payload }) => heard.push(payload[0] ?? -1));
    const say = (...words: number[]): void => {
      for (const word of words) a.publish("x", Uint8Array.of(word));
    };
    return { world, network, a, b, heard, say };
  };
  const hundred = Array.from({ length: 100 }, (_, number) => number);

  it("delays within the range and keeps the order", async () => {
    const { world, network, heard, say } = room();
    network.faults("a", "b", { delayMs: [10, 100] });
    say(...hundred);
    await world.advance(9);
    expect(heard).toEqual([]);
    await world.advance(91);
    expect(heard).toEqual(hundred);
    network.heal();
    say(1);
    await world.settle();
    expect(heard.length).toBe(101);
  });

  it("lets nothing overtake what is delayed when the delay ends", async () => {
    const { world, network, heard, say } = room();
    network.faults("a", "b", { delayMs: [50, 50] });
    say(1);
    network.heal();
    say(2);
    await world.settle();
    expect(heard).toEqual([]);
    await world.advance(50);
    expect(heard).toEqual([1, 2]);
  });

  it("loses, repeats and reorders, and the same with the same seed", async () => {
    const play = async (seed: number) => {
      const { world, network, heard, say } = room(seed);
      network.faults("a", "b", { delayMs: [0, 20], lossRate: 0.3, duplicateRate: 0.3, reorderRate: 0.3 });
      say(...hundred);
      await world.advance(20);
      return heard;
    };
    const heard = await play(7);
    const different = new Set(heard);
    expect(different.size).toBeGreaterThan(50);
    expect(different.size).toBeLessThan(90);
    expect(heard.length).toBeGreaterThan(different.size);
    expect(heard).not.toEqual([...heard].sort((one, other) => one - other));
    expect(await play(7)).toEqual(heard);
    expect(await play(8)).not.toEqual(heard);
  });

  it("holds its faults to the pair and the direction", async () => {
    const { world, network, a, b, heard, say } = room();
    const back: number[] = [];
    a.subscribe("back", ({ payload }) => back.push(payload[0] ?? -1));
    network.cut("a", "b", "one");
    say(1);
    b.publish("back", Uint8Array.of(2));
    network.carrier("c").publish("x", Uint8Array.of(3));
    await world.settle();
    expect([heard, back]).toEqual([[3], [2]]);
    network.cut("a", "b");
    b.publish("back", Uint8Array.of(4));
    expect(await world.until(a.request("x", Uint8Array.of(5), 1_000))).toEqual({ kind: "timeout" });
    network.heal();
    say(6);
    await world.settle();
    expect([heard, back]).toEqual([[3, 6], [2]]);
  });

  it("loses what is under way to a node that is taken away, and not what is under way from it", async () => {
    const { world, network, b, heard, say } = room();
    network.faults("a", "b", { delayMs: [50, 50] });
    say(1);
    network.disconnect("a");
    await world.advance(50);
    expect(heard).toEqual([1]);
    network.reconnect("a");
    say(2);
    network.disconnect("b");
    network.reconnect("b");
    await world.advance(50);
    expect([heard, b.state]).toEqual([[1], "connected"]);
  });

  it("answers no_responders where the only one who listens is away", async () => {
    const { world, network, a } = room();
    network.disconnect("b");
    expect(await world.until(a.request("x", Uint8Array.of(1), 1_000))).toEqual({ kind: "no_responders" });
    expect(network.carrier("b").state).toBe("disconnected");
  });

  it("holds everything of a frozen node, and hands it over in order when it thaws", async () => {
    const { world, network, a, b, heard, say } = room();
    const back: number[] = [];
    a.subscribe("back", ({ payload }) => back.push(payload[0] ?? -1));
    network.freeze("b");
    say(1, 2);
    b.publish("back", Uint8Array.of(7));
    expect(await world.until(a.request("x", Uint8Array.of(3), 1_000))).toEqual({ kind: "timeout" });
    expect([heard, back, b.state]).toEqual([[], [], "connected"]);
    network.thaw("b");
    say(4);
    await world.settle();
    expect([heard, back]).toEqual([[1, 2, 3, 4], [7]]);
  });

  it("takes back the bytes that were lent when the receiver returns", async () => {
    const { world, b, say } = room();
    const kept: Uint8Array[] = [];
    b.subscribe("x", ({ payload }) => kept.push(payload));
    say(9);
    await world.settle();
    expect(kept).toEqual([Uint8Array.of(0)]);
  });
});
