import { describe, expect, test } from "vitest";
import { Watchdog } from "../../../../actors/llm/providers/watchdog.ts";
import { PatientWorld } from "./adapters.ts";

function watched() {
  const world = new PatientWorld();
  const barks: string[] = [];
  const watchdog = new Watchdog(world, { firstByteMs: 100, silenceMs: 30 }, (phase) => barks.push(phase));
  return { world, watchdog, barks };
}

describe("Watchdog", () => {
  test("waits for the first piece, and says which wait was in vain", () => {
    const { world, barks } = watched();
    world.pass(99);
    expect(barks).toEqual([]);
    world.pass(1);
    expect(barks).toEqual(["first_byte"]);
    world.pass(1_000);
    expect(barks).toEqual(["first_byte"]);
  });

  test("counts the silence from the last piece", () => {
    const { world, watchdog, barks } = watched();
    world.pass(99);
    for (let piece = 0; piece < 50; piece += 1) {
      watchdog.heard();
      world.pass(29);
    }
    expect(barks).toEqual([]);
    world.pass(1);
    expect(barks).toEqual(["silence"]);
    world.pass(1_000);
    expect(barks).toEqual(["silence"]);
  });

  test("has one timer, which a hundred thousand pieces leave alone", () => {
    const { world, watchdog } = watched();
    const { timers } = world;
    watchdog.heard();
    let changes = 0;
    const { set, clear } = timers;
    Object.assign(timers, {
      set: (...given: Parameters<typeof set>) => {
        changes += 1;
        return set(...given);
      },
      clear: (...given: Parameters<typeof clear>) => {
        changes += 1;
        return clear(...given);
      },
    });
    for (let piece = 0; piece < 100_000; piece += 1) watchdog.heard();
    expect(changes).toBe(0);
    expect(world.running).toHaveLength(1);
  });

  test("says nothing once it is stopped", () => {
    const { world, watchdog, barks } = watched();
    watchdog.heard();
    watchdog.stop();
    world.pass(1_000);
    expect(barks).toEqual([]);
    expect(world.running).toEqual([]);
  });
});
