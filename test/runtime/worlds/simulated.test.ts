// The simulated world: virtual time, one order of everything, and randomness that a seed decides.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cast, named, noReply, ok, server, sleep, spawn, startNode } from "../../../runtime/index.ts";
import { type SimulatedWorld, simulatedWorld } from "../../../runtime/worlds/simulated.ts";

/** A world and the order in which its timers fire, each with the time. */
function observed() {
  const world = simulatedWorld();
  const log: string[] = [];
  const at = (delayMs: number, what: string) =>
    world.timers.set(delayMs, () => void log.push(`${what} at ${world.elapsedMs}`));
  return { world, log, at };
}

describe("a timer", () => {
  test("fires at its time: the earlier first, and of one time whoever was set first", async () => {
    const { world, log, at } = observed();
    at(20, "c");
    at(10, "a");
    at(20, "d");
    at(10, "b");
    await world.advance(100);
    expect(log).toEqual(["a at 10", "b at 10", "c at 20", "d at 20"]);
  });

  test("that was cleared does not fire, and clearing twice or late is nothing", async () => {
    const { world, log, at } = observed();
    const early = at(5, "early");
    const timer = at(10, "cleared");
    world.timers.clear(timer);
    world.timers.clear(timer);
    await world.advance(100);
    world.timers.clear(early);
    expect(log).toEqual(["early at 5"]);
  });

  test("may clear and set others when it fires", async () => {
    const { world, log, at } = observed();
    world.timers.set(10, () => {
      world.timers.clear(later);
      at(0, "now");
      at(5, "soon");
    });
    const later = at(11, "later");
    at(10, "same time");
    await world.advance(15);
    expect(log).toEqual(["same time at 10", "now at 10", "soon at 15"]);
  });

  test("of less than no time, or of none that is a number, is due now; one that is infinite never", async () => {
    const { world, log, at } = observed();
    at(Number.POSITIVE_INFINITY, "never");
    at(Number.NaN, "no number");
    at(-5, "before");
    at(0, "now");
    await world.advance(1_000_000_000);
    expect(log).toEqual(["no number at 0", "before at 0", "now at 0"]);
  });

  test("fires in the order of a plain sort, for any delays, chained or not", async () => {
    const plan = fc.array(
      fc.record({ delayMs: fc.nat(20), thenMs: fc.option(fc.nat(20), { nil: undefined }) }),
    );
    await fc.assert(
      fc.asyncProperty(plan, async (timers) => {
        const world = simulatedWorld();
        const fired: number[] = [];
        let expected: number[] = [];
        for (const { delayMs, thenMs } of timers) {
          expected.push(delayMs);
          if (thenMs !== undefined) expected.push(delayMs + thenMs);
          world.timers.set(delayMs, () => {
            fired.push(world.elapsedMs);
            if (thenMs !== undefined) world.timers.set(thenMs, () => void fired.push(world.elapsedMs));
          });
        }
        expected = expected.sort((a, b) => a - b);
        await world.advance(50);
        expect(fired).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe("advance()", () => {
  test("runs what is due by then, its end included, and leaves the clock there", async () => {
    const { world, log, at } = observed();
    at(10, "a");
    at(11, "b");
    await world.advance(10);
    expect(log).toEqual(["a at 10"]);
    expect([world.elapsedMs, world.clock.now()]).toEqual([10, 10]);
    await world.advance(0.5);
    expect(world.elapsedMs).toBe(10.5);
    await world.advance(0.5);
    expect(log).toEqual(["a at 10", "b at 11"]);
  });

  test("moves the wall clock as far, from where it was told to start", async () => {
    const world = simulatedWorld({ wallTime: 1_000_000 });
    await world.advance(250);
    expect(world.clock.wallTime()).toBe(1_000_250);
    expect(simulatedWorld().clock.wallTime()).toBe(Date.UTC(2026, 0, 1));
  });

  test("lets promises go on between two timers", async () => {
    const { world, log, at } = observed();
    const tick = () => new Promise<void>((resolve) => void world.timers.set(10, resolve));
    const work = async () => {
      await tick();
      log.push(`woke at ${world.elapsedMs}`);
      await tick();
      log.push(`woke at ${world.elapsedMs}`);
    };
    void work();
    at(15, "between");
    await world.advance(100);
    expect(log).toEqual(["woke at 10", "between at 15", "woke at 20"]);
  });

  test("refuses to go back, or to what is no time", async () => {
    const world = simulatedWorld();
    await world.advance(10);
    for (const durationMs of [-1, Number.NaN])
      await expect(world.advance(durationMs)).rejects.toThrow(RangeError);
    expect(world.elapsedMs).toBe(10);
  });

  test("never sets the clock back, even when two run at once", async () => {
    const { world, log, at } = observed();
    await Promise.all([world.advance(50), world.advance(10)]);
    expect(world.elapsedMs).toBe(50);
    at(30, "late");
    await Promise.all([world.advance(50), world.advance(10)]);
    expect(world.elapsedMs).toBe(100);
    expect(log).toEqual(["late at 80"]);
  });

  test("throws what a timer throws, and goes on behind it the next time", async () => {
    const { world, log, at } = observed();
    world.timers.set(10, () => {
      throw new Error("broken timer");
    });
    at(10, "next");
    await expect(world.advance(20)).rejects.toThrow("broken timer");
    await world.advance(0);
    expect(log).toEqual(["next at 10"]);
  });
});

describe("settle()", () => {
  test("runs all that is due now, in the order it was asked for, and lets the clock stand", async () => {
    const { world, log, at } = observed();
    at(1, "timer");
    world.turns.afterIo(() => {
      log.push("second");
      world.turns.soon(() => void log.push("fourth"));
    });
    world.turns.soon(() => void log.push("third"));
    void Promise.resolve().then(() => log.push("first"));
    await world.settle();
    expect(log).toEqual(["first", "second", "third", "fourth"]);
    expect(world.elapsedMs).toBe(0);
  });

  test("throws what a turn throws, and loses none of those behind it", async () => {
    const { world, log } = observed();
    world.turns.soon(() => {
      world.turns.soon(() => void log.push("new"));
      throw new Error("broken turn");
    });
    world.turns.soon(() => void log.push("behind"));
    await expect(world.settle()).rejects.toThrow("broken turn");
    expect(log).toEqual([]);
    await world.settle();
    expect(log).toEqual(["behind", "new"]);
  });
});

describe("until()", () => {
  test("gives what the promise gives, and moves the clock no further than that needs", async () => {
    const { world, log, at } = observed();
    at(500, "later");
    const value = await world.until(
      new Promise((resolve) => void world.timers.set(300, () => resolve("done"))),
    );
    expect(value).toBe("done");
    expect(world.elapsedMs).toBe(300);
    expect(log).toEqual([]);
    expect(await world.until(Promise.resolve("at once"))).toBe("at once");
    expect(world.elapsedMs).toBe(300);
  });

  test("throws what the promise is rejected with, now or later", async () => {
    const { world } = observed();
    await expect(world.until(Promise.reject(new Error("now")))).rejects.toThrow("now");
    const later = new Promise((_, reject) => void world.timers.set(10, () => reject(new Error("later"))));
    await expect(world.until(later)).rejects.toThrow("later");
    expect(world.elapsedMs).toBe(10);
  });

  test("tells when the world stands still", async () => {
    const { world, at } = observed();
    at(10, "last");
    await expect(world.until(new Promise(() => {}))).rejects.toThrow(/stands still at 10 ms/);
  });

  test("tells when the time that it may take is over, and leaves the clock within it", async () => {
    const { world } = observed();
    const again = () => void world.timers.set(100, again);
    again();
    await expect(world.until(new Promise(() => {}), 1_050)).rejects.toThrow(/not settled within 1050 ms/);
    expect(world.elapsedMs).toBe(1_000);
    await expect(world.until(new Promise(() => {}))).rejects.toThrow(/not settled within 3600000 ms/);
  });
});

describe("a simulated world", () => {
  /** A node on which many processes send to each other after random times; its log tells who got what, when. */
  async function run(seed: number): Promise<readonly string[]> {
    const world = simulatedWorld({ seed });
    const node = startNode({ world, boundary: "freeze" });
    const log: string[] = [];
    const names = ["a", "b", "c", "d"];
    const gossip = server("gossip", {
      init: (name: string) => ok(name),
      casts: {
        hear: (name, hops: number) => {
          log.push(`${name} ${hops} at ${world.elapsedMs}`);
          if (hops === 0) return noReply(name);
          const delayMs = Math.floor(world.random.next() * 20);
          const to = names[Math.floor(world.random.next() * names.length)] ?? "a";
          const pass = async () => {
            await sleep(delayMs);
            cast(named(to), "hear", hops - 1);
          };
          void spawn(pass);
          return noReply(name);
        },
      },
    });
    for (const name of names) await world.until(node.spawn(gossip, { input: name, name }));
    for (const name of names) node.cast(named(name), "hear", 10);
    await world.advance(10_000);
    return log;
  }

  test("gives the same run for the same seed, and others for others", async () => {
    const first = await run(7);
    expect(first).toHaveLength(44);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  test("has no network and no programs, and says so", async () => {
    const world = simulatedWorld();
    await expect(world.fetch("https://example.com")).rejects.toThrow(/no network/);
    const ignored = { onOutput() {}, onErrorOutput() {}, onDrain() {}, onEnd() {} };
    expect(() => world.programs.start({ command: "cat", args: [], env: {} }, ignored)).toThrow(/cat is one/);
    expect(world.kind).toBe("simulated");
  });

  test("has files of its own", async () => {
    const [one, other] = [simulatedWorld(), simulatedWorld()];
    expect(one.files).not.toBe(other.files);
  });
});

function randomOf(seed: number) {
  return simulatedWorld({ seed }).random;
}

describe("the randomness of a simulated world", () => {
  test("gives the same numbers for the same seed, in [0, 1) and spread over it", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [one, other] = [randomOf(seed), randomOf(seed)];
        const numbers = Array.from({ length: 200 }, () => one.next());
        expect(Array.from({ length: 200 }, () => other.next())).toEqual(numbers);
        expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
        expect(new Set(numbers).size).toBeGreaterThan(190);
        const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
        expect(Math.abs(mean - 0.5)).toBeLessThan(0.15);
      }),
    );
  });

  test("gives as many bytes as are asked for", () => {
    const random = randomOf(1);
    expect(random.bytes(0)).toEqual(new Uint8Array());
    const bytes = random.bytes(10_000);
    expect(bytes).toHaveLength(10_000);
    expect(new Set(bytes).size).toBe(256);
    expect(randomOf(1).bytes(16)).toEqual(randomOf(1).bytes(16));
  });
});

describe("maybe()", () => {
  const drawn = (world: SimulatedWorld, point: string) =>
    Array.from({ length: 1_000 }, () => world.maybe(point));
  const odds = { "a fault": 0.25, certain: 1, never: 0 };

  test("is true about as often as its odds say, and always or never where they say so", () => {
    const world = simulatedWorld({ seed: 7, odds });
    expect(drawn(world, "a fault").filter(Boolean).length).toBeGreaterThan(200);
    expect(drawn(world, "a fault").filter(Boolean).length).toBeLessThan(300);
    expect(new Set(drawn(world, "certain"))).toEqual(new Set([true]));
    expect(new Set(drawn(world, "never"))).toEqual(new Set([false]));
  });

  test("is decided by the seed", () => {
    const [first, again, other] = [1, 1, 2].map((seed) => drawn(simulatedWorld({ seed, odds }), "a fault"));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("is never true without odds, and then draws nothing", () => {
    const [world, untouched] = [simulatedWorld({ odds }), simulatedWorld({ odds })];
    expect(world.maybe("nobody has named it")).toBe(false);
    expect(world.maybe("toString")).toBe(false);
    expect(world.random.next()).toBe(untouched.random.next());
  });
});
