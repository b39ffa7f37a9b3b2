// A node's events as metrics of OpenTelemetry: a counter for each event, a histogram for each number and each span of time.
import type { Attributes, Counter, Histogram, Meter, MeterProvider } from "@opentelemetry/api";
import type { Node } from "../node/node.ts";
import { metricAttributes } from "./attributes.ts";
import type { EventDefinition } from "./event-definition.ts";
import type { RuntimeEvent } from "./events.ts";
import { type EndedSpan, OpenSpans } from "./open-spans.ts";

export interface MetricsOptions {
  readonly meterProvider: MeterProvider;
}

/**
 * Tells `meterProvider` of every event of `node` from now on, and of the node itself whenever it is asked; gives back how
 * to stop that. Instruments are named `aiex.EVENT`, `aiex.EVENT.MEASUREMENT`, `aiex.SPAN.duration`, `aiex.processes` and
 * `aiex.heap.used`; each value has the attribute `node`.
 */
export function attachMetrics(node: Node, { meterProvider }: MetricsOptions): () => void {
  const meter = meterProvider.getMeter("aiex");
  const instruments = new Instruments(meter);
  const spans = new OpenSpans<Attributes>(node.world.clock);
  const leaveEvents = node.subscribe((event, definition) => {
    const attributes = { ...metricAttributes(event, definition), node: node.name };
    instruments.count(event, definition, attributes);
    for (const ended of spans.take(event, definition, () => attributes)) instruments.time(ended, attributes);
  });
  const leaveGauges = observeNode(meter, node, { node: node.name });
  return () => {
    leaveEvents();
    leaveGauges();
  };
}

/** Made when they are first needed: an event that never happens costs nothing. */
class Instruments {
  readonly #meter: Meter;
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  count({ name, data }: RuntimeEvent, definition: EventDefinition, attributes: Attributes): void {
    this.#counter(name, definition.means).add(1, attributes);
    for (const [measurement, { unit, means }] of Object.entries(definition.measurements)) {
      const value: unknown = Reflect.get(data, measurement);
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      this.#histogram(`${name}.${measurement}`, unit, means).record(value, attributes);
    }
  }

  /** Told apart as what began it is, and else as the event that told of the whole. */
  time({ span, durationMs, opened, failed }: EndedSpan<Attributes>, attributes: Attributes): void {
    const histogram = this.#histogram(`${span}.duration`, "ms", "How long it took");
    histogram.record(durationMs, { ...(opened ?? attributes), failed });
  }

  #counter(name: string, description: string): Counter {
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const counter = this.#meter.createCounter(`aiex.${name}`, { unit: "{event}", description });
    this.#counters.set(name, counter);
    return counter;
  }

  #histogram(name: string, unit: string, description: string): Histogram {
    const known = this.#histograms.get(name);
    if (known !== undefined) return known;
    const histogram = this.#meter.createHistogram(`aiex.${name}`, { unit, description });
    this.#histograms.set(name, histogram);
    return histogram;
  }
}

function observeNode(meter: Meter, node: Node, own: Attributes): () => void {
  const gauges = [
    {
      name: "processes",
      unit: "{process}",
      description: "Live processes",
      read: () => node.processes().length,
    },
    {
      name: "heap.used",
      unit: "By",
      description: "Bytes of the heap in use",
      read: () => process.memoryUsage().heapUsed,
    },
  ].map(({ name, unit, description, read }) => {
    const gauge = meter.createObservableGauge(`aiex.${name}`, { unit, description });
    const observe = (result: { observe(value: number, attributes: Attributes): void }): void =>
      result.observe(read(), own);
    gauge.addCallback(observe);
    return () => gauge.removeCallback(observe);
  });
  return () => {
    for (const leave of gauges) leave();
  };
}
