// The queue of a process: its ring and its lanes, against plain arrays.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Item, isUserItem, Mailbox, Ring } from "../../../runtime/process/mailbox.ts";
import { ExitMessage } from "../../../runtime/process/system-message.ts";

const anyIndex = fc.integer({ min: -2, max: 3_000 });

const ringStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ act: fc.constant("push" as const), count: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("shift" as const), count: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("removeAt" as const), count: anyIndex }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("at" as const), count: anyIndex }) },
);

describe("a ring", () => {
  test("is the same as an array for any sequence of pushes, shifts and removals", () => {
    fc.assert(
      fc.property(fc.array(ringStep, { maxLength: 80 }), (steps) => {
        const ring = new Ring<number>();
        const model: number[] = [];
        let next = 0;
        for (const { act, count } of steps) {
          if (act === "at") expect(ring.at(count)).toBe(count < 0 ? undefined : model[count]);
          else if (act === "removeAt") {
            const index = model.length === 0 ? count : count % (model.length + 2);
            const expected = index < 0 || index >= model.length ? undefined : model.splice(index, 1)[0];
            expect(ring.removeAt(index)).toBe(expected);
          } else {
            for (let turn = 0; turn < count; turn += 1) {
              if (act === "shift") expect(ring.shift()).toBe(model.shift());
              else {
                model.push(next);
                ring.push(next);
                next += 1;
              }
            }
          }
          expect(ring.length).toBe(model.length);
        }
        expect(Array.from({ length: model.length }, (_, index) => ring.at(index))).toEqual(model);
      }),
      { numRuns: 300 },
    );
  });

  test("works on as before after it was long and has given its memory back", () => {
    const ring = new Ring<number>();
    for (let round = 0; round < 2; round += 1) {
      for (let number = 0; number < 5_000; number += 1) ring.push(number);
      for (let number = 0; number < 5_000; number += 1) expect(ring.shift()).toBe(number);
      expect(ring.shift()).toBeUndefined();
      expect(ring.length).toBe(0);
    }
  });
});

const pid = { node: "local", incarnation: 1, id: 1 };

const itemKind = fc.constantFrom("user", "system");

const mailboxStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("push" as const), kind: itemKind, choice: fc.nat() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("priority" as const), kind: itemKind, choice: fc.nat() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("shift" as const), kind: itemKind, choice: fc.nat() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("take" as const), kind: itemKind, choice: fc.nat() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("oldest" as const), kind: itemKind, choice: fc.nat() }),
  },
);

describe("a mailbox", () => {
  test("is the same as two arrays, one of them first, for any sequence of steps", () => {
    fc.assert(
      fc.property(fc.array(mailboxStep, { maxLength: 100 }), (steps) => {
        const mailbox = new Mailbox(true);
        const first: Item[] = [];
        const second: Item[] = [];
        const takeFromModel = (matches: (item: Item) => boolean): Item | undefined => {
          for (const lane of [first, second]) {
            const index = lane.findIndex(matches);
            if (index !== -1) return lane.splice(index, 1)[0];
          }
          return undefined;
        };
        for (const { act, kind, choice } of steps) {
          const item: Item =
            kind === "user" ? { type: `user ${choice % 5}` } : new ExitMessage(pid, `reason ${choice % 5}`);
          if (act === "push") {
            mailbox.push(item);
            second.push(item);
          } else if (act === "priority") {
            mailbox.pushPriority(item);
            first.push(item);
          } else if (act === "shift") {
            expect(mailbox.shift()).toBe(first.shift() ?? second.shift());
          } else if (act === "oldest") {
            expect(mailbox.takeOldestUserMessage()).toBe(takeFromModel(isUserItem));
          } else {
            const matches = (candidate: Item): boolean => candidate.type === `user ${choice % 5}`;
            expect(mailbox.take(matches)).toBe(takeFromModel(matches));
          }
          expect(mailbox.length).toBe(first.length + second.length);
          expect(mailbox.userMessages).toBe([...first, ...second].filter(isUserItem).length);
        }
      }),
      { numRuns: 300 },
    );
  });
});
