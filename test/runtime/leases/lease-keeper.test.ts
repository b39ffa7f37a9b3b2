// Keepers of leases on one bucket: what they hold, when they let go, and what they say of each other.
import { describe, expect, test } from "vitest";
import { simulatedWorld } from "../../../runtime/index.ts";
import { LeaseHeld, LeaseNotTaken } from "../../../runtime/leases/failures.ts";
import { encodeLease } from "../../../runtime/leases/lease-record.ts";
import { leaseLimits, leaseTimes } from "../../../runtime/leases/limits.ts";
import { FaultyBucket } from "./faulty-bucket.ts";
import { Machine } from "./machine.ts";
import { recordOf } from "./record.ts";

function room(factor = 1) {
  const world = simulatedWorld();
  const bucket = new FaultyBucket(world);
  const times = leaseTimes(factor);
  const start = (node: string, incarnation = 1): Machine =>
    new Machine({ world, bucket, times, node, incarnation });
  const held = async (node: string, incarnation = 1): Promise<Machine> => {
    const machine = start(node, incarnation).acquire();
    if (machine.acquired !== undefined) await world.until(machine.acquired, 10_000);
    return machine;
  };
  return { world, bucket, times, start, held };
}

describe("a keeper", () => {
  test("holds its lease for as long as it lives", async () => {
    const { world, held } = room();
    const alpha = await held("alpha");
    expect(alpha.keeper.id).toEqual({ node: "alpha", incarnation: 1, term: 1 });
    await world.advance(60_000);
    expect([alpha.keeper.isHeld(), alpha.told]).toEqual([true, ["held alpha 1 1"]]);
  });

  test("tries until the store can be reached, and says so once", async () => {
    const { world, bucket, start } = room();
    bucket.isDown = true;
    const alpha = start("alpha").acquire();
    await world.advance(30_000);
    expect([alpha.keeper.state, alpha.told.length]).toEqual(["acquiring", 1]);
    expect(alpha.told[0]).toMatch(/^lease_waiting /);
    bucket.isDown = false;
    await world.advance(2_000);
    expect(alpha.keeper.isHeld()).toBe(true);
  });

  test("that is closed before it has a lease refuses it to who waits", async () => {
    const { world, bucket, start } = room();
    bucket.isDown = true;
    const alpha = start("alpha").acquire();
    await world.until(alpha.keeper.close(), 5_000);
    expect(alpha.failure).toBeInstanceOf(LeaseNotTaken);
    await expect(alpha.keeper.acquire()).rejects.toThrow(LeaseNotTaken);
  });

  test("holds nothing from 2.5 s after the sending of its last renewal, however it was frozen", async () => {
    const { world, held, times } = room();
    const alpha = await held("alpha");
    const info = alpha.keeper.find("alpha");
    await world.advance(times.renewEveryMs - (info?.unchangedMs ?? 0) + 1);
    alpha.freeze();
    const age = alpha.keeper.find("alpha")?.unchangedMs ?? 0;
    await world.advance(times.suspendAfterMs - age - 1);
    expect(alpha.keeper.isHeld()).toBe(true);
    await world.advance(1);
    expect([alpha.keeper.isHeld(), alpha.keeper.state]).toEqual([false, "suspended"]);
    alpha.thaw();
    expect(alpha.keeper.isHeld()).toBe(false);
    await world.advance(100);
    expect(alpha.told).toEqual(["held alpha 1 1", "suspended", "resumed"]);
  });

  test("counts from the sending where it was frozen before the answer came", async () => {
    const { world, held, times } = room();
    const alpha = await held("alpha");
    const write = alpha.view.write.bind(alpha.view);
    alpha.view.write = async (key, value, expected) => {
      const outcome = await write(key, value, expected);
      alpha.freeze();
      await new Promise<void>((resolve) => alpha.later(resolve));
      return outcome;
    };
    await world.advance(times.renewEveryMs + 10);
    expect(alpha.isFrozen).toBe(true);
    alpha.view.write = write;
    alpha.view.isCut = true;
    await world.advance(times.suspendAfterMs);
    alpha.thaw();
    await world.settle();
    expect([alpha.keeper.isHeld(), alpha.told]).toEqual([false, ["held alpha 1 1", "suspended"]]);
  });

  test("takes the answer to a renewal that came while it was held up, past the time for one", async () => {
    const { world, bucket, held, times } = room();
    const alpha = await held("alpha");
    const age = (): number => alpha.keeper.find("alpha")?.unchangedMs ?? 0;
    const apply = bucket.apply.bind(bucket);
    bucket.apply = (...change) => {
      alpha.freeze();
      return apply(...change);
    };
    await world.advance(times.renewEveryMs - age() + 10);
    expect(alpha.isFrozen).toBe(true);
    await world.advance(times.writeTimeoutMs + 100);
    alpha.thaw(true);
    await world.settle();
    expect(age()).toBeLessThan(times.writeTimeoutMs + 200);
    expect([alpha.keeper.isHeld(), alpha.told]).toEqual([true, ["held alpha 1 1"]]);
  });

  test("whose wall clock jumps notices nothing", async () => {
    const { world, held } = room();
    const [alpha, beta] = [await held("alpha"), await held("beta")];
    alpha.wallJumpMs = -3.6e6;
    beta.wallJumpMs = 3.6e6;
    await world.advance(20_000);
    expect([alpha.told, beta.told]).toEqual([["held alpha 1 1"], ["held beta 1 1"]]);
  });

  test("loses a lease that is not there any more, and acquires the next", async () => {
    const { world, bucket, held } = room();
    const [alpha, beta] = [await held("alpha"), await held("beta")];
    await world.advance(1_000);
    bucket.remake();
    await world.advance(2_000);
    const own = alpha.told.filter((line) => !line.startsWith("lapsed"));
    expect(own).toEqual(["held alpha 1 1", "lost: it is not in the store any more", "held alpha 1 2"]);
    expect(beta.told).toContain("lapsed alpha 1 1 replaced");
    expect(beta.keeper.isValid({ node: "alpha", incarnation: 1, term: 2 })).toBe(true);
    expect(beta.keeper.isOver({ node: "alpha", incarnation: 1, term: 1 })).toBe(true);
  });

  test("gives its lease back when it is closed, also while a renewal is on its way", async () => {
    const { world, bucket, held, times } = room();
    const [alpha, beta] = [await held("alpha"), await held("beta")];
    await world.advance(times.renewEveryMs);
    const closed = alpha.keeper.close();
    expect(alpha.keeper.isHeld()).toBe(false);
    await world.until(closed, times.releaseMs);
    const { revision } = bucket.read("alpha") ?? { revision: 0 };
    await world.advance(20_000);
    expect(bucket.read("alpha")?.revision).toBe(revision);
    expect(beta.told).toEqual(["held beta 1 1", "lapsed alpha 1 1 released"]);
    const again = await held("alpha", 2);
    expect(again.told.at(-1)).toBe("held alpha 2 2");
  });

  test("that is closed while it is cut off ends within its time", async () => {
    const { world, held, times } = room();
    const alpha = await held("alpha");
    alpha.view.isCut = true;
    await world.until(alpha.keeper.close(), times.releaseMs + 1);
    expect(alpha.keeper.state).toBe("closed");
  });

  test("says at once that it drains", async () => {
    const { world, held } = room();
    const [alpha, beta] = [await held("alpha"), await held("beta")];
    alpha.keeper.setDraining(true);
    await world.advance(50);
    expect(beta.keeper.find("alpha")?.draining).toBe(true);
    expect(beta.infos.map(({ node, draining }) => `${node} ${draining}`)).toContain("alpha true");
  });

  test("keeps all its times by one factor", async () => {
    const { world, held } = room(0.1);
    const [alpha, beta] = [await held("alpha"), await held("beta")];
    alpha.kill();
    await world.advance(600);
    expect(beta.told.slice(1)).toEqual(["lapsed alpha 1 1 tombstone", "lease_challenged"].reverse());
  });
});

