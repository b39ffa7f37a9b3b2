// The room as a whole: nodes that were broken on purpose are found out within a few seeds, by the checker that should.
import { describe, expect, test } from "vitest";
import { NodeDistribution } from "../../runtime/distribution/distribution.ts";
import { GroupSync } from "../../runtime/distribution/group-sync.ts";
import { Outbox } from "../../runtime/distribution/outbox.ts";
import { DownMessage } from "../../runtime/index.ts";
import { Membership } from "../../runtime/membership/membership-shell.ts";
import { NodeEvents } from "../../runtime/process/node-events.ts";
import { Process } from "../../runtime/process/process.ts";
import { RemoteNode, RemoteProcess } from "../../runtime/process/remote-node.ts";
import { signalKinds } from "../../runtime/wire/frame.ts";
import { seedsUntil } from "../seeds/sabotage.ts";
import { nodesRoom } from "./room.ts";

/** Seeds tried before a sabotage counts as not found. */
const seedsMax = 30;
/** Far more than any of it takes: what hangs is to be told from a machine that is busy. */
const testMsMax = 600_000;

const finding = (check: string) => ({ room: nodesRoom, seedsMax, check });

describe("The room finds nodes", { timeout: testMsMax }, () => {
  test("that lose a message in silence", async () => {
    let signals = 0;
    const seeds = await seedsUntil(finding("messages"), Outbox.prototype, "push", (push) => {
      return function (this: Outbox, signal) {
        signals += 1;
        if (signals % 50 !== 0 || signal[0] !== signalKinds.send) push.call(this, signal);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that send a message twice", async () => {
    let signals = 0;
    const seeds = await seedsUntil(finding("messages"), Outbox.prototype, "push", (push) => {
      return function (this: Outbox, signal) {
        push.call(this, signal);
        signals += 1;
        if (signals % 50 === 0 && signal[0] === signalKinds.send) push.call(this, signal);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that tell of an end twice", async () => {
    const told = new WeakSet<DownMessage>();
    const seeds = await seedsUntil(finding("monitors"), Process.prototype, "deliver", (deliver) => {
      return function (this: Process, item, priority) {
        deliver.call(this, item, priority);
        if (!(item instanceof DownMessage) || item.isListenedTo || told.has(item)) return;
        told.add(item);
        this.deliver(item, priority);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose monitors do not fire at the loss of a session", async () => {
    const seeds = await seedsUntil(finding("monitors"), RemoteNode.prototype, "lose", () => {
      return function (this: RemoteNode) {
        this.hasEnded = true;
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose links do not break with the session", async () => {
    const seeds = await seedsUntil(finding("links"), RemoteProcess.prototype, "lose", () => () => {});
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that take one another for lost, and they are not", async () => {
    let asks = 0;
    const seeds = await seedsUntil(finding("calls"), NodeDistribution.prototype, "reach", (reach) => {
      return function (this: NodeDistribution, node, incarnation) {
        asks += 1;
        return asks % 5 === 0 ? undefined : reach.call(this, node, incarnation);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that let nobody in", async () => {
    const seeds = await seedsUntil(finding("views"), Membership.prototype, "admits", () => () => false);
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("whose groups do not hear of new nodes", async () => {
    const seeds = await seedsUntil(finding("memberships"), GroupSync.prototype, "nodeUp", () => () => {});
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that keep it to themselves when one goes", async () => {
    const seeds = await seedsUntil(finding("news"), NodeEvents.prototype, "tell", (tell) => {
      return function (this: NodeEvents, change) {
        if (change.kind === "up") tell.call(this, change);
      };
    });
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });

  test("that leave something behind", async () => {
    const seeds = await seedsUntil(
      finding("liveness"),
      Membership.prototype,
      "stop",
      () => () => Promise.resolve(),
    );
    expect(seeds).toBeLessThanOrEqual(seedsMax);
  });
});
