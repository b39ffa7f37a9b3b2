// What every journal does with a log that is taken out, whatever it is made of. Scenes are those of `itIsAJournal`.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimLog } from "../../../runtime/journal/claim.ts";
import type { Append, Appended, Journal } from "../../../runtime/journal/journal.ts";
import { Misuse } from "../../../runtime/process/failures.ts";
import type { JournalScene } from "./journal-conformance.ts";

let logs = 0;

export function itTakesLogsOut(name: string, open: () => Promise<JournalScene>): void {
  describe(`${name}, of which a log is taken out,`, () => {
    let scene: JournalScene;
    let log: string;

    beforeEach(async () => {
      scene = await open();
      logs += 1;
      log = `gone ${logs}`;
    });
    afterEach(() => scene.close());

    const call = <T>(run: (journal: Journal) => Promise<T>): Promise<T> => scene.until(run(scene.journal));
    const append = (given: Partial<Append> & { readonly expected: number }, to = log): Promise<Appended> => {
      const whole = { kind: "event", epoch: 1, id: "id", payload: new Uint8Array(), ...given } as const;
      return call((journal) => journal.append(to, whole));
    };
    const end = (of = log) => call((journal) => journal.end(of));
    const remove = (of = log) => call((journal) => journal.remove(of));
    const page = (of = log) => call((journal) => journal.read(of, 0));

    async function fill(to: string, count: number): Promise<number> {
      await call((journal) => claimLog(journal, to, { owner: "one", id: "claim" }));
      for (let number = 0; number < count; number += 1) {
        const { position, epoch } = await end(to);
        await append({ epoch, id: `of ${number}`, expected: position }, to);
      }
      return (await end(to)).position;
    }

    it("has an empty log there, opened again as well", async () => {
      await fill(log, 3);
      const { position, epoch } = await end();
      await append({ kind: "snapshot", id: "all", epoch, expected: position });
      await remove();
      for (const _ of [1, 2]) {
        expect(await end()).toEqual({ position: 0, epoch: 0 });
        expect(await page()).toEqual({ records: [], isEnd: true, damage: undefined });
        expect(await call((journal) => journal.snapshot(log))).toBeUndefined();
        expect(await call((journal) => journal.repair(log))).toBe(0);
        await scene.reopen?.();
      }
    });

    it("takes nothing of an earlier owner", async () => {
      const last = await fill(log, 2);
      await remove();
      const late = await append({ epoch: 1, id: "late", expected: last });
      expect(late).toEqual({ kind: "conflict", end: { position: 0, epoch: 0 } });
      expect((await page()).records).toEqual([]);
    });

    it("takes nothing of an earlier owner where the log has begun anew, and is as long as it was", async () => {
      const last = await fill(log, 2);
      await append({ kind: "claim", epoch: 5, id: "fifth", expected: last });
      const before = await end();
      await remove();
      await fill(log, 3);
      const after = await end();
      const late = await append({ epoch: before.epoch, id: "late", expected: before.position });
      expect(late).toEqual({ kind: "conflict", end: after });
      expect(await end()).toEqual(after);
    });

    it("begins anew with the first epoch, and goes on", async () => {
      await fill(log, 2);
      await remove();
      const claimed = await call((journal) => claimLog(journal, log, { owner: "two", id: "second claim" }));
      expect(claimed).toMatchObject({ epoch: 1, snapshot: undefined, events: [] });
      await append({ id: "first", expected: claimed.end.position });
      await scene.reopen?.();
      expect((await page()).records.map(({ id }) => id)).toEqual(["second claim", "first"]);
    });

    it("keeps every other log", async () => {
      const others = [`${log} other`, log.slice(0, -1), `${log}/`];
      for (const other of others) await fill(other, 2);
      await fill(log, 2);
      await remove();
      for (const other of others) expect((await page(other)).records).toHaveLength(3);
      expect((await page()).records).toEqual([]);
    });

    it("does nothing where there is none, and once more", async () => {
      await remove();
      await fill(log, 1);
      await remove();
      await remove();
      expect(await end()).toEqual({ position: 0, epoch: 0 });
    });

    it("does so with one that is damaged, and with one that was truncated", async () => {
      await fill(log, 2);
      await scene.raw.append(log, new Uint8Array(7));
      await remove();
      await fill(log, 1);
      const { position, epoch } = await end();
      const snapshot = await append({ kind: "snapshot", id: "all", epoch, expected: position });
      if (snapshot.kind !== "appended") throw new Error(JSON.stringify(snapshot));
      await call((journal) => journal.truncate(log, snapshot.position));
      await remove();
      expect(await page()).toEqual({ records: [], isEnd: true, damage: undefined });
      await fill(log, 1);
      expect((await page()).records).toHaveLength(2);
    });

    it("does so with as many records as fill several pages", async () => {
      await call((journal) => claimLog(journal, log, { owner: "one", id: "claim" }));
      for (let number = 0; number < 5; number += 1) {
        const { position } = await end();
        await append({ id: `large ${number}`, expected: position, payload: new Uint8Array(300_000) });
      }
      await remove();
      expect((await page()).records).toEqual([]);
    });

    it("refuses a name that none has, and does nothing once it is closed", async () => {
      await expect(remove("")).rejects.toThrow(Misuse);
      await scene.journal.close();
      await expect(remove()).rejects.toThrow(/closed/);
    });
  });
}
