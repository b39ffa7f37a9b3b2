// What every journal has to do, whatever it is made of: the same tests for all of them.
//
// A journal's test calls `itIsAJournal("memory", open)`; `open` gives a scene for each test. Scenes may stand on the same broker
// or folder, since every test names logs of its own. What a scene wants:
// - `journal`: looked up anew for each call, since `reopen`, `raw.append` and `raw.replace` may put another one in its place.
// - `raw`: how to get at the stored bytes behind the journal's back. `append` puts bytes that no journal made behind the last
//   record; `replace` (where that can be done at all) changes one record, or takes it out where there are no bytes. The journal
//   has to tell the damage from then on, so one that keeps things in memory is opened again.
// - `until`: lets time go on until a promise settles; `(promise) => promise` where time goes on by itself.
//
// What the contract leaves open is decided here: a repeat is the same append in all of its fields, and one even where a later
// owner has begun (`decideAppend` in runtime/journal/append-decision.ts says all of it); an append below the
// end's epoch is fenced whatever it expects; a claim at the right position whose epoch is not above the end's is fenced; a page
// that ends with damage is not the end; a repair keeps the last snapshot that can be read, with what can be read behind it up to
// the next damage, and takes out what is before it where that is damaged.
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AiexError } from "../../../runtime/errors.ts";
import { claimLog } from "../../../runtime/journal/claim.ts";
import { JournalDamaged } from "../../../runtime/journal/failures.ts";
import type {
  Acknowledgement,
  Append,
  Appended,
  Journal,
  JournalRecord,
} from "../../../runtime/journal/journal.ts";
import { journalLimits } from "../../../runtime/journal/limits.ts";
import { Misuse } from "../../../runtime/process/failures.ts";

