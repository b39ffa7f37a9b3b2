// Bytes, times and shares in the words of people.

/** Two digits where there is one in front of the point: 980 B, 1.2 KiB, 34 MiB. */
export function bytesText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1_024 && unit < byteUnits.length - 1) {
    amount /= 1_024;
    unit += 1;
  }
  return `${unit > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${byteUnits[unit] ?? ""}`;
}

/** In its two largest units: 2 h 5 min, 3 d 0 h, 12 s. */
export function agoText(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1_000));
  const [first, second] = spanUnits.slice(
    Math.max(
      0,
      spanUnits.findIndex(([, size]) => seconds >= size),
    ),
  );
  if (first === undefined || seconds < 60) return `${seconds} s`;
  const [unit, size] = first;
  const rest = second === undefined ? "" : ` ${Math.floor((seconds % size) / second[1])} ${second[0]}`;
  return `${Math.floor(seconds / size)} ${unit}${rest}`;
}

/** Milliseconds; what takes seconds, in seconds. */
export function millisecondsText(amount: number): string {
  return amount < 10_000 ? `${Math.round(amount)} ms` : `${(amount / 1_000).toFixed(1)} s`;
}

/** A share from 0 to 1. */
export function shareText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

const spanUnits: readonly (readonly [unit: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];
