// Where what was spent is counted: one account for each day, person and run, to which all programs and nodes add that share it.

/** Billionths of a US dollar, a whole number: sums of them are exact. */
export type Nano = number;

export const nanoPerUsd = 1_000_000_000;

export interface Addition {
  /** Which account: words of `[A-Za-z0-9_-]` with `.` between. */
  readonly account: string;
  /** Below 0 where less was used than was reserved. */
  readonly nano: Nano;
  /** Nothing is added where the sum would be above; Infinity for what is added whatever the sum. */
  readonly most: Nano;
}

export interface Accounts {
  /** Adds, unless that is too much. @throws what can go wrong where they are kept; then nothing was added that counts for less */
  add(addition: Addition): Promise<boolean>;
  /** What was spent. */
  sum(account: string): Promise<Nano>;
  /** Adds to what is told of the use of a day. */
  note(day: string, uses: readonly Use[]): Promise<void>;
  /** The use of a day, by everybody who shares these accounts. */
  uses(day: string): Promise<readonly Use[]>;
}

/** What one model of an entry was used for in one day. */
export interface Use {
  readonly entry: string;
  readonly model: string;
  readonly requests: number;
  /** Those of which nobody knows what they used. */
  readonly unknown: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly nano: Nano;
}

/** Puts together what is of one entry and model. */
export function summed(uses: readonly Use[]): readonly Use[] {
  const by = new Map<string, Use>();
  for (const use of uses) {
    const key = JSON.stringify([use.entry, use.model]);
    const before = by.get(key);
    by.set(key, before === undefined ? use : plus(before, use));
  }
  return [...by.values()];
}

/** The same with one more, for sums that are put together already. */
export function withUse(uses: readonly Use[], use: Use): readonly Use[] {
  const at = uses.findIndex(({ entry, model }) => entry === use.entry && model === use.model);
  const before = uses[at];
  return before === undefined ? [...uses, use] : uses.with(at, plus(before, use));
}

/** Undefined for what is no such thing. */
export function useIn(value: unknown): Use | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { entry, model, ...rest } = value as Record<string, unknown>;
  if (typeof entry !== "string" || typeof model !== "string") return undefined;
  const number = (key: string): number => {
    const given = rest[key];
    return typeof given === "number" && Number.isFinite(given) ? given : 0;
  };
  return {
    ...{ entry, model, requests: number("requests"), unknown: number("unknown"), nano: number("nano") },
    ...{ input_tokens: number("input_tokens"), cached_tokens: number("cached_tokens") },
    output_tokens: number("output_tokens"),
  };
}

function plus(one: Use, other: Use): Use {
  return {
    entry: one.entry,
    model: one.model,
    requests: one.requests + other.requests,
    unknown: one.unknown + other.unknown,
    nano: one.nano + other.nano,
    input_tokens: one.input_tokens + other.input_tokens,
    cached_tokens: one.cached_tokens + other.cached_tokens,
    output_tokens: one.output_tokens + other.output_tokens,
  };
}

interface UsedModel {
  readonly entry: string;
  readonly model: string;
  readonly requests: number;
  /** Requests of which nobody knows what they used; they count with the most that they could cost. */
  readonly unknown: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly costUsd: number;
}

export interface UsedDay {
  /** In UTC: "2026-11-23". */
  readonly day: string;
  readonly models: readonly UsedModel[];
  readonly costUsd: number;
}

export function usedDay(day: string, uses: readonly Use[]): UsedDay {
  const models = uses.map(({ nano, ...use }) => ({ ...use, costUsd: nano / nanoPerUsd }));
  return { day, models, costUsd: uses.reduce((sum, { nano }) => sum + nano, 0) / nanoPerUsd };
}
