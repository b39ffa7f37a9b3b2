// What a node tells tools that watch.
import { describe, expect, test } from "vitest";
import type { Carrier } from "../../../runtime/carrier.ts";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { simulatedWorld, startNode } from "../../../runtime/index.ts";
import { subjects } from "../../../runtime/wire/subject.ts";

interface Told {
  readonly seq: number;
  readonly event: string;
  readonly level: string;
  readonly node: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

function watched(): {
  world: ReturnType<typeof simulatedWorld>;
  told: Told[];
  node: ReturnType<typeof startNode>;
} {
  const world = simulatedWorld();
  const network = memoryNetwork(world);
  const tool: Carrier = network.carrier("tool");
  const told: Told[] = [];
  tool.subscribe(subjects("aiex").events(), ({ payload }) => {
    told.push(JSON.parse(new TextDecoder().decode(payload)) as Told);
  });
  const node = startNode({ world, name: "alpha", distribution: {} });
  node.distribution?.addCarrier(network.carrier("alpha"));
  return { world, told, node };
}

describe("The events of a node", () => {
  test("reach tools from info upwards, in order, with what they say", async () => {
    const { world, told, node } = watched();
    node.emit("event_loop_lag", { lagMs: 120 });
    node.emit("reply_dropped", { ref: 1 });
    node.emit("carrier_lost", { place: "nats://x", why: "\u001b[31mred" });
    await world.settle();
    expect(told).toMatchObject([
      { v: 1, seq: 1, node: "alpha", level: "warn", event: "event_loop_lag", data: { lagMs: 120 } },
      { seq: 2, level: "error", event: "carrier_lost" },
    ]);
    expect(JSON.stringify(told)).not.toContain("\\u001b");
  });

  test("come no faster than a hundred a second, and the gap in their numbers tells so", async () => {
    const { world, told, node } = watched();
    for (let count = 0; count < 500; count += 1) node.emit("event_loop_lag", { lagMs: count });
    await world.advance(1_000);
    expect(told.length).toBe(100);
    node.emit("event_loop_lag", { lagMs: 1 });
    await world.settle();
    expect(told.at(-1)?.seq).toBe(501);
  });

  test("are told without their data where that is too much", async () => {
    const { world, told, node } = watched();
    const values = Array.from({ length: 400 }, () => "x".repeat(1_000));
    node.emit("machine_logged", { pid: node.self(), name: undefined, values });
    await world.settle();
    expect(told[0]).toMatchObject({ event: "machine_logged" });
    expect(JSON.stringify(told[0]).length).toBeLessThan(70_000);
  });
});
