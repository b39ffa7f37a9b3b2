// The real world: it keeps the promises of the seam, with the machine's own clock and timers.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { realWorld } from "../../../runtime/index.ts";

const world = realWorld();

afterEach(() => {
  vi.useRealTimers();
});

describe("realWorld()", () => {
  test("is one for the whole program", () => {
    expect(realWorld()).toBe(world);
    expect(world.kind).toBe("real");
  });

  test("never lets the unlikely happen", () => {
    expect(world.maybe("a fault")).toBe(false);
  });

  test("has a clock that does not go back, and one for people", () => {
    let last = world.clock.now();
    for (let look = 0; look < 1_000; look += 1) {
      const now = world.clock.now();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    const before = Date.now();
    expect(world.clock.wallTime()).toBeGreaterThanOrEqual(before);
    expect(world.clock.wallTime()).toBeLessThanOrEqual(Date.now());
  });

  test("fires a timer once, after the time, and none that was cleared", async () => {
    const fired: string[] = [];
    const cleared = world.timers.set(1, () => void fired.push("cleared"));
    world.timers.clear(cleared);
    await new Promise<void>((resolve) => {
      world.timers.set(1, () => void fired.push("first"));
      world.timers.set(5, resolve);
    });
    expect(fired).toEqual(["first"]);
  });

  test("does not fire a timer at once that is longer than Node's own can be", () => {
    vi.useFakeTimers();
    const fired: number[] = [];
    for (const delayMs of [2 ** 31, Number.POSITIVE_INFINITY])
      world.timers.set(delayMs, () => void fired.push(delayMs));
    vi.advanceTimersByTime(24 * 24 * 3_600_000);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(24 * 3_600_000);
    expect(fired).toHaveLength(2);
  });

  test("runs a turn soon before timers and I/O, and one after I/O behind them", async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      world.turns.afterIo(() => {
        order.push("after I/O");
        resolve();
      });
      world.turns.soon(() => void order.push("soon"));
      order.push("now");
    });
    expect(order).toEqual(["now", "soon", "after I/O"]);
  });

  test("gives numbers in [0, 1) and bytes that are not the same twice", () => {
    const numbers = Array.from({ length: 100 }, () => world.random.next());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    const bytes = world.random.bytes(32);
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(bytes).toHaveLength(32);
    expect(Buffer.compare(bytes, world.random.bytes(32))).not.toBe(0);
  });

  test("fetches by HTTP", async () => {
    const server = createServer((request, response) => response.end(`${request.method} ${request.url}`));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const response = await world.fetch(`http://127.0.0.1:${port}/there`, { method: "POST" });
    expect(await response.text()).toBe("POST /there");
  });
});
