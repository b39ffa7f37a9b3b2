// The room as a whole: a runtime that was broken on purpose is found out within a few seeds, by the checker that should.
import { describe, expect, test } from "vitest";
import { DownMessage, ExitMessage } from "../../runtime/index.ts";
import { RegistryTable } from "../../runtime/node/registry.ts";
import { Mailbox } from "../../runtime/process/mailbox.ts";
import { Process } from "../../runtime/process/process.ts";
import { TimerService } from "../../runtime/process/timers.ts";
import { RestartBudget } from "../../runtime/supervision/restart-budget.ts";
import { seedsUntil } from "../seeds/sabotage.ts";
import { nodeRoom } from "./room.ts";

/** Seeds tried before a sabotage counts as not found. The rarest of these shows in about one of ten. */
const seedsMax = 60;

/** Beyond the end of every play. */
const farAwayMs = 100_000_000;

const finding = (check: string) => ({ room: nodeRoom, seedsMax, check });

describe("The room finds a runtime", () => {
  test("that tells of an end twice", async () => {
    const told = new WeakSet<DownMessage>();
    const seeds = await seedsUntil(finding("monitors"), Process.prototype, "deliver", (deliver) => {
      return function (this: Process, item, priority) {
        deliver.call(this, item, priority);
        if (!(item instanceof DownMessage) || told.has(item)) return;
        told.add(item);
        this.deliver(item, priority);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that loses every fifth exit of a child", async () => {
    let exits = 0;
    const seeds = await seedsUntil(finding("orphans"), Process.prototype, "deliver", (deliver) => {
      return function (this: Process, item, priority) {
        if (item instanceof ExitMessage) exits += 1;
        if (!(item instanceof ExitMessage) || exits % 5 !== 0) deliver.call(this, item, priority);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("in which a message overtakes another", async () => {
    let items = 0;
    const seeds = await seedsUntil(finding("order"), Mailbox.prototype, "push", (push) => {
      return function (this: Mailbox, item) {
        items += 1;
        if (items % 3 === 0) this.pushPriority(item);
        else push.call(this, item);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that lets timers run on", async () => {
    const seeds = await seedsUntil(finding("leftovers"), TimerService.prototype, "stop", (stop) => {
      return function (this: TimerService, timer) {
        this.start(farAwayMs, () => {});
        return stop.call(this, timer);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose registry forgets nobody", async () => {
    const seeds = await seedsUntil(finding("leftovers"), RegistryTable.prototype, "remove", () => () => {});
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose supervisors never give up", async () => {
    const seeds = await seedsUntil(finding("budgets"), RestartBudget.prototype, "spend", (spend) => {
      return function (this: RestartBudget, nowMs) {
        return spend.call(this, nowMs) || this.maxRestarts > 0;
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose bounded mailboxes have no bound", async () => {
    const seeds = await seedsUntil(
      finding("bounds"),
      Mailbox.prototype,
      "takeOldestUserMessage",
      () => () => undefined,
    );
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });
});
