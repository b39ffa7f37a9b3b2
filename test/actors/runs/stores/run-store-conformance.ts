// What every store of runs has to do, wherever it keeps them: the same tests for all of them.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packBatch, packFact, unpackBatch } from "../../../../actors/runs/entry-codec.ts";
import type { RunFact } from "../../../../actors/runs/run-entry.ts";
import type { RunPlace, RunStore } from "../../../../actors/runs/run-store.ts";
import type { RunSummary } from "../../../../actors/runs/run-summary.ts";
import { claimLog } from "../../../../runtime/journal/claim.ts";

export interface RunStoreScene {
  readonly store: RunStore;
  /** Another one on the same runs, as another node or program has it. */
  readonly other: RunStore;
  until<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function itIsARunStore(name: string, open: () => Promise<RunStoreScene>): void {
  describe(name, () => {
    let scene: RunStoreScene;
    let store: RunStore;
    const ids = ["aaaaaaaaaaaaaaaa", "abcdefgh234567ij"] as const;
    const [id] = ids;

    beforeEach(async () => {
      scene = await open();
      store = scene.store;
    });
    afterEach(() => scene.close());
    const until = <T>(promise: Promise<T>): Promise<T> => scene.until(promise);

    async function begun(run: string = id): Promise<RunPlace> {
      const place = await until(store.open(run, "own"));
      await until(write(place, [accepted(run)]));
      return place;
    }

    it("lists nothing before there is anything", async () => {
      expect(await until(store.list())).toEqual([]);
      expect(store.place).toMatch(/\w/);
    });

    it("reads a run that is not there as an empty log, which makes none", async () => {
      const place = await until(store.open(id, "read"));
      expect(await until(place.journal.end(place.log))).toEqual({ position: 0, epoch: 0 });
      expect((await until(place.journal.read(place.log, 0))).records).toEqual([]);
      expect(await until(place.blobs.get("0".repeat(64)))).toBeUndefined();
      await until(place.close());
      expect(await until(store.list())).toEqual([]);
    });

    it("lets others read what the owner has written, while it goes on", async () => {
      const place = await begun();
      for (const reader of [store, scene.other]) {
        const reading = await until(reader.open(id, "read"));
        const before = await until(numbersIn(reading));
        await until(write(place, [{ type: "going_on" }, { type: "going_on" }]));
        const hash = await until(place.blobs.put(Uint8Array.of(1, 2, 3)));
        expect(await until(numbersIn(reading))).toEqual([...before, before.length + 1, before.length + 2]);
        expect(await until(reading.blobs.get(hash))).toEqual(Uint8Array.of(1, 2, 3));
        await until(reading.close());
      }
      await until(write(place, [{ type: "going_on" }]));
      await until(place.close());
      const again = await until(scene.other.open(id, "own"));
      expect(await until(numbersIn(again))).toHaveLength(6);
      await until(again.close());
    });

    it("lists what was noted of each run, to everybody", async () => {
      const places = [await begun(ids[0]), await begun(ids[1])];
      const summaries = ids.map((each) => summaryOf(each));
      for (const summary of summaries) await until(store.note(summary));
      for (const each of [store, scene.other]) {
        const listed = await listOf(each, (found) => found.length === 2);
        expect(listed.toSorted((one, two) => (one.id < two.id ? -1 : 1))).toEqual(summaries);
      }
      for (const place of places) await until(place.close());
    });

    it("lists what was noted last", async () => {
      const place = await begun();
      await until(store.note(summaryOf(id)));
      const last = summaryOf(id, {
        phase: "waiting",
        waiting: { for: "node", why: "x", until: undefined },
        n: 9,
      });
      await until(store.note(last));
      expect(await listOf(store, ([found]) => found?.n === 9)).toEqual([last]);
      await until(place.close());
    });

    it("cuts long texts, and lists the rest as it is", async () => {
      const place = await begun();
      const long = "\u{1f600}".repeat(50_000);
      const summary = summaryOf(id, { title: long, by: long, problem: long, phase: "failed" });
      await until(store.note(summary));
      const [found] = await listOf(store, ([each]) => each?.phase === "failed");
      for (const text of [found?.title, found?.by, found?.problem]) {
        expect(long.startsWith((text ?? "-").slice(0, 100))).toBe(true);
        expect(/\p{Surrogate}/u.test(text ?? "")).toBe(false);
      }
      expect(found).toMatchObject({ id, n: summary.n, costUsd: summary.costUsd });
      await until(place.close());
    });

    it("lists what was noted here, and not what was removed here, at once", async () => {
      for (const each of ids) {
        await until((await begun(each)).close());
        await until(store.note(summaryOf(each)));
        expect((await until(store.list())).map((found) => found.id)).toContain(each);
        expect(await until(store.isListed(each))).toBe(true);
      }
      await until(store.note(summaryOf(id, { phase: "done", n: 9 })));
      expect((await until(store.list())).find((found) => found.id === id)?.n).toBe(9);
      for (const each of ids) {
        await until(store.remove(each));
        expect((await until(store.list())).map((found) => found.id)).not.toContain(each);
        expect(await until(store.isListed(each))).toBe(false);
      }
      await until((await begun()).close());
      await until(store.note(summaryOf(id)));
      expect((await until(store.list())).map((found) => found.id)).toEqual([id]);
    });

    it("lists nothing that others have removed once it was removed here too", async () => {
      await until((await begun()).close());
      await until(store.note(summaryOf(id)));
      await listOf(store, (found) => found.length === 1);
      await until(scene.other.remove(id));
      await until(store.remove(id));
      expect(await until(store.list())).toEqual([]);
    });

    it("takes a run out with everything", async () => {
      for (const each of ids) {
        const place = await begun(each);
        await until(place.blobs.put(Uint8Array.of(7)));
        await until(store.note(summaryOf(each, { phase: "done" })));
        await until(place.close());
      }
      await listOf(store, (found) => found.length === 2);
      await until(store.remove(id));
      await until(store.remove(id));
      expect((await listOf(store, (found) => found.length === 1)).map((each) => each.id)).toEqual([ids[1]]);
      const gone = await until(scene.other.open(id, "read"));
      expect(await until(numbersIn(gone))).toEqual([]);
      expect(await until(gone.blobs.list())).toEqual([]);
      await until(gone.close());
      const kept = await until(scene.other.open(ids[1], "read"));
      expect(await until(numbersIn(kept))).toEqual([1]);
      expect(await until(kept.blobs.list())).toHaveLength(1);
      await until(kept.close());
    });

    it("does not list a run again that was removed, whatever is noted of it late", async () => {
      await until((await begun()).close());
      await until(store.note(summaryOf(id, { phase: "done" })));
      await until(store.remove(id));
      await until(scene.other.note(summaryOf(id, { n: 10 })));
      for (const each of [scene.other, store])
        expect(await listOf(each, (found) => found.length === 0)).toEqual([]);
    });

    it("begins a run anew that was removed", async () => {
      await until((await begun()).close());
      await until(store.remove(id));
      const place = await begun();
      expect(await until(numbersIn(place))).toEqual([1]);
      await until(place.close());
    });

    async function listOf(
      of: RunStore,
      isRight: (found: readonly RunSummary[]) => boolean,
    ): Promise<readonly RunSummary[]> {
      for (;;) {
        const found = await until(of.list());
        if (isRight(found)) return found;
        // What one noted comes to the others a moment later: a question to where it is kept takes that long.
        const place = await until(of.open(id, "read"));
        await until(place.journal.end(place.log));
        await until(place.close());
      }
    }
  });
}

/** Claims the log, and writes a batch behind what there is. */
export async function write({ journal, log }: RunPlace, facts: readonly RunFact[]): Promise<void> {
  claims += 1;
  const { epoch, end, events } = await claimLog(journal, log, { owner: "n1", id: `claim ${claims}` });
  const known = events.flatMap(({ payload }) => unpackBatch(payload)?.facts ?? []);
  const payload = packBatch({ first: known.length + 1, at: 5, node: "n1", facts: facts.map(packFact) });
  const append = { kind: "event", epoch, id: `batch ${claims}`, payload, expected: end.position } as const;
  const outcome = await journal.append(log, append);
  if (outcome.kind !== "appended") throw new Error(`It was not written: ${JSON.stringify(outcome)}`);
}

let claims = 0;

async function numbersIn({ journal, log }: RunPlace): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (let after = 0; ; ) {
    const { records, isEnd } = await journal.read(log, after);
    for (const { payload, kind } of records) {
      const batch = kind === "event" ? unpackBatch(payload) : undefined;
      if (batch !== undefined) numbers.push(...batch.facts.map((_, index) => batch.first + index));
    }
    if (isEnd) return numbers;
    after = records.at(-1)?.position ?? after;
  }
}

export function accepted(id: string): RunFact {
  return {
    type: "accepted",
    steps: 2,
    spec: {
      id,
      kind: "analysis",
      title: "An analysis",
      plan: { value: [] },
      workspace: undefined,
      onUnknown: "ask",
      deadlineAt: undefined,
      costUsdMax: undefined,
      asks: false,
      by: "user@host",
      createdAt: 1,
      request: null,
      forkedFrom: undefined,
    },
  };
}

export function summaryOf(id: string, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id,
    kind: "analysis",
    title: "An analysis",
    phase: "running",
    waiting: undefined,
    problem: undefined,
    by: "user@host",
    node: "n1",
    epoch: 2,
    createdAt: 1,
    updatedAt: 5,
    n: 3,
    steps: { done: 1, total: 2 },
    costUsd: 0.25,
    tokens: 40,
    interruptedCalls: 0,
    questions: 0,
    bytes: 100,
    ...more,
  };
}
