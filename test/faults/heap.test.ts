// Fault 12: a heap near its limit.
import { describe, expect, test } from "vitest";
import { child, dynamicSupervisor, simulatedWorld, startNode, supervisor } from "../../runtime/index.ts";
import { nodeLimits } from "../../runtime/node/limits.ts";
import { idle } from "../runtime/process/bench.ts";
import { runProgram } from "./program.ts";
import { recorder } from "./recorder.ts";

const limitBytes = 1_000 * 1024 * 1024;

function watched() {
  const world = simulatedWorld();
  let percent = 10;
  const halted: unknown[] = [];
  const heap = () => ({ usedBytes: (limitBytes / 100) * percent, limitBytes });
  const node = startNode({ world, health: { heap }, onHalt: (thrown) => halted.push(thrown) });
  const told: number[] = [];
  node.subscribe(({ name, data }) => {
    if (name === "heap_high") told.push((data.usedBytes / data.limitBytes) * 100);
  });
  const fill = async (to: number): Promise<void> => {
    percent = to;
    await world.advance(nodeLimits.healthCheckMs);
  };
  return { world, node, halted, told, fill };
}

const full = expect.objectContaining({ code: "heap_full", retryable: true });

describe("a heap near its limit", () => {
  test("fault 12 is told at 80 %, once until it has calmed down", async () => {
    const { fill, told, node, world } = watched();
    for (const percent of [79, 80, 85, 75, 82, 69, 81]) await fill(percent);
    expect(told).toEqual([80, 81]);
    await world.until(node.spawn(idle));
    await world.until(node.halt());
  });

  test("fault 12 takes no new work from 90 %, until it has calmed down", async () => {
    const { node, world, fill } = watched();
    const top = await world.until(node.spawn(dynamicSupervisor("top")));
    const attempts = async () => {
      const child1 = child(idle, { id: "more" });
      const spawned = world.until(node.spawn(idle)).then(
        () => "done",
        (error: unknown) => error,
      );
      const started = world.until(node.startChild(top, child1)).then(
        () => "done",
        (error: unknown) => error,
      );
      let monitored: unknown = "done";
      try {
        node.spawnMonitor(idle);
      } catch (error) {
        monitored = error;
      }
      return [await spawned, await started, monitored];
    };
    await fill(89);
    expect(await attempts()).toEqual(["done", "done", "done"]);
    await fill(90);
    expect(await attempts()).toEqual([full, full, full]);
    await expect(node.spawn(idle)).rejects.toThrow(
      'Node "local" uses 900 of 1000 MB of memory and starts no new work.',
    );
    await fill(81);
    expect(await attempts()).toEqual([full, full, full]);
    await fill(79);
    expect(await attempts()).toEqual(["done", "done", "done"]);
    await world.until(node.halt());
  });

  test("fault 12 leaves what runs alone, and has what crashes started again", async () => {
    const { node, world, fill } = watched();
    const { logic, deeds } = recorder();
    await world.until(node.spawn(supervisor("top", { children: [child(logic, { input: "a", name: "a" })] })));
    await fill(92);
    const pid = node.whereis("a");
    if (pid === undefined) throw new Error("It was not started.");
    expect(await world.until(node.call(pid, "name"))).toBe("a");
    node.exit(pid, "kill");
    await world.settle();
    expect(deeds).toEqual(["+a", "+a"]);
    await world.until(node.halt());
  });

  test("fault 12 halts the node where nothing is left, and one look too high is not enough", async () => {
    const { node, world, fill, halted } = watched();
    await world.until(node.spawn(idle));
    for (const percent of [96, 94, 95]) await fill(percent);
    expect(halted).toEqual([]);
    await fill(98);
    await world.settle();
    expect(halted).toMatchObject([{ code: "heap_exhausted", details: { limitBytes } }]);
    expect(node.processes()).toEqual([]);
  });

  test("fault 12 is not looked at in a simulated world, unless it is given one", async () => {
    const world = simulatedWorld();
    const node = startNode({ world, health: {} });
    await world.advance(10_000);
    await world.until(node.spawn(idle));
    await world.until(node.halt());
  });

  test("fault 12 ends a real program that has no policy, whatever its processes are at", async () => {
    const ended = await runProgram(`
      const heap = () => ({ usedBytes: 99 * 1024 * 1024, limitBytes: 100 * 1024 * 1024 });
      const node = startNode({ world, health: { heap } });
      await node.spawn(async () => { for (;;) await sleep(1); });
      setInterval(() => {}, 1_000);
    `);
    expect(ended).toMatchObject({ code: 1, lines: [] });
    expect(ended.errors).toContain('HeapExhausted: Node "local" used 99 of 100 MB of memory and was halted');
  });

  test("fault 12 of a real program is told, refuses new work, and ends in order before V8 ends it", async () => {
    const ended = await runProgram(
      `
      import { getHeapStatistics } from "node:v8";
      const node = startNode({ world, health: {}, onHalt: (thrown) => { say({ halted: thrown.code }); process.exit(70); } });
      node.subscribe(({ name }) => { if (name === "heap_high") say({ told: name }); });
      const recorder = server("recorder", {
        init: () => ok(0),
        terminate: (_state, reason) => { say({ stopped: reason }); },
      });
      await new Applications(node, [{ name: "store", tree: supervisor("store", { children: [child(recorder, { trapExit: true })] }) }]).startAll("store");
      const kept = [];
      let isRefused = false;
      const hoarder = async () => {
        for (;;) {
          // Large, and quickly collected.
          kept.push(new Array(20_000).fill(7));
          // Five megabytes a second where it counts: looks enough between one level and the next.
          await sleep(getHeapStatistics().used_heap_size < 112e6 ? 0 : 30);
        }
      };
      await node.spawn(hoarder);
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const started = await node.spawn(() => {}).then(() => true, ({ code }) => code);
        if (started !== true && !isRefused) { isRefused = true; say({ refused: started }); }
      }
    `,
      // V8 also ends a program that mostly collects, from 80 % on, and on a busy machine that is a matter of luck.
      ["--max-old-space-size=128", "--no-detect-ineffective-gcs-near-heap-limit"],
    );
    expect(ended).toEqual({
      code: 70,
      lines: [
        { told: "heap_high" },
        { refused: "heap_full" },
        { stopped: "shutdown" },
        { halted: "heap_exhausted" },
      ],
      errors: "",
    });
  });
});
