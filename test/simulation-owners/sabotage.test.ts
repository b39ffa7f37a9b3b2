// The room as a whole: owners that were broken on purpose are found out within a few seeds, by the checker that should.
import { describe, expect, test } from "vitest";
import { StoredLogs } from "../../runtime/journal/stored-logs.ts";
import { LeaseKeeper } from "../../runtime/leases/lease-keeper.ts";
import { HeldLock } from "../../runtime/names/held-lock.ts";
import { HeldNames } from "../../runtime/names/held-names.ts";
import { Holds } from "../../runtime/ownership/hold.ts";
import { OwnedChildren } from "../../runtime/placement/owned-children.ts";
import { ImperfectJournal } from "../../runtime/testing/imperfect-store/journal.ts";
import { seedsUntil } from "../seeds/sabotage.ts";
import { ownersRoom } from "./room.ts";

/** Seeds tried before a sabotage counts as not found. */
const seedsMax = 40;
/** Far more than any of it takes: what hangs is to be told from a machine that is busy. */
const testMsMax = 600_000;

const finding = (check: string, ...likely: number[]) => ({ room: ownersRoom, seedsMax, check, likely });

describe("The room finds owners", { timeout: testMsMax }, () => {
  test("that go on where nobody knows whether their lease stands", async () => {
    const seeds = await seedsUntil(finding("owners", 6), Holds.prototype, "hold", () => () => {});
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that rest for ever", async () => {
    const seeds = await seedsUntil(finding("places"), Holds.prototype, "release", () => () => {});
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that keep what is another's by now", async () => {
    const seeds = await seedsUntil(finding("places", 36), OwnedChildren.prototype, "drop", () => () => {});
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that begin anew what was kept", async () => {
    const nothing = () => () => Promise.resolve(undefined);
    const seeds = await seedsUntil(finding("counters"), ImperfectJournal.prototype, "snapshot", nothing);
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose claims end nobody", async () => {
    const seeds = await seedsUntil(finding("epochs", 8), StoredLogs.prototype, "append", (append) => {
      return function (this: StoredLogs, log, given) {
        if (given.kind === "claim") return append.call(this, log, given);
        const { position, epoch } = this.end(log);
        const outcome = append.call(this, log, { ...given, epoch, expected: position });
        return outcome.kind === "appended" ? outcome : append.call(this, log, given);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that give no lock back", async () => {
    const seeds = await seedsUntil(
      finding("liveness"),
      HeldLock.prototype,
      "giveUp",
      () => () => Promise.resolve(),
    );
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that take others' leases for over", async () => {
    const seeds = await seedsUntil(finding("names", 14), LeaseKeeper.prototype, "isOver", () => () => true);
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that do not let go of a name", async () => {
    const seeds = await seedsUntil(finding("names", 17), HeldNames.prototype, "drop", () => () => {});
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });
});
