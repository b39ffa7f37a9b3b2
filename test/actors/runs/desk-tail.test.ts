import { describe, expect, it } from "vitest";
import { deskLimits } from "../../../actors/runs/desk-limits.ts";
import { jsonBytesOf, RunTail } from "../../../actors/runs/desk-tail.ts";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { RunLog } from "../../../actors/runs/run-log.ts";
import type { RunPlace } from "../../../actors/runs/run-store.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { realWorld } from "../../../runtime/index.ts";
import { planOf, specOf } from "./desk-stage.ts";

const { plan, ...rest } = specOf(planOf("echo"));
const accepted: RunFact = { type: "accepted", spec: { ...rest, plan: { value: plan } }, steps: 1 };
const text = (index: number, bytes: number): RunFact => ({
  type: "text",
  step: "only",
  text: `${index}`.padEnd(bytes, "."),
});

/** A log with `count` texts, each a record of its own, and how often and from where it was read since. */
async function logOf(count: number, bytes: number) {
  const place = await memoryRunStore().open(rest.id, "own");
  const options = { world: realWorld(), id: rest.id, place, node: "alpha" };
  const { log } = await RunLog.claim(options);
  await log.append([accepted]);
  for (let index = 0; index < count; index += 1) await log.append([text(index, bytes)]);
  const reads: number[] = [];
  const journal = new Proxy(place.journal, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== "read") return typeof value === "function" ? value.bind(target) : value;
      return (of: string, after: number) => {
        reads.push(after);
        return target.read(of, after);
      };
    },
  });
  const watched: RunPlace = { ...place, journal };
  return { log, tail: new RunTail(rest.id, watched), reads };
}

async function all(tail: RunTail, from: number, bytesMax: number): Promise<readonly RunEntry[]> {
  const entries: RunEntry[] = [];
  for (let next = from; ; ) {
    const page = await tail.page(next, bytesMax);
    if (page.entries.length === 0) return entries;
    entries.push(...page.entries);
    next = page.next;
  }
}

describe("What a reader knows of a log", () => {
  it("gives every entry once and in order, from anywhere and however little fits into a page", async () => {
    const { tail } = await logOf(1_000, 1_000);
    await tail.advance();
    const whole = await all(tail, 1, 1_000_000);
    expect(whole.map(({ n }) => n)).toEqual(Array.from({ length: 1_001 }, (_, index) => index + 1));
    for (const [from, bytesMax] of [
      [1, 1],
      [400, 2_500],
      [735, 10_000],
      [999, 1],
      [1_001, 1],
      [1_002, 1],
    ] as const)
      expect(await all(tail, from, bytesMax)).toEqual(whole.slice(from - 1));
  });

  it("reads only a little before where somebody begins, and nothing for who reads the latest", async () => {
    const { tail, reads, log } = await logOf(2_000, 1_000);
    await tail.advance();
    reads.length = 0;
    await tail.page(1_000, 1);
    const [after = 0] = reads;
    expect(after).toBeGreaterThan(1_000 - 2 * (deskLimits.markEveryBytes / 1_000));
    expect(after).toBeLessThan(1_003);
    reads.length = 0;
    await log.append([text(2_000, 10)]);
    await tail.advance();
    expect(reads).toHaveLength(1);
    const page = await tail.page(2_002, 1_000);
    expect([page.entries.map(({ n }) => n), reads.length]).toEqual([[2_002], 1]);
  });

  it("gives nothing beyond what it has taken in", async () => {
    const { tail, log } = await logOf(3, 10);
    await tail.advance();
    await log.append([text(9, 10)]);
    expect((await all(tail, 1, 10_000)).length).toBe(4);
    await tail.advance();
    expect((await all(tail, 1, 10_000)).length).toBe(5);
  });

  it("measures what JSON takes of a value, bytes in base64", () => {
    for (const value of [null, "text", 7, { a: [1, "é".repeat(100)] }, new Uint8Array(1_000)]) {
      const shown = value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString("base64") } : value;
      expect(jsonBytesOf(value)).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(shown)));
    }
  });
});
