import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, describe, expect, test } from "vitest";
import {
  attachMetrics,
  child,
  simulatedWorld,
  sleep,
  startNode,
  supervisor,
} from "../../../runtime/index.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function measuring() {
  const world = simulatedWorld();
  const node = startNode({ world, name: "kitchen" });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // It exports when it is told to: a day is longer than any test.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 86_400_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  closing.push(() => meterProvider.shutdown());
  const detach = attachMetrics(node, { meterProvider });
  const read = async (name: string) => {
    await meterProvider.forceFlush();
    const [latest] = exporter.getMetrics().slice(-1);
    const all = latest?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
    const found = all.find(({ descriptor }) => descriptor.name === name);
    return {
      unit: found?.descriptor.unit,
      points: found?.dataPoints as DataPoint<number & Histogram>[] | undefined,
    };
  };
  return { world, node, read, detach };
}

const pid = { node: "kitchen", incarnation: 1, id: 7 };

describe("attachMetrics()", () => {
  test("counts each event, told apart by what has few values", async () => {
    const { node, read } = measuring();
    const event = { pid, name: "oven 4711", lastMessage: "bake", state: { a: 1 }, client: undefined };
    const error = { name: "TypeError", message: "m", stack: "s" };
    node.emit("process_crashed", { ...event, logic: "oven", reason: { error } });
    node.emit("process_crashed", { ...event, logic: "oven", reason: { error } });
    node.emit("process_crashed", { ...event, logic: "oven", reason: "user 4711 has left" });
    const { points, unit } = await read("aiex.process_crashed");
    expect(unit).toBe("{event}");
    expect(points?.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ node: "kitchen", logic: "oven", reason: "error" }, 2],
      [{ node: "kitchen", logic: "oven", reason: "other" }, 1],
    ]);
  });

  test("puts each measurement into a histogram of its unit", async () => {
    const { node, read } = measuring();
    for (const messages of [10_000, 30_000]) node.emit("mailbox_long", { pid, name: undefined, messages });
    node.emit("mailbox_long", { pid, name: undefined, messages: Number.NaN });
    const { points, unit } = await read("aiex.mailbox_long.messages");
    expect(unit).toBe("{message}");
    expect(points).toMatchObject([{ value: { count: 2, min: 10_000, max: 30_000, sum: 40_000 } }]);
  });

  test("measures how long a restart takes, from the child's end on", async () => {
    const { world, node, read } = measuring();
    let starts = 0;
    const slow = async function slow(): Promise<void> {
      starts += 1;
      await sleep(20);
      throw new Error(`burnt ${starts}`);
    };
    const tree = supervisor("bakery", { strategy: "one_for_one", maxRestarts: 2, children: [child(slow)] });
    await world.until(node.spawn(tree));
    await world.advance(1_000);
    const { points, unit } = await read("aiex.supervisor.restart.duration");
    expect(unit).toBe("ms");
    const told = { node: "kitchen", supervisor: "bakery", reason: "error", error: true };
    expect(points?.map(({ attributes, value }) => [attributes, value.count])).toEqual([
      [{ ...told, failed: false }, 2],
      [{ ...told, failed: true }, 1],
    ]);
  });

  test("tells how many processes there are and how much memory is in use, when it is asked", async () => {
    const { world, node, read } = measuring();
    const processes = async () => (await read("aiex.processes")).points?.[0]?.value;
    expect(await processes()).toBe(0);
    await world.until(node.spawn(async () => sleep(1_000)));
    expect(await processes()).toBe(1);
    await world.advance(2_000);
    expect(await processes()).toBe(0);
    const { unit, points } = await read("aiex.heap.used");
    expect(unit).toBe("By");
    expect(points?.[0]?.value).toBeGreaterThan(1_000_000);
  });

  test("tells nothing more once it is detached", async () => {
    const { node, read, detach } = measuring();
    node.emit("application_started", { application: "bakery" });
    detach();
    node.emit("application_started", { application: "bakery" });
    expect((await read("aiex.application_started")).points).toMatchObject([{ value: 1 }]);
    expect((await read("aiex.processes")).points ?? []).toEqual([]);
  });

  test("cuts what is too long for an attribute", async () => {
    const { node, read } = measuring();
    node.emit("application_started", { application: "\u001b".repeat(1_000) });
    const { points } = await read("aiex.application_started");
    expect(points?.[0]?.attributes.application).toBe("\\x1b".repeat(50));
  });
});
