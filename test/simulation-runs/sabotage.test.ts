// The room as a whole: runs that were broken on purpose are found out within a few seeds, by the checker that should.
import { describe, expect, test } from "vitest";
import { ChildUsage } from "../../actors/runs/child-usage.ts";
import { RunTail } from "../../actors/runs/desk-tail.ts";
import { RunEffects } from "../../actors/runs/run-effects.ts";
import { RunLog } from "../../actors/runs/run-log.ts";
import { RunReaders } from "../../actors/runs/run-readers.ts";
import { RunState } from "../../actors/runs/run-state.ts";
import { StoredLogs } from "../../runtime/journal/stored-logs.ts";
import { seedsUntil } from "../seeds/sabotage.ts";
import { runsRoom } from "./room.ts";

/** Seeds tried before a sabotage counts as not found. */
const seedsMax = 60;
/** Far more than any of it takes: what hangs is to be told from a machine that is busy. */
const testMsMax = 600_000;

const finding = (check: string, ...likely: number[]) => ({ room: runsRoom, seedsMax, check, likely });

describe("The room finds runs", { timeout: testMsMax }, () => {
  test("whose owners take what nobody has confirmed for written", async () => {
    const seeds = await seedsUntil(finding("lasting"), StoredLogs.prototype, "append", (append) => {
      let count = 0;
      return function (this: StoredLogs, log, given) {
        count += 1;
        const { position } = this.end(log);
        // One in many is told to be there, and is not.
        return given.kind === "event" && count % 40 === 0
          ? { kind: "appended", position: position + 1, isRepeat: false }
          : append.call(this, log, given);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose pages begin again where they were", async () => {
    const seeds = await seedsUntil(finding("numbers"), RunTail.prototype, "page", (page) => {
      return function (this: RunTail, from, bytesMax) {
        return page.call(this, from > 5 ? from - 1 : from, bytesMax);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that forget which steps are done", async () => {
    const seeds = await seedsUntil(finding("steps", 12), RunState.prototype, "apply", (apply) => {
      return function (this: RunState, entry) {
        const isNext = apply.call(this, entry);
        if (entry.type === "owned") this.finished.splice(0);
        return isNext;
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that forget what was noted", async () => {
    const seeds = await seedsUntil(
      finding("notes"),
      RunState.prototype,
      "note",
      (note) =>
        function (this: RunState, step, key) {
          void note.call(this, step, key);
          return undefined;
        },
    );
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that do not look what they were about to do", async () => {
    const seeds = await seedsUntil(finding("effects", 6), RunEffects.prototype, "begin", (begin) => {
      return function (this: RunEffects, step, asks, replyTo) {
        begin.call(this, step, { ...asks, repeats: true, canVerify: false }, replyTo);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose claims end nobody", async () => {
    const seeds = await seedsUntil(finding("epochs", 55), StoredLogs.prototype, "append", (append) => {
      return function (this: StoredLogs, log, given) {
        if (given.kind === "claim") return append.call(this, log, given);
        const { position, epoch } = this.end(log);
        const outcome = append.call(this, log, { ...given, epoch, expected: position });
        return outcome.kind === "appended" ? outcome : append.call(this, log, given);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that nobody goes on with", async () => {
    const seeds = await seedsUntil(finding("ends"), RunLog, "claim", (claim) => {
      return async (options, goesOn) => {
        const claimed = await claim.call(RunLog, options, goesOn);
        if (claimed.log.epoch > 2) await new Promise(() => {});
        return claimed;
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that count what their parts cost twice", async () => {
    const seeds = await seedsUntil(finding("parts"), ChildUsage.prototype, "take", (take) => {
      return function (this: ChildUsage, entry) {
        take.call(this, entry);
        take.call(this, entry);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose readers bring them down", async () => {
    const seeds = await seedsUntil(finding("liveness"), RunReaders.prototype, "grown", (grown) => {
      return function (this: RunReaders) {
        grown.call(this);
        void Promise.reject(new Error("nobody hears of it"));
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });
});