describe("a dead node's lease", () => {
  test("is put to an end by one of those who live, within 6 s, and everybody hears of it once", async () => {
    const { world, held } = room();
    const others = [await held("alpha"), await held("beta"), await held("gamma")];
    const dead = await held("omega");
    await world.advance(1_000);
    dead.kill();
    await world.advance(3_000);
    expect(others.every(({ keeper }) => keeper.isValid({ node: "omega", incarnation: 1, term: 1 }))).toBe(
      true,
    );
    await world.advance(3_000);
    const told = others.flatMap((machine) => machine.told.filter((line) => !line.startsWith("held")));
    expect(told.sort()).toEqual([
      "lapsed omega 1 1 tombstone",
      "lapsed omega 1 1 tombstone",
      "lapsed omega 1 1 tombstone",
      "lease_challenged",
    ]);
  });

  test("is waited out by the next incarnation of it where nobody else is there", async () => {
    const { world, held, start } = room();
    const dead = await held("alpha");
    dead.kill();
    const next = start("alpha", 2).acquire();
    await world.advance(3_400);
    expect(next.keeper.state).toBe("acquiring");
    await world.advance(200);
    expect(next.told).toContain("held alpha 2 2");
  });

  test("stays as it is while the store was away, since others could not renew either", async () => {
    const { world, bucket, held } = room();
    const [alpha, beta] = [await held("alpha"), await held("beta")];
    await world.advance(1_000);
    bucket.isDown = true;
    await world.advance(20_000);
    bucket.isDown = false;
    for (const { view } of [alpha, beta]) view.heal();
    await world.advance(10_000);
    expect(alpha.told).toEqual(["held alpha 1 1", "suspended", "resumed"]);
    expect(beta.told).toEqual(["held beta 1 1", "suspended", "resumed"]);
  });
});

