// Spans of time as people type them: 500ms, 5s, 2m, 1h.

const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds; undefined for what is no such span. */
export function timeSpanMs(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  return amount === undefined || unitMs === undefined ? undefined : Number(amount) * unitMs;
}

/** In the largest unit that needs no fraction. */
export function timeText(spanMs: number): string {
  const [unit = "ms", unitMs = 1] = Object.entries(unitsMs).find(([, each]) => spanMs % each === 0) ?? [];
  return `${spanMs / unitMs}${unit}`;
}
