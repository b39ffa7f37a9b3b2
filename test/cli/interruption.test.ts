// Signals: the first asks, the second and the deadline end.
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../cli/exit-codes.ts";
import { Interrupted } from "../../cli/interruption.ts";
import { stopDeadlineMs } from "../../cli/limits.ts";
import { CallTimeout, HeapExhausted } from "../../runtime/index.ts";
import { stage } from "./fixtures.ts";

describe("watchInterruption()", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("aborts at the first %s and remembers %i", (signal, code) => {
    const { interruption, endings, ...scene } = stage();
    expect(interruption.exitCode()).toBeUndefined();
    scene.signal(signal);
    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.exitCode()).toBe(code);
    expect(endings).toEqual([]);
  });

  it("ends at once at the second signal, with the code of the first", () => {
    const { endings, ...scene } = stage();
    scene.signal("SIGTERM");
    scene.signal("SIGINT");
    expect(endings).toEqual([143]);
  });

  it("ends at the deadline where stopping takes too long", async () => {
    const { endings, world, ...scene } = stage();
    scene.signal("SIGINT");
    await world.advance(stopDeadlineMs - 1);
    expect(endings).toEqual([]);
    await world.advance(1);
    expect(endings).toEqual([130]);
  });

  it("gives the signals back at its end", async () => {
    const { interruption, endings, world, ...scene } = stage();
    scene.signal("SIGINT");
    interruption.end();
    scene.signal("SIGINT");
    await world.advance(stopDeadlineMs * 2);
    expect(endings).toEqual([]);
  });
});

describe("orInterrupted()", () => {
  it("gives what the work gives", async () => {
    const { interruption } = stage();
    expect(await interruption.orInterrupted(Promise.resolve(7))).toBe(7);
    await expect(interruption.orInterrupted(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("rejects at the signal although the work goes on, and at once after it", async () => {
    const { interruption, ...scene } = stage();
    const endless = interruption.orInterrupted(new Promise(() => undefined));
    scene.signal("SIGINT");
    await expect(endless).rejects.toBeInstanceOf(Interrupted);
    await expect(interruption.orInterrupted(Promise.resolve(7))).rejects.toBeInstanceOf(Interrupted);
  });

  it("rejects with a failure that belongs to nothing it waits for, and is ended by no deadline", async () => {
    const { interruption, endings, world } = stage();
    const endless = interruption.orInterrupted(new Promise(() => undefined));
    const fault = new TypeError("a fault");
    interruption.fail(fault);
    interruption.fail(new TypeError("another"));
    await expect(endless).rejects.toBe(fault);
    expect([interruption.signal.aborted, interruption.exitCode()]).toEqual([true, undefined]);
    await world.advance(stopDeadlineMs * 2);
    expect(endings).toEqual([]);
  });

  it.each([
    [new CallTimeout("a", "b", 5), 70],
    [new HeapExhausted("aiex", { usedBytes: 1, limitBytes: 1 }), 1],
    ["a string", 70],
  ])("rejects with %s so that the command ends with %i", async (thrown, code) => {
    const { interruption } = stage();
    interruption.fail(thrown);
    const error: unknown = await interruption.orInterrupted(Promise.resolve(7)).catch((given) => given);
    expect(exitCodeOf(error)).toBe(code);
    expect(String(error)).toContain(thrown instanceof Error ? thrown.message : thrown);
  });

  it("leaves no rejection behind where the work fails after the signal", async () => {
    const { interruption, ...scene } = stage();
    let fail: (error: Error) => void = () => undefined;
    const work = interruption.orInterrupted(new Promise((_, reject) => (fail = reject)));
    scene.signal("SIGINT");
    fail(new Error("late"));
    await expect(work).rejects.toBeInstanceOf(Interrupted);
  });
});
