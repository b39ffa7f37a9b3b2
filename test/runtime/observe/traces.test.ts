import { SpanStatusCode } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { describe, expect, test } from "vitest";
import {
  attachTraces,
  child,
  defineEvents,
  event,
  field,
  simulatedWorld,
  sleep,
  startNode,
  supervisor,
  type TracesOptions,
  tellEvent,
} from "../../../runtime/index.ts";
import { processOfCode } from "../../../runtime/process/current.ts";

const canary = "kNaRy-7f3c9";
const pid = { node: "kitchen", incarnation: 1, id: 7 };

async function tracing(options: Partial<TracesOptions> = {}) {
  const world = simulatedWorld({ wallTime: 5_000 });
  const node = startNode({ world, name: "kitchen" });
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const detach = await attachTraces(node, { tracerProvider, ...options });
  return { world, node, detach, ended: () => exporter.getFinishedSpans() };
}

const bakery = defineEvents("bakery", {
  opened: event({
    means: "The bakery opened.",
    level: "info",
    metadata: { day: field.text("The day") },
    span: { is: "begin", span: "day", key: ["day"] },
  }),
  begun: event({
    means: "A loaf was put into the oven.",
    level: "info",
    metadata: { loaf: field.text("The loaf"), day: field.text("The day"), recipe: field.data("How") },
    span: { is: "begin", span: "baking", key: ["loaf"], within: { span: "day", key: ["day"] } },
  }),
  baked: event({
    means: "It was taken out.",
    level: "info",
    metadata: { loaf: field.text("The loaf"), color: field.text("Its color") },
    span: { is: "end", span: "baking", key: ["loaf"], failed: false },
  }),
});

describe("attachTraces()", () => {
  test("makes a span of a restart, with the times of the node's world", async () => {
    const { world, node, ended } = await tracing();
    let starts = 0;
    const baker = async function baker(): Promise<void> {
      starts += 1;
      await sleep(40);
      if (starts === 1) throw new Error("burnt");
      await sleep(1_000_000);
    };
    const tree = supervisor("bakery", { strategy: "one_for_one", children: [child(baker)] });
    await world.until(node.spawn(tree));
    await world.advance(1_000);
    expect(ended()).toHaveLength(1);
    expect(ended()[0]).toMatchObject({
      name: "aiex.supervisor.restart",
      startTime: [5, 40_000_000],
      endTime: [5, 40_000_000],
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        node: "kitchen",
        supervisor: "bakery",
        child: "baker",
        reason: "Error: burnt",
        error: true,
      },
    });
    expect(ended()[0]?.attributes).not.toHaveProperty("spec");
  });

  test("marks what failed", async () => {
    const { world, node, ended } = await tracing();
    const baker = async function baker(): Promise<void> {
      await sleep(1);
      throw new Error("burnt");
    };
    const tree = supervisor("bakery", { strategy: "one_for_one", maxRestarts: 0, children: [child(baker)] });
    await world.until(node.spawn(tree));
    await world.advance(1_000);
    expect(ended()).toMatchObject([{ status: { code: SpanStatusCode.ERROR } }]);
  });

  test("begins none for a child that nobody starts again", async () => {
    const { world, node, ended, detach } = await tracing();
    const baker = async function baker(): Promise<void> {
      await sleep(1);
      throw new Error("burnt");
    };
    const children = [child(baker, { restart: "temporary" })];
    await world.until(node.spawn(supervisor("bakery", { strategy: "one_for_one", children })));
    await world.advance(1_000);
    detach();
    expect(ended()).toEqual([]);
  });

  test("makes a span of a long turn, which ended when it was told", async () => {
    const { world, node, ended } = await tracing();
    await world.advance(1_000);
    node.emit("long_turn", { pid, name: "oven", logic: "oven", turnMs: 250.5 });
    expect(ended()).toMatchObject([
      {
        name: "aiex.process.turn",
        startTime: [5, 749_500_000],
        endTime: [6, 0],
        attributes: { pid: "<kitchen.1.7>" },
      },
    ]);
  });

  test("puts a span into the one around it", async () => {
    const { world, node, ended, detach } = await tracing();
    await world.until(
      node.spawn(async () => {
        tellEvent(bakery.opened, { day: "Monday" });
        tellEvent(bakery.begun, { loaf: "rye", day: "Monday", recipe: { salt: 1 } });
        tellEvent(bakery.baked, { loaf: "rye", color: "brown" });
      }),
    );
    detach();
    const [baking, day] = ended();
    expect(baking).toMatchObject({ name: "aiex.baking", attributes: { loaf: "rye", color: "brown" } });
    expect(baking?.attributes).not.toHaveProperty("recipe");
    expect(baking?.parentSpanContext?.spanId).toBe(day?.spanContext().spanId);
    expect(baking?.spanContext().traceId).toBe(day?.spanContext().traceId);
  });

  test("ends what is open when it is detached, and tells nothing more", async () => {
    const { world, node, ended, detach } = await tracing();
    await world.until(node.spawn(async () => tellEvent(bakery.opened, { day: "Monday" })));
    detach();
    node.emit("long_turn", { pid, name: "oven", logic: "oven", turnMs: 1 });
    expect(ended()).toMatchObject([{ name: "aiex.day", status: { code: SpanStatusCode.ERROR } }]);
  });

  test("does not let the work of a provider count as that of the process that tells", async () => {
    const world = simulatedWorld();
    const node = startNode({ world });
    const seen: unknown[] = [];
    const note = (): void => {
      seen.push(processOfCode());
    };
    const rest = { forceFlush: async () => {}, shutdown: async () => {} };
    const tracerProvider = new BasicTracerProvider({
      spanProcessors: [{ onStart: note, onEnd: note, ...rest }],
    });
    await attachTraces(node, { tracerProvider });
    await world.until(
      node.spawn(async () => {
        tellEvent(bakery.begun, { loaf: "rye", day: "Monday", recipe: 1 });
        tellEvent(bakery.baked, { loaf: "rye", color: "brown" });
      }),
    );
    expect(seen).toEqual([undefined, undefined]);
  });

  test("shows no secret", async () => {
    const { world, node, ended, detach } = await tracing({
      mask: (text) => text.replaceAll(canary, "[masked]"),
    });
    await world.until(
      node.spawn(async () => {
        tellEvent(bakery.begun, { loaf: canary, day: `key ${canary}`, recipe: canary });
      }),
    );
    detach();
    expect(JSON.stringify(ended()[0]?.attributes)).not.toContain(canary);
  });
});
