// How a shared rate stands in the bucket `limits`: its level at the moment of the last change, and what was left just before the last few.
import { isRecord } from "../../../runtime/wire/shape.ts";
import type { Amounts, Level } from "./rate.ts";

export interface RateRecord {
  /** How many changes there were. */
  readonly changes: number;
  /** Who made the last one: nobody marks two alike. */
  readonly mark: string;
  readonly level: Level;
  /** What was left before each of the last changes, the latest at the end. */
  readonly peaks: readonly Amounts[];
}

export function encodeRateRecord({ changes, mark, level, peaks }: RateRecord): Uint8Array {
  const pairs = peaks.map(({ requests, tokens }) => [written(requests), written(tokens)]);
  return new TextEncoder().encode(JSON.stringify({ v: 1, changes, mark, level, peaks: pairs }));
}

/** Undefined for what is no such record. */
export function decodeRateRecord(bytes: Uint8Array): RateRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.v !== 1 || !isRecord(value.level) || !Array.isArray(value.peaks))
    return undefined;
  const { changes, mark, level } = value;
  if (!isNumber(changes) || typeof mark !== "string") return undefined;
  const peaks = value.peaks.map((pair: unknown) => amountsIn(pair));
  return { changes, mark, level: levelIn(level), peaks };
}

function levelIn({ requests, tokens, told }: Readonly<Record<string, unknown>>): Level {
  const limits =
    isRecord(told) && isNumber(told.leftMs) ? { ...numbers(told), leftMs: told.leftMs } : undefined;
  return { ...numbers({ requests, tokens }), ...(limits === undefined ? {} : { told: limits }) };
}

function numbers({ requests, tokens }: Readonly<Record<string, unknown>>): {
  readonly requests?: number;
  readonly tokens?: number;
} {
  return { ...(isNumber(requests) ? { requests } : {}), ...(isNumber(tokens) ? { tokens } : {}) };
}

/** A dimension without a limit has endlessly much left, which JSON has no word for. */
function amountsIn(pair: unknown): Amounts {
  const [requests, tokens]: readonly unknown[] = Array.isArray(pair) ? pair : [];
  return { requests: isNumber(requests) ? requests : endless, tokens: isNumber(tokens) ? tokens : endless };
}

const endless = Number.POSITIVE_INFINITY;

function written(amount: number): number | null {
  return amount === endless ? null : amount;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
