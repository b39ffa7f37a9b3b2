import { describe, expect, test } from "vitest";
import { EntryTooLarge, RunTaken, RunUnreadable } from "../../../actors/runs/failures.ts";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { RunLog } from "../../../actors/runs/run-log.ts";
import type { RunPlace } from "../../../actors/runs/run-store.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { simulatedWorld } from "../../../runtime/index.ts";
import type { Append } from "../../../runtime/journal/journal.ts";

const id = "abcdefghijklmnop";
const text = (words: string): RunFact => ({ type: "text", step: "s", text: words });

async function withLog(
  work: (room: {
    readonly place: RunPlace;
    readonly appends: Append[];
    claim(): Promise<{ readonly log: RunLog; readonly entries: readonly RunEntry[] }>;
    pass(ms: number): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const world = simulatedWorld();
  const inner = await memoryRunStore(world.clock).open(id, "own");
  const appends: Append[] = [];
  const { journal } = inner;
  const place: RunPlace = {
    ...inner,
    journal: {
      place: journal.place,
      acknowledgement: () => journal.acknowledgement(),
      append: (log, append) => {
        appends.push(append);
        return journal.append(log, append);
      },
      end: (log) => journal.end(log),
      read: (log, after) => journal.read(log, after),
      snapshot: (log) => journal.snapshot(log),
      truncate: (log, position) => journal.truncate(log, position),
      repair: (log) => journal.repair(log),
      remove: (log) => journal.remove(log),
      close: () => journal.close(),
    },
  };
  await world.until(
    work({
      place,
      appends,
      claim: () => RunLog.claim({ world, id, place, node: "alpha" }),
      pass: (ms) => new Promise((resolve) => world.timers.set(ms, resolve)),
    }),
  );
}

describe("The log of a run", () => {
  test("gives the next owner everything that was written, numbered without a gap", () =>
    withLog(async ({ claim }) => {
      const { log, entries } = await claim();
      expect(entries).toEqual([]);
      const written = await log.append([text("a"), text("b")]);
      expect(written.map(({ n }) => n)).toEqual([1, 2]);
      const next = await claim();
      expect(next.entries).toEqual(written);
      expect(next.log.epoch).toBe(log.epoch + 1);
      expect((await next.log.append([text("c")]))[0]?.n).toBe(3);
    }));

  test("takes nothing of an owner that another has followed", () =>
    withLog(async ({ claim }) => {
      const { log } = await claim();
      const next = await claim();
      await expect(log.append([text("late")])).rejects.toThrow(RunTaken);
      await expect(log.append([text("later")])).rejects.toThrow(RunTaken);
      await next.log.append([text("mine")]);
      expect((await claim()).entries).toMatchObject([{ text: "mine" }]);
    }));

  test("writes what is said in one moment together, and lets what is not urgent wait for more", () =>
    withLog(async ({ claim, appends, pass }) => {
      const { log } = await claim();
      await Promise.all(["a", "b", "c"].map((words) => log.append([text(words)])));
      expect(appends.length).toBe(2);
      const later = ["d", "e"].map((words) => log.append([text(words)], false));
      await pass(10);
      expect(appends.length).toBe(2);
      later.push(log.append([text("f")], false));
      await Promise.all(later);
      expect(appends.length).toBe(3);
      // What is urgent takes along what waits, in order.
      const waiting = log.append([text("g")], false);
      const [urgent] = await log.append([text("h")]);
      expect((await waiting)[0]?.n).toBe((urgent?.n ?? 0) - 1);
      expect(appends.length).toBe(4);
    }));

  test("makes several records of what is more than one takes, and refuses one fact that is", () =>
    withLog(async ({ claim, appends }) => {
      const { log } = await claim();
      const written = await Promise.all(
        Array.from({ length: 10 }, () => log.append([text("x".repeat(30_000))])),
      );
      expect(written.flat().map(({ n }) => n)).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
      expect(appends.length).toBeGreaterThan(4);
      await expect(log.append([text("x".repeat(2_000_000))])).rejects.toThrow(EntryTooLarge);
      expect((await log.append([text("after")]))[0]?.n).toBe(11);
      expect((await claim()).entries.length).toBe(11);
    }));

  test("cannot be gone on with where a record is none of its own", () =>
    withLog(async ({ claim, place }) => {
      const { log } = await claim();
      await log.append([text("a")]);
      const { position, epoch } = await place.journal.end(place.log);
      const append = {
        kind: "event",
        epoch,
        id: "odd",
        payload: Uint8Array.of(1, 2, 3),
        expected: position,
      } as const;
      await place.journal.append(place.log, append);
      await expect(claim()).rejects.toThrow(RunUnreadable);
    }));

  test("fails what waits when it is ended", () =>
    withLog(async ({ claim }) => {
      const { log } = await claim();
      const waiting = log.append([text("a")], false);
      log.end(new Error("the run is over"));
      await expect(waiting).rejects.toThrow("the run is over");
      await expect(log.append([text("b")])).rejects.toThrow("the run is over");
    }));
});
