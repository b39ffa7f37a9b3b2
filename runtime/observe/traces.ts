// The spans of time that a node's events begin and end, as spans of OpenTelemetry.
import type { Attributes, HrTime, Span, TracerProvider } from "@opentelemetry/api";
import type { Node } from "../node/node.ts";
import { outsideProcesses } from "../process/current.ts";
import { spanAttributes } from "./attributes.ts";
import { type Beginning, type EndedSpan, OpenSpans } from "./open-spans.ts";
import type { ShownOptions } from "./shown-value.ts";

export interface TracesOptions extends ShownOptions {
  readonly tracerProvider: TracerProvider;
}

/**
 * Tells `tracerProvider` of every span of `node` from now on; gives back how to stop that, which ends the open ones.
 * Loads OpenTelemetry's interface. A span has the attribute `node` and those of the events that began and ended it; its
 * times are the node's world's.
 */
export async function attachTraces(
  node: Node,
  { tracerProvider, ...options }: TracesOptions,
): Promise<() => void> {
  const { ROOT_CONTEXT, SpanStatusCode, trace } = await import("@opentelemetry/api");
  const tracer = tracerProvider.getTracer("aiex");
  const spans = new OpenSpans<Span>(node.world.clock);
  const start = (name: string, wallMs: number, attributes: Attributes, around?: Span): Span =>
    tracer.startSpan(
      `aiex.${name}`,
      { startTime: timeOf(wallMs), attributes: { ...attributes, node: node.name } },
      around === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, around),
    );
  const end = (
    { span, began, durationMs, opened, failed }: EndedSpan<Span>,
    attributes: Attributes,
  ): void => {
    const ended = opened?.setAttributes(attributes) ?? start(span, began.wallMs, attributes);
    if (failed) ended.setStatus({ code: SpanStatusCode.ERROR });
    ended.end(timeOf(began.wallMs + durationMs));
  };
  const leave = node.subscribe((event, definition) => {
    const part = definition.span;
    if (part === undefined) return;
    const attributes = spanAttributes(event, definition, options);
    const begin = (name: string, { wallMs }: Beginning, around: Span | undefined): Span =>
      start(name, wallMs, attributes, around);
    // What a provider does with a span, now or later, must not count as the work of the process that the span is about.
    outsideProcesses(() => {
      for (const ended of spans.take(event, definition, begin)) {
        end(ended, part.is === "begin" ? {} : attributes);
      }
    });
  });
  return () => {
    leave();
    for (const open of spans.endAll()) end(open, {});
  };
}

/** Seconds and nanoseconds, which no clock's own idea of its beginning can change. */
function timeOf(wallMs: number): HrTime {
  const seconds = Math.floor(wallMs / 1_000);
  return [seconds, Math.floor((wallMs - seconds * 1_000) * 1_000_000)];
}
