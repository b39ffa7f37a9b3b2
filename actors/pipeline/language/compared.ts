// What has an order for a condition: numbers, percentages, and words that say how grave a finding is.

/** Some have the same weight, so that a condition may say it as `filter` does. */
export const gravities: ReadonlyMap<string, number> = new Map([
  ["none", 0],
  ["hint", 1],
  ["info", 2],
  ["low", 2],
  ["warning", 3],
  ["medium", 3],
  ["error", 4],
  ["high", 4],
  ["critical", 4],
]);

/** `80%` as 0.8; undefined for what is no percentage. */
export function shareOfPercent(text: string): number | undefined {
  const percent = /^(\d{1,9}(?:\.\d{1,9})?)%$/.exec(text)?.[1];
  return percent === undefined ? undefined : Number(percent) / 100;
}

/** Whether anything can be less or more than it. */
export function hasOrder(value: string | number | boolean): boolean {
  if (typeof value !== "string") return typeof value === "number";
  return shareOfPercent(value) !== undefined || gravities.has(value.toLowerCase());
}
