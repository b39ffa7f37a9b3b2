import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bytesOf,
  checkedEntry,
  cleared,
  decodeSession,
  encodeSession,
  fitted,
  merged,
  newSession,
  overdue,
  type Session,
  withEntry,
} from "../../../../actors/context/sessions/session.ts";
import { entry, ref } from "./session-stage.ts";

const empty = newSession(ref, 100);

const entries = fc.record({
  id: fc.constantFrom("a", "b", "c", "d"),
  at: fc.integer({ min: 0, max: 6 }),
  summary: fc.constantFrom("one", "two", "three"),
  short: fc.boolean(),
});

/** Copies of one session as programs come to have them: entries in any order, cleared at any time. */
const copies = fc
  .record({
    usedAt: fc.integer({ min: 0, max: 5 }),
    clearedAt: fc.integer({ min: 0, max: 5 }),
    given: fc.array(entries, { maxLength: 5 }),
  })
  .map(({ usedAt, clearedAt, given }): Session => {
    const bare = { ...empty, createdAt: usedAt, usedAt, clearedAt };
    return merged(bare, { ...bare, entries: given.map(({ id, at, ...more }) => entry(id, at, more)) });
  });

describe("merged", () => {
  test("comes to the same whichever copy is first, however they are grouped and however often one comes", () => {
    fc.assert(
      fc.property(copies, copies, copies, (a, b, c) => {
        expect(merged(a, b)).toEqual(merged(b, a));
        expect(merged(merged(a, b), c)).toEqual(merged(a, merged(b, c)));
        expect(merged(merged(a, b), b)).toEqual(merged(a, b));
      }),
      { numRuns: 2_000 },
    );
  });

  test("keeps the entries of both copies in the order of their time", () => {
    const one = withEntry(empty, entry("late", 300), 300);
    const other = withEntry(empty, entry("early", 200), 200);
    expect(merged(one, other).entries.map(({ id }) => id)).toEqual(["early", "late"]);
    expect(merged(one, other).usedAt).toBe(300);
  });

  test("brings nothing back that was cleared", () => {
    const before = withEntry(empty, entry("a", 200), 200);
    const after = withEntry(cleared(before, 300), entry("b", 300), 300);
    expect(merged(after, before).entries.map(({ id }) => id)).toEqual(["b"]);
  });

  test("clears what a clock that runs ahead has written", () => {
    const ahead = withEntry(empty, entry("a", 9_000), 200);
    expect(merged(ahead, cleared(ahead, 300)).entries).toEqual([]);
  });
});

describe("fitted", () => {
  const long = "a line of text\n".repeat(40);
  const full = ["a", "b", "c", "d"].reduce(
    (session, id, index) => withEntry(session, entry(id, 200 + index, { summary: long }), 300),
    empty,
  );
  const size = bytesOf(full);

  test("leaves what fits as it is", () => {
    expect(fitted(full, { bytesMax: size, shortenTo: 0.5 })).toEqual(full);
  });

  test("shortens the oldest summaries first, by whole lines, and loses no entry while that is enough", () => {
    const { entries: kept } = fitted(full, { bytesMax: size - 500, shortenTo: 0.5 });
    expect(kept.map(({ id, short }) => [id, short])).toEqual([
      ["a", true],
      ["b", true],
      ["c", false],
      ["d", false],
    ]);
    expect(kept[0]?.summary.length).toBeLessThanOrEqual(long.length / 2);
    expect(kept[0]?.summary).toMatch(/^(a line of text\n)+a line of text …$/);
  });

  test("shortens an entry once, however often there is no room", () => {
    const room = { bytesMax: size - 300, shortenTo: 0.5 };
    expect(fitted(fitted(full, room), room)).toEqual(fitted(full, room));
  });

  test("lets the oldest entries go where shortening is off or not enough", () => {
    const bytesMax = size - 300;
    expect(fitted(full, { bytesMax, shortenTo: undefined }).entries.map(({ id }) => id)).toEqual([
      "b",
      "c",
      "d",
    ]);
    const small = fitted(full, { bytesMax: 1_500, shortenTo: 0.5 });
    expect(bytesOf(small)).toBeLessThanOrEqual(1_500);
    expect(small.entries.at(-1)?.id).toBe("d");
  });

  test("never cuts a character in two", () => {
    const emoji = withEntry(empty, entry("a", 200, { summary: "😀".repeat(200) }), 200);
    const [kept] = fitted(emoji, { bytesMax: bytesOf(emoji) - 10, shortenTo: 0.5 }).entries;
    expect(kept?.summary).toMatch(/^(😀)+ …$/u);
  });
});

describe("overdue", () => {
  test("names those that nobody used for the timeout, and the least recently used above the number", () => {
    const sessions = [10, 900, 950, 990].map((usedAt) => ({ id: `s${usedAt}`, usedAt }));
    const rule = { now: 1_000, timeoutMs: 500, sessionsMax: 2 };
    expect(overdue(sessions, rule)).toEqual(["s10", "s900"]);
    expect(overdue(sessions, { ...rule, sessionsMax: 3 })).toEqual(["s10"]);
  });
});

describe("encodeSession and decodeSession", () => {
  test("give back what was given", () => {
    const session = withEntry(empty, entry("a", 200, { summary: 'quotes " and 💡\n' }), 200);
    expect(decodeSession(encodeSession(session))).toEqual(session);
  });

  test.each(["", "no JSON", "{}", '{"v":2}', '{"v":1,"id":"a"}', "null"])(
    "take %j for no session",
    (text) => {
      expect(decodeSession(new TextEncoder().encode(text))).toBeUndefined();
    },
  );
});

describe("checkedEntry", () => {
  test("cuts what is too long, and refuses what is no entry", () => {
    const given = entry("a", 1, {
      summary: "x".repeat(10_000),
      paths: Array.from({ length: 300 }, () => "a"),
    });
    const { summary, paths } = checkedEntry(given);
    expect(summary.length).toBeLessThanOrEqual(4_000);
    expect(paths).toHaveLength(100);
    expect(() => checkedEntry({ ...given, kind: "other" as never })).toThrow();
  });
});