describe("a challenger", () => {
  test("whose watch lags does the living no harm", async () => {
    const { world, held } = room();
    const [alpha, beta] = [await held("alpha"), await held("beta")];
    await world.advance(1_000);
    beta.view.changed = () => {};
    await world.advance(20_000);
    expect(alpha.told).toEqual(["held alpha 1 1"]);
    expect(beta.told).toEqual(["held beta 1 1"]);
  });

  test("cannot be overtaken by a renewal that was on its way when its writer died", async () => {
    const { world, bucket, held } = room();
    const [alpha] = [await held("alpha"), await held("beta")];
    await world.advance(1_000);
    const before = bucket.read("alpha")?.revision ?? 0;
    alpha.kill();
    await world.advance(8_000);
    const late = encodeLease(recordOf({ node: "alpha", incarnation: 1, nonce: "late" }));
    expect(bucket.apply("alpha", late, before)).toEqual({ kind: "conflict" });
  });

  test("looks for a lease that somebody stands on and nobody has seen, and ends it where it is not there", async () => {
    const { world, held } = room();
    const beta = await held("beta");
    const id = { node: "alpha", incarnation: 1, term: 5 };
    beta.keeper.doubt(id);
    expect([beta.keeper.isValid(id), beta.keeper.isOver(id)]).toEqual([false, false]);
    await world.advance(5_000);
    expect(beta.told.slice(1).sort()).toEqual(["lapsed alpha 1 5 missing", "lease_challenged"]);
    expect(beta.keeper.isOver(id)).toBe(true);
  });
});

describe("what others have written", () => {
  test("is put to an end when it is over, also where a lease is as large as one may be", async () => {
    const { world, bucket, held } = room();
    const filled = (room: number): Uint8Array => {
      const parts = Array.from({ length: Math.ceil(room / 200) }, (_, part) =>
        "x".repeat(Math.min(200, room - part * 200)),
      );
      const labels = Object.fromEntries(parts.map((part, index) => [`l${index}`, part]));
      return encodeLease(recordOf({ node: "alpha", by: "", nonce: "", labels }));
    };
    let size = 7_000;
    while (sizeOf(() => filled(size + 1)) <= leaseLimits.recordBytesMax) size += 1;
    const beta = await held("beta");
    bucket.apply("alpha", filled(size), 0);
    await world.advance(10_000);
    expect(beta.told.slice(1).sort()).toEqual(["lapsed alpha 10 1 tombstone", "lease_challenged"]);
  });

  test.each(["", "x".repeat(65), "ä".repeat(40), "\ud800", "\0".repeat(30)])(
    "in the name of a node that cannot be (%j) stands on no lease",
    async (node) => {
      const { world, held } = room();
      const beta = await held("beta");
      const id = { node, incarnation: 1, term: 1 };
      beta.keeper.doubt(id);
      await world.advance(10_000);
      expect([beta.keeper.isValid(id), beta.keeper.isOver(id)]).toEqual([false, true]);
      expect(beta.told).toEqual(["held beta 1 1"]);
    },
  );
});

/** In bytes; more than any where it cannot be written. */
function sizeOf(encoded: () => Uint8Array): number {
  try {
    return encoded().length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

describe("a second program of one name", () => {
  test("is refused while the first one renews", async () => {
    const { world, held, start } = room();
    const first = await held("alpha");
    const second = start("alpha", 2).acquire();
    await world.advance(5_000);
    expect(second.failure).toBeInstanceOf(LeaseHeld);
    expect(second.keeper.state).toBe("none");
    expect(first.told).toEqual(["held alpha 1 1"]);
  });
});
