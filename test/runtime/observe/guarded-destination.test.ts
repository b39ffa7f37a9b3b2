import { EventEmitter } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { Writable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { GuardedDestination, type LogDestination } from "../../../runtime/observe/guarded-destination.ts";
import { observeLimits as limits } from "../../../runtime/observe/limits.ts";
import { processOfCode } from "../../../runtime/process/current.ts";
import { bench } from "../process/bench.ts";

/** A place that keeps lines, while it is well. */
class Shelf implements LogDestination {
  readonly lines: string[] = [];
  isFull = false;
  write(line: string): void {
    if (this.isFull) throw new Error("ENOSPC");
    this.lines.push(line);
  }
}

function guarded(first: LogDestination, second?: LogDestination) {
  const told: number[] = [];
  const refused: string[] = [];
  const destination = new GuardedDestination(first, second, {
    refused: (thrown) => refused.push(String(thrown)),
    lost: (lines) => told.push(lines),
  });
  return { told, refused, destination };
}

describe("GuardedDestination", () => {
  test("hands every line to the first place, in order", () => {
    const [first, second] = [new Shelf(), new Shelf()];
    const { destination, told } = guarded(first, second);
    for (const line of ["a", "b", "c"]) destination.write(line);
    expect(first.lines).toEqual(["a", "b", "c"]);
    expect(second.lines).toEqual([]);
    expect(told).toEqual([]);
  });

  test("hands to the second what the first refuses, and goes back when it takes lines again", () => {
    const [first, second] = [new Shelf(), new Shelf()];
    const { destination, told } = guarded(first, second);
    first.isFull = true;
    destination.write("a");
    first.isFull = false;
    destination.write("b");
    expect(second.lines).toEqual(["a"]);
    expect(first.lines).toEqual(["b"]);
    expect(told).toEqual([]);
  });

  test("counts what neither takes, and tells it once when lines get through again", () => {
    const [first, second] = [new Shelf(), new Shelf()];
    const { destination, told } = guarded(first, second);
    first.isFull = true;
    second.isFull = true;
    for (let index = 0; index < 10; index += 1) destination.write("lost");
    expect(told).toEqual([]);
    second.isFull = false;
    destination.write("a");
    destination.write("b");
    expect(told).toEqual([10]);
    expect(second.lines).toEqual(["a", "b"]);
  });

  test("tells once why the first refuses, until it takes lines again", () => {
    const [first, second] = [new Shelf(), new Shelf()];
    const { destination, refused } = guarded(first, second);
    first.isFull = true;
    for (const line of ["a", "b"]) destination.write(line);
    expect(refused).toEqual(["Error: ENOSPC"]);
    first.isFull = false;
    destination.write("c");
    first.isFull = true;
    destination.write("d");
    expect(refused).toEqual(["Error: ENOSPC", "Error: ENOSPC"]);
    expect(second.lines).toEqual(["a", "b", "d"]);
  });

  test("does without a second place", () => {
    const first = new Shelf();
    const { destination, told } = guarded(first);
    first.isFull = true;
    destination.write("a");
    first.isFull = false;
    destination.write("b");
    expect(told).toEqual([1]);
  });

  test("hands to the second what the first refuses later", async () => {
    const second = new Shelf();
    const { destination } = guarded({ write: () => Promise.reject(new Error("EIO")) }, second);
    destination.write("a");
    await settled();
    expect(second.lines).toEqual(["a"]);
  });

  test("tells what was lost only once a line has arrived", async () => {
    const answers: (() => void)[] = [];
    let isFull = true;
    const { destination, told } = guarded({
      write: () => {
        if (isFull) throw new Error("ENOSPC");
        return new Promise<void>((resolve) => answers.push(resolve));
      },
    });
    destination.write("lost");
    isFull = false;
    destination.write("a");
    await settled();
    expect(told).toEqual([]);
    answers[0]?.();
    await settled();
    expect(told).toEqual([1]);
  });

  test("lives through the error of a stream, and hands on what comes after it", async () => {
    const broken = new Writable({ write: (_, __, done) => done(new Error("EPIPE")) });
    const second = new Shelf();
    const { destination, refused } = guarded(broken, second);
    destination.write("a");
    await settled();
    destination.write("b");
    expect(second.lines).toEqual(["b"]);
    expect(refused).toEqual(["Error: EPIPE"]);
  });

  test("drops lines rather than to fill the memory for a stream that nobody reads", () => {
    const stuck = new Writable({ write: () => {} });
    const second = new Shelf();
    const { destination } = guarded(stuck, second);
    const line = "x".repeat(1024 * 1024);
    for (let index = 0; index < 40; index += 1) destination.write(line);
    expect(stuck.writableLength).toBeLessThanOrEqual(limits.logWaitingBytesMax + line.length);
    expect(second.lines.length).toBeGreaterThan(20);
  });

  test("listens once to a stream that many logs go to", () => {
    const stream = Object.assign(new EventEmitter(), { write: () => true });
    for (let index = 0; index < 20; index += 1) guarded(stream, stream);
    expect(stream.listenerCount("error")).toBe(1);
  });

  test.runIf(existsSync("/dev/full"))("lives through a disk that is full", async () => {
    const second = new Shelf();
    const { destination, refused } = guarded(createWriteStream("/dev/full"), second);
    destination.write("a");
    await vi.waitUntil(() => {
      destination.write("b");
      return second.lines.length > 0;
    }, 30_000);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toContain("ENOSPC");
  });

  test("does not let a place's own work count as that of the process that logs", async () => {
    const { inProcess } = bench();
    const seen: unknown[] = [];
    const { destination } = guarded(
      {
        write: async () => {
          seen.push(processOfCode());
          await Promise.resolve();
          seen.push(processOfCode());
          throw new Error("EIO");
        },
      },
      { write: () => seen.push(processOfCode()) },
    );
    await inProcess(async () => destination.write("a"));
    await settled();
    expect(seen).toEqual([undefined, undefined, undefined]);
  });
});

/** Resolves when what is under way has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