export interface JournalScene {
  readonly journal: Journal;
  /** What the journal has to say of itself. */
  readonly acknowledgement: Acknowledgement;
  readonly raw: {
    read(log: string, position: number): Promise<Uint8Array>;
    append(log: string, bytes: Uint8Array): Promise<void>;
    readonly replace?: (log: string, position: number, bytes: Uint8Array | undefined) => Promise<void>;
  };
  /** Another journal on the same logs, in the place of this one. */
  readonly reopen?: () => Promise<void>;
  until<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

let logs = 0;

/** @param hasPages false: a log of more than a page is written elsewhere, for the same journal */
export function itIsAJournal(
  name: string,
  open: () => Promise<JournalScene>,
  { hasPages = true }: { readonly hasPages?: boolean } = {},
): void {
  describe(name, () => {
    let scene: JournalScene;
    let journal: Journal;
    let log: string;

    beforeEach(async () => {
      scene = await open();
      journal = patient(scene);
      logs += 1;
      log = `log ${logs}`;
    });
    afterEach(() => scene.close());

    /** One more record behind the end; its position. */
    async function add(
      to: string,
      given: Partial<Append> & { readonly text?: string } = {},
    ): Promise<number> {
      const end = await journal.end(to);
      const { text = "", ...rest } = given;
      return positionOf(
        await journal.append(
          to,
          event({ epoch: end.epoch || 1, expected: end.position, payload: bytes(text), ...rest }),
        ),
      );
    }

    async function addAll(to: string, texts: readonly string[]): Promise<number[]> {
      const positions: number[] = [];
      for (const text of texts) positions.push(await add(to, { text }));
      return positions;
    }

    async function texts(of: string, after = 0): Promise<string[]> {
      return (await everything(of, after)).map(({ payload }) => textOf(payload));
    }

    async function everything(of: string, after = 0): Promise<JournalRecord[]> {
      const records: JournalRecord[] = [];
      let from = after;
      for (;;) {
        const page = await journal.read(of, from);
        expect(page.damage).toBeUndefined();
        records.push(...page.records);
        if (page.isEnd) return records;
        expect(page.records).not.toEqual([]);
        from = records.at(-1)?.position ?? from;
      }
    }

    describe("A log", () => {
      it("is empty before anybody wrote", async () => {
        expect(await journal.end(log)).toEqual({ position: 0, epoch: 0 });
        expect(await journal.read(log, 0)).toEqual({ records: [], isEnd: true, damage: undefined });
        expect(await journal.snapshot(log)).toBeUndefined();
        expect(await journal.repair(log)).toBe(0);
      });

      it("gives back what was appended, in order, with growing positions", async () => {
        const claim = await add(log, { kind: "claim", epoch: 3, id: "claim", text: "who" });
        const first = await add(log, { id: "first", text: "one" });
        const snapshot = await add(log, { kind: "snapshot", id: "all", text: "two" });
        expect(claim).toBeGreaterThan(0);
        expect(first).toBeGreaterThan(claim);
        expect(snapshot).toBeGreaterThan(first);
        expect((await everything(log)).map(shown)).toEqual([
          { position: claim, kind: "claim", epoch: 3, id: "claim", text: "who" },
          { position: first, kind: "event", epoch: 3, id: "first", text: "one" },
          { position: snapshot, kind: "snapshot", epoch: 3, id: "all", text: "two" },
        ]);
        expect(await journal.end(log)).toEqual({ position: snapshot, epoch: 3 });
      });

      it("keeps every byte, none, and as many as may be", async () => {
        const payloads = [
          new Uint8Array(),
          Uint8Array.from({ length: 256 }, (_, byte) => byte),
          new Uint8Array(journalLimits.payloadBytesMax).fill(0xa5),
        ];
        for (const payload of payloads) await add(log, { payload });
        expect((await everything(log)).map(({ payload }) => hashOf(payload))).toEqual(payloads.map(hashOf));
      });

      it("keeps an id of as many characters as may be", async () => {
        const id = "€".repeat(journalLimits.idCharactersMax);
        const position = await add(log, { id });
        expect((await everything(log)).map((record) => record.id)).toEqual([id]);
        const again = event({ id, epoch: 1, expected: 0 });
        expect(await journal.append(log, again)).toEqual({ kind: "appended", position, isRepeat: true });
      });

      it("has taken the bytes when append returns, and gives bytes that nobody else has", async () => {
        const payload = bytes("before");
        const appended = journal.append(log, event({ payload, expected: 0 }));
        payload.fill(0);
        await appended;
        const [record] = await everything(log);
        expect(textOf(record?.payload)).toBe("before");
        record?.payload.fill(0);
        expect(await texts(log)).toEqual(["before"]);
      });

      it("is apart from every other, whatever their names", async () => {
        const own = `${log} `;
        const names = [
          "a",
          "ab",
          "a/b",
          "a.b",
          "a.*",
          "a.>",
          "*",
          ">",
          " ",
          "a ",
          "a\0",
          "a\0b",
          "\0",
          "A",
          "é",
          "e\u0301",
          "\r\nPUB x 0",
          "\u{1f600}",
          "..",
          "../x",
          "%2e",
          "_",
          "__",
          "_5f",
          "x".repeat(journalLimits.logBytesMax - own.length),
          "x".repeat(journalLimits.logBytesMax - own.length - 1),
        ].map((name) => own + name);
        for (const name of names) await addAll(name, [`1 ${name}`, `2 ${name}`]);
        for (const name of names) expect(await texts(name)).toEqual([`1 ${name}`, `2 ${name}`]);
        expect(await texts(log)).toEqual([]);
      });

      it("takes appends to many logs at once", async () => {
        const names = Array.from({ length: 30 }, (_, number) => `${log}/${number}`);
        await Promise.all(names.map((name) => addAll(name, ["one", "two", "three"])));
        for (const name of names) expect(await texts(name)).toEqual(["one", "two", "three"]);
      });
    });

    describe("append", () => {
      it("goes wrong where somebody else has appended, and says where the end is", async () => {
        const [first = 0, second = 0] = await addAll(log, ["one", "two"]);
        const end = { position: second, epoch: 1 };
        for (const expected of [0, first, second + 1, second + 1000]) {
          expect(await journal.append(log, event({ expected }))).toEqual({ kind: "conflict", end });
        }
        expect(await texts(log)).toEqual(["one", "two"]);
      });

      it("expects nothing else than 0 of an empty log", async () => {
        const end = { position: 0, epoch: 0 };
        expect(await journal.append(log, event({ expected: 1 }))).toEqual({ kind: "conflict", end });
        expect(await journal.end(log)).toEqual(end);
      });

      it("lets one of many through that expect the same", async () => {
        const expected = await add(log, { text: "first" });
        const tries = Array.from({ length: 20 }, (_, number) =>
          journal.append(log, event({ expected, id: `try ${number}`, payload: bytes(String(number)) })),
        );
        const outcomes = await Promise.all(tries);
        const winner = outcomes.findIndex(({ kind }) => kind === "appended");
        expect(outcomes.filter(({ kind }) => kind === "appended").length).toBe(1);
        expect(outcomes.filter(({ kind }) => kind === "conflict").length).toBe(19);
        expect(await texts(log)).toEqual(["first", String(winner)]);
      });

      it("is made once, however often it is repeated", async () => {
        const given = event({ id: "once", expected: 0, payload: bytes("once") });
        const position = positionOf(await journal.append(log, given));
        const repeat = { kind: "appended", position, isRepeat: true };
        expect(await journal.append(log, given)).toEqual(repeat);
        await addAll(log, ["behind"]);
        expect(await journal.append(log, given)).toEqual(repeat);
        expect(await texts(log)).toEqual(["once", "behind"]);
      });

      it("is made once, where the repeats overtake each other", async () => {
        const given = event({ id: "once", expected: 0, payload: bytes("once") });
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => journal.append(log, given)));
        expect(new Set(outcomes.map(positionOf)).size).toBe(1);
        expect(outcomes.filter((outcome) => outcome.kind === "appended" && !outcome.isRepeat).length).toBe(1);
        expect(await texts(log)).toEqual(["once"]);
      });

      it("knows a repeat by its place: the same id elsewhere is another record", async () => {
        const first = await add(log, { id: "same", text: "one" });
        const second = await add(log, { id: "same", text: "two" });
        const end = { position: second, epoch: 1 };
        expect(second).toBeGreaterThan(first);
        expect(await texts(log)).toEqual(["one", "two"]);
        expect(await journal.append(log, event({ id: "other", expected: 0 }))).toEqual({
          kind: "conflict",
          end,
        });
      });

      it("does not take another append of the same id for a repeat", async () => {
        const given = event({ kind: "claim", id: "same", expected: 0, payload: bytes("one") });
        const end = { position: positionOf(await journal.append(log, given)), epoch: 1 };
        for (const other of [{ payload: bytes("two") }, { kind: "event" as const }]) {
          expect(await journal.append(log, { ...given, ...other })).toEqual({ kind: "conflict", end });
        }
        expect((await journal.append(log, { ...given, epoch: 2 })).kind).toBe("conflict");
      });

      it("says of a repeat that it was made, even where a later owner has begun", async () => {
        const given = event({ id: "once", expected: 0 });
        const position = positionOf(await journal.append(log, given));
        await add(log, { kind: "claim", epoch: 2 });
        expect(await journal.append(log, given)).toEqual({ kind: "appended", position, isRepeat: true });
      });

      it("refuses an owner whose epoch is over, whatever it expects", async () => {
        await add(log, { kind: "claim", epoch: 4 });
        const position = await add(log, { kind: "claim", epoch: 7 });
        const end = { position, epoch: 7 };
        for (const kind of ["event", "snapshot", "claim"] as const) {
          for (const expected of [0, position, position + 5]) {
            const given = event({ kind, epoch: 6, expected });
            expect(await journal.append(log, given)).toEqual({ kind: "fenced", end });
          }
        }
        expect(await journal.end(log)).toEqual(end);
      });

      it("takes a claim only with an epoch above the last", async () => {
        const position = await add(log, { kind: "claim", epoch: 2 });
        const end = { position, epoch: 2 };
        const claim = event({ kind: "claim", epoch: 2, expected: position, id: "another" });
        expect(await journal.append(log, claim)).toEqual({ kind: "fenced", end });
        expect(await journal.append(log, { ...claim, expected: 0 })).toEqual({ kind: "conflict", end });
        expect(await add(log, { kind: "claim", epoch: 9 })).toBeGreaterThan(position);
        expect((await journal.end(log)).epoch).toBe(9);
      });

      it.each<readonly [string, string | undefined, Partial<Append>]>([
        ["a log without a name", "", {}],
        ["the name of a log that is too long", "x".repeat(journalLimits.logBytesMax + 1), {}],
        ["the name of a log that is too long in bytes", "é".repeat(journalLimits.logBytesMax / 2 + 1), {}],
        ["the name of a log that is no text", "x\ud800", {}],
        ["an empty id", undefined, { id: "" }],
        ["a long id", undefined, { id: "x".repeat(journalLimits.idCharactersMax + 1) }],
        ["an id that is no text", undefined, { id: "\udc00" }],
        ["too large a payload", undefined, { payload: new Uint8Array(journalLimits.payloadBytesMax + 1) }],
        ["epoch 0", undefined, { epoch: 0 }],
        ["half an epoch", undefined, { epoch: 1.5 }],
        ["an epoch that is no number", undefined, { epoch: Number.NaN }],
        ["an epoch without an end", undefined, { epoch: Number.POSITIVE_INFINITY }],
        ["a negative position", undefined, { expected: -1 }],
        ["a position beyond whole numbers", undefined, { expected: 2 ** 53 }],
        ["another kind", undefined, { kind: "other" as never }],
      ])("refuses %s", async (_, name, given) => {
        await expect(journal.append(name ?? log, event({ expected: 0, ...given }))).rejects.toThrow(Misuse);
        expect(await journal.end(log)).toEqual({ position: 0, epoch: 0 });
      });
    });

    describe("read", () => {
      it("begins behind any position", async () => {
        const [first = 0, second = 0, third = 0] = await addAll(log, ["one", "two", "three"]);
        expect(await texts(log, first)).toEqual(["two", "three"]);
        expect(await texts(log, second)).toEqual(["three"]);
        expect(await texts(log, third)).toEqual([]);
        expect(await texts(log, third + 1000)).toEqual([]);
      });

      it.runIf(hasPages)("gives many records page by page, each page with something in it", async () => {
        const count = journalLimits.pageRecordsMax + 5;
        let expected = 0;
        const positions: number[] = [];
        for (let number = 0; number < count; number += 1) {
          expected = positionOf(await journal.append(log, event({ id: String(number), expected })));
          positions.push(expected);
        }
        const first = await journal.read(log, 0);
        expect(first.isEnd).toBe(false);
        expect(first.records.length).toBeLessThanOrEqual(journalLimits.pageRecordsMax);
        expect((await everything(log)).map(({ position }) => position)).toEqual(positions);
      });

      it("gives large records page by page, one at least", async () => {
        const payload = new Uint8Array(journalLimits.payloadBytesMax);
        for (const byte of [1, 2, 3]) await add(log, { payload: payload.fill(byte) });
        const { records, isEnd } = await journal.read(log, 0);
        expect(isEnd).toBe(false);
        expect(records.length).toBeGreaterThan(0);
        expect((await everything(log)).map((record) => record.payload[5])).toEqual([1, 2, 3]);
      });

      it("refuses a name or a position that cannot be", async () => {
        for (const name of ["", "x".repeat(journalLimits.logBytesMax + 1)]) {
          await expect(journal.read(name, 0)).rejects.toThrow(Misuse);
          await expect(journal.end(name)).rejects.toThrow(Misuse);
          await expect(journal.snapshot(name)).rejects.toThrow(Misuse);
          await expect(journal.truncate(name, 1)).rejects.toThrow(Misuse);
          await expect(journal.repair(name)).rejects.toThrow(Misuse);
        }
        for (const after of [-1, 0.5, Number.NaN])
          await expect(journal.read(log, after)).rejects.toThrow(Misuse);
      });
    });

    describe("A snapshot", () => {
      it("is found where it is the last, with records behind it", async () => {
        await add(log, { kind: "snapshot", text: "old" });
        await addAll(log, ["one"]);
        const position = await add(log, { kind: "snapshot", id: "new", text: "new" });
        await addAll(log, ["two", "three"]);
        const found = await journal.snapshot(log);
        expect(found === undefined ? undefined : shown(found)).toEqual({
          position,
          kind: "snapshot",
          epoch: 1,
          id: "new",
          text: "new",
        });
      });

      it("may be as large as any record", async () => {
        const payload = new Uint8Array(journalLimits.payloadBytesMax).fill(3);
        await add(log, { kind: "snapshot", payload });
        expect(hashOf((await journal.snapshot(log))?.payload ?? bytes(""))).toBe(hashOf(payload));
      });

      it("lets what is before it be taken out", async () => {
        const [, second = 0] = await addAll(log, ["one", "two"]);
        const position = await add(log, { kind: "snapshot", text: "both" });
        await addAll(log, ["three"]);
        const end = await journal.end(log);
        await journal.truncate(log, position);
        expect(await texts(log)).toEqual(["both", "three"]);
        expect(await texts(log, second)).toEqual(["both", "three"]);
        expect(await texts(log, position)).toEqual(["three"]);
        expect(await journal.end(log)).toEqual(end);
        await journal.truncate(log, position);
        await addAll(log, ["four"]);
        expect(await texts(log)).toEqual(["both", "three", "four"]);
      });

      it("leaves other logs as they are", async () => {
        const other = `${log}x`;
        await addAll(other, ["one"]);
        await addAll(log, ["one"]);
        await journal.truncate(log, await add(log, { kind: "snapshot", text: "all" }));
        expect(await texts(other)).toEqual(["one"]);
        expect(await texts(log)).toEqual(["all"]);
      });

      it("has to be at the position before which is to be taken out", async () => {
        const [first = 0, second = 0] = await addAll(log, ["one", "two"]);
        for (const position of [first, second, second + 1, 0, -1, 1.5]) {
          await expect(journal.truncate(log, position)).rejects.toThrow(Misuse);
        }
        expect(await texts(log)).toEqual(["one", "two"]);
      });

      it("does not bring a repeat back whose record it covers", async () => {
        await add(log, { id: "gone", text: "gone" });
        const position = await add(log, { kind: "snapshot", id: "all" });
        await journal.truncate(log, position);
        const again = await journal.append(log, event({ id: "gone", expected: 0 }));
        expect(again).toEqual({ kind: "conflict", end: { position, epoch: 1 } });
      });
    });

    describe("Bytes that no journal wrote", () => {
      it.each<readonly [string, (written: Uint8Array) => Uint8Array]>([
        ["none", () => new Uint8Array()],
        ["a few", () => bytes("hello")],
        ["zeros", (written) => new Uint8Array(written.length)],
        ["another record once more", (written) => written],
        ["a record and more", (written) => Buffer.concat([written, new Uint8Array(1)])],
        ["half a record", (written) => written.slice(0, written.length / 2)],
      ])("are told and not read: %s", async (_, make) => {
        const [first = 0, second = 0] = await addAll(log, ["one", "two"]);
        await scene.raw.append(log, make(await scene.raw.read(log, first)));
        const page = await journal.read(log, 0);
        expect(page.records.map(({ payload }) => textOf(payload))).toEqual(["one", "two"]);
        expect(page.isEnd).toBe(false);
        expect(page.damage?.position).toBeGreaterThan(second);
        expect(page.damage?.why).toMatch(/\w/);
        const behind = await journal.read(log, second);
        expect(behind).toEqual({ records: [], isEnd: false, damage: page.damage });
        await expect(journal.end(log)).rejects.toThrow(JournalDamaged);
        await expect(journal.append(log, event({ expected: second }))).rejects.toThrow(JournalDamaged);
        await expect(claimLog(journal, log, { owner: "somebody", id: "c" })).rejects.toThrow(JournalDamaged);
      });

      it("are no record of another log", async () => {
        const other = `${log} other`;
        const position = await add(other, { text: "of the other" });
        await scene.raw.append(log, await scene.raw.read(other, position));
        const page = await journal.read(log, 0);
        expect(page.records).toEqual([]);
        expect(page.damage?.position).toBeGreaterThan(0);
      });

      it("are taken out by a repair, after which the log goes on", async () => {
        const [, second = 0] = await addAll(log, ["one", "two"]);
        await scene.raw.append(log, bytes("hello"));
        await scene.raw.append(log, bytes("once more"));
        expect(await journal.repair(log)).toBe(2);
        expect(await journal.end(log)).toEqual({ position: second, epoch: 1 });
        await addAll(log, ["three"]);
        expect(await texts(log)).toEqual(["one", "two", "three"]);
        expect(await journal.repair(log)).toBe(0);
      });

      it("do not hide the last snapshot", async () => {
        await add(log, { kind: "snapshot", text: "all" });
        await scene.raw.append(log, bytes("hello"));
        expect(textOf((await journal.snapshot(log))?.payload)).toBe("all");
        expect(await journal.repair(log)).toBe(1);
        expect(await texts(log)).toEqual(["all"]);
      });

      it("are no reason to touch other logs", async () => {
        const other = `${log} other`;
        await addAll(other, ["one"]);
        await scene.raw.append(log, bytes("hello"));
        expect(await texts(other)).toEqual(["one"]);
        expect(await journal.repair(log)).toBe(1);
        await addAll(other, ["two"]);
        expect(await texts(other)).toEqual(["one", "two"]);
        expect(await texts(log)).toEqual([]);
      });
    });

    describe("A record that was changed", () => {
      const changes: readonly (readonly [string, (written: Uint8Array) => Uint8Array | undefined])[] = [
        ["is cut off", (written) => written.slice(0, -1)],
        ["has a bit flipped in front", (written) => flipped(written, 0)],
        ["has a bit flipped in the middle", (written) => flipped(written, written.length >> 1)],
        ["has a bit flipped at the end", (written) => flipped(written, written.length - 1)],
        ["is gone", () => undefined],
      ];

      it.each(changes)("%s: what is before it is read, and the damage is told", async (_, change) => {
        if (scene.raw.replace === undefined) return;
        const [, second = 0, third = 0] = await addAll(log, ["one", "two", "three"]);
        await scene.raw.replace(log, second, change(await scene.raw.read(log, second)));
        const page = await journal.read(log, 0);
        expect(page.records.map(({ payload }) => textOf(payload))).toEqual(["one"]);
        expect(page.damage).toBeDefined();
        expect(await journal.end(log)).toEqual({ position: third, epoch: 1 });
        const failure = await claimLog(journal, log, { owner: "somebody", id: "c" }).catch((error) => error);
        expect(failure).toBeInstanceOf(JournalDamaged);
        expect(await journal.repair(log)).toBeGreaterThan(0);
        expect(await texts(log)).toEqual(["one"]);
        await addAll(log, ["again"]);
        expect(await texts(log)).toEqual(["one", "again"]);
      });

      it.each(changes)("%s: nothing goes on behind the last one", async (_, change) => {
        if (scene.raw.replace === undefined) return;
        const [, second = 0] = await addAll(log, ["one", "two"]);
        await scene.raw.replace(log, second, change(await scene.raw.read(log, second)));
        await expect(journal.end(log)).rejects.toThrow(JournalDamaged);
        await expect(journal.append(log, event({ expected: second }))).rejects.toThrow(JournalDamaged);
        expect((await journal.read(log, 0)).damage).toBeDefined();
        await journal.repair(log);
        await addAll(log, ["again"]);
        expect(await texts(log)).toEqual(["one", "again"]);
      });

      it("hurts nobody where a later snapshot covers it", async () => {
        if (scene.raw.replace === undefined) return;
        const first = await add(log, { text: "one" });
        const position = await add(log, { kind: "snapshot", text: "all" });
        await addAll(log, ["two"]);
        await scene.raw.replace(log, first, bytes("hello"));
        expect(textOf((await journal.snapshot(log))?.payload)).toBe("all");
        expect(await texts(log, position)).toEqual(["two"]);
        const { events } = await claimLog(journal, log, { owner: "somebody", id: "c" });
        expect(events.map(({ payload }) => textOf(payload))).toEqual(["two"]);
        expect(await journal.repair(log)).toBe(1);
        expect((await texts(log)).slice(0, 2)).toEqual(["all", "two"]);
      });

      it("is not taken for the last snapshot, which is the one before it", async () => {
        if (scene.raw.replace === undefined) return;
        await add(log, { kind: "snapshot", text: "old" });
        const position = await add(log, { kind: "snapshot", text: "new" });
        await scene.raw.replace(log, position, flipped(await scene.raw.read(log, position), 20));
        expect(textOf((await journal.snapshot(log))?.payload)).toBe("old");
      });
    });

    describe("claimLog()", () => {
      it("begins with the epoch above the last one and gives what there is", async () => {
        const first = await claimLog(journal, log, { owner: "one", id: "c1" });
        expect(first).toMatchObject({ epoch: 1, snapshot: undefined, events: [] });
        expect(await journal.end(log)).toEqual(first.end);
        await add(log, { text: "before" });
        await add(log, { kind: "snapshot", text: "all" });
        await add(log, { text: "behind" });
        const second = await claimLog(journal, log, { owner: "two", id: "c2" });
        expect(second.epoch).toBe(2);
        expect(textOf(second.snapshot?.payload)).toBe("all");
        expect(second.events.map(({ payload }) => textOf(payload))).toEqual(["behind"]);
        const late = event({ epoch: 1, expected: second.end.position });
        expect(await journal.append(log, late)).toEqual({ kind: "fenced", end: second.end });
      });

      it("gives every one of many owners an epoch of its own", async () => {
        const claims = await Promise.all(
          ["a", "b", "c", "d"].map((owner) => claimLog(journal, log, { owner, id: owner })),
        );
        expect(claims.map(({ epoch }) => epoch).sort()).toEqual([1, 2, 3, 4]);
      });
    });

    describe("The journal", () => {
      it("says what its acknowledgement means", async () => {
        expect(await journal.acknowledgement()).toEqual(scene.acknowledgement);
        expect(journal.place).toMatch(/\w/);
      });

      it("has everything that was acknowledged when it is opened again", async () => {
        if (scene.reopen === undefined) return;
        const positions = await addAll(log, ["one", "two"]);
        await scene.reopen();
        expect((await everything(log)).map(({ position }) => position)).toEqual(positions);
        await addAll(log, ["three"]);
        await scene.reopen();
        expect(await texts(log)).toEqual(["one", "two", "three"]);
      });

      it("takes nothing and gives nothing once it is closed", async () => {
        await journal.close();
        await journal.close();
        await expect(journal.append(log, event({ expected: 0 }))).rejects.toThrow(AiexError);
        await expect(journal.end(log)).rejects.toThrow(AiexError);
        await expect(journal.read(log, 0)).rejects.toThrow(AiexError);
        await expect(journal.snapshot(log)).rejects.toThrow(AiexError);
        await expect(journal.truncate(log, 1)).rejects.toThrow(AiexError);
        await expect(journal.repair(log)).rejects.toThrow(AiexError);
      });

      it("ends what is under way before it is closed", async () => {
        const appends = Array.from({ length: 10 }, (_, number) =>
          journal.append(`${log}/${number}`, event({ expected: 0 })),
        );
        const closed = journal.close();
        const outcomes = await Promise.allSettled(appends);
        await closed;
        for (const outcome of outcomes) {
          if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(AiexError);
        }
      });
    });
  });
}

