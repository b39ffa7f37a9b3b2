// Which spans of time are open, as events begin and end them. Metrics and traces read the same ones.
import type { Clock } from "../world.ts";
import type { EventDefinition, SpanPart } from "./event-definition.ts";
import type { RuntimeEvent } from "./events.ts";
import { observeLimits as limits } from "./limits.ts";

/** Milliseconds: where the span begins by the wall clock, and on the clock that does not jump. */
export interface Beginning {
  readonly wallMs: number;
  readonly nowMs: number;
}

export interface EndedSpan<T> {
  readonly span: string;
  readonly began: Beginning;
  readonly durationMs: number;
  /** What `begin` gave; undefined for a span that is told of as a whole. */
  readonly opened: T | undefined;
  readonly failed: boolean;
}

interface OpenSpan<T> {
  readonly span: string;
  readonly began: Beginning;
  readonly opened: T;
}

type Begin = Extract<SpanPart, { readonly is: "begin" }>;

export class OpenSpans<T> {
  readonly #clock: Clock;
  readonly #open = new Map<string, OpenSpan<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes an event, and gives the spans that ended with it. Where it begins one, `begin` makes what is kept for it, out of
   * what is kept for the span that it lies within.
   */
  take(
    { data }: RuntimeEvent,
    { span: part }: EventDefinition,
    begin: (span: string, began: Beginning, around: T | undefined) => T,
  ): readonly EndedSpan<T>[] {
    if (part === undefined) return [];
    if (part.is === "whole") return this.#whole(part.span, Number(Reflect.get(data, part.took)));
    const key = keyOf(part.span, part.key, data);
    const before = this.#end(key, part.is === "begin" || part.failed);
    if (part.is === "end") return before;
    if (part.when?.(data as never) === false) return before;
    const began = this.#nowIs();
    const opened = begin(part.span, began, this.#around(part, data));
    this.#open.set(key, { span: part.span, began, opened });
    return [...before, ...this.#giveUpOldest()];
  }

  /** Ends what is open: nobody will be told of its end. */
  endAll(): readonly EndedSpan<T>[] {
    return [...this.#open.keys()].flatMap((key) => this.#end(key, true));
  }

  #around({ within }: Begin, data: object): T | undefined {
    return within === undefined ? undefined : this.#open.get(keyOf(within.span, within.key, data))?.opened;
  }

  #whole(span: string, durationMs: number): readonly EndedSpan<T>[] {
    if (!(durationMs >= 0)) return [];
    const { wallMs, nowMs } = this.#nowIs();
    const began = { wallMs: wallMs - durationMs, nowMs: nowMs - durationMs };
    return [{ span, began, durationMs, opened: undefined, failed: false }];
  }

  #end(key: string, failed: boolean): readonly EndedSpan<T>[] {
    const open = this.#open.get(key);
    if (open === undefined) return [];
    this.#open.delete(key);
    return [{ ...open, durationMs: this.#clock.now() - open.began.nowMs, failed }];
  }

  #giveUpOldest(): readonly EndedSpan<T>[] {
    if (this.#open.size <= limits.openSpansMax) return [];
    const [oldest] = this.#open.keys();
    return oldest === undefined ? [] : this.#end(oldest, true);
  }

  #nowIs(): Beginning {
    return { wallMs: this.#clock.wallTime(), nowMs: this.#clock.now() };
  }
}

function keyOf(span: string, fields: readonly string[], data: object): string {
  return JSON.stringify([span, ...fields.map((field) => Reflect.get(data, field))]);
}
