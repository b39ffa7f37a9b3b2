// How long requests have taken lately, how many failed and what they cost, by entry and node. Pure.
import type { FailureCode } from "./failure.ts";
import { figuresMax, figuresWindowMs } from "./limits.ts";
import type { AttemptReport } from "./request-report.ts";

/** What an entry did on a node within the last `figuresWindowMs`. */
export interface EntryFigures {
  readonly entry: string;
  /** Null: the own node. */
  readonly node: string | null;
  readonly requests: number;
  readonly errors: number;
  readonly errorsByCode: Readonly<Partial<Record<FailureCode, number>>>;
  /** Milliseconds of those that were answered; null where none was. */
  readonly tookMs: Percentiles | null;
  /** Milliseconds until their answers began; null where none was heard as it came. */
  readonly firstMs: Percentiles | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars of those whose cost is known. */
  readonly costUsd: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

interface Sample {
  readonly report: AttemptReport;
  readonly atMs: number;
}

/** It changes in place: it is told of every attempt, and asked seldom. */
export class Figures {
  /** By entry and node, each with its samples from the oldest to the newest. */
  readonly #samples = new Map<string, Sample[]>();

  add(report: AttemptReport, nowMs: number): void {
    const key = JSON.stringify([report.entry, report.node]);
    let samples = this.#samples.get(key);
    if (samples === undefined) {
      samples = [];
      this.#samples.set(key, samples);
    }
    samples.push({ report, atMs: nowMs });
    if (samples.length > figuresMax) samples.shift();
  }

  at(nowMs: number): readonly EntryFigures[] {
    return [...this.#samples.values()].flatMap((samples) => {
      const recent = samples.filter(({ atMs }) => atMs > nowMs - figuresWindowMs);
      const [first, ...others] = recent.map(({ report }) => report);
      return first === undefined ? [] : [figuresOf([first, ...others])];
    });
  }
}

function figuresOf(samples: readonly [AttemptReport, ...AttemptReport[]]): EntryFigures {
  const [{ entry, node }] = samples;
  const answered = samples.filter(({ code }) => code === null);
  const errorsByCode: Partial<Record<FailureCode, number>> = {};
  for (const { code } of samples) if (code !== null) errorsByCode[code] = (errorsByCode[code] ?? 0) + 1;
  const total = (count: (sample: AttemptReport) => number): number =>
    samples.reduce((sum, sample) => sum + count(sample), 0);
  return {
    entry,
    node: node ?? null,
    requests: samples.length,
    errors: samples.length - answered.length,
    errorsByCode,
    tookMs: percentiles(answered.map(({ tookMs }) => tookMs)),
    firstMs: percentiles(answered.flatMap(({ firstMs }) => firstMs ?? [])),
    inputTokens: total(({ usage }) => usage?.input_tokens ?? 0),
    outputTokens: total(({ usage }) => usage?.output_tokens ?? 0),
    costUsd: total(({ costUsd }) => costUsd ?? 0),
  };
}

/** By the nearest rank. */
function percentiles(values: readonly number[]): Percentiles | null {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: at(0.5), p95: at(0.95) };
}