/** The journal that the scene has at the time of each call, with time going on until it has answered. */
function patient(scene: JournalScene): Journal {
  const call = <T>(run: (journal: Journal) => Promise<T>): Promise<T> => scene.until(run(scene.journal));
  return {
    get place(): string {
      return scene.journal.place;
    },
    acknowledgement: () => call((journal) => journal.acknowledgement()),
    append: (log, append) => call((journal) => journal.append(log, append)),
    end: (log) => call((journal) => journal.end(log)),
    read: (log, after) => call((journal) => journal.read(log, after)),
    snapshot: (log) => call((journal) => journal.snapshot(log)),
    truncate: (log, position) => call((journal) => journal.truncate(log, position)),
    repair: (log) => call((journal) => journal.repair(log)),
    remove: (log) => call((journal) => journal.remove(log)),
    close: () => call((journal) => journal.close()),
  };
}

let ids = 0;

function event(given: Partial<Append> & { readonly expected: number }): Append {
  ids += 1;
  return { kind: "event", epoch: 1, id: `id ${ids}`, payload: new Uint8Array(), ...given };
}

function positionOf(appended: Appended): number {
  if (appended.kind === "appended") return appended.position;
  throw new Error(`It was not appended: ${JSON.stringify(appended)}`);
}

function shown({ payload, ...record }: JournalRecord): object {
  return { ...record, text: textOf(payload) };
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf8"));
}

function textOf(payload: Uint8Array | undefined): string {
  return Buffer.from(payload ?? []).toString("utf8");
}

/** Comparing a mebibyte byte by byte takes seconds. */
function hashOf(payload: Uint8Array): string {
  return createHash("sha256").update(payload).digest("hex");
}

function flipped(written: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(written);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
