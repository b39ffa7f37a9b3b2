import { describe, expect, test, vi } from "vitest";
import type { Accounts, Use } from "../../../../actors/llm/gate/account.ts";
import { ClusterAccounts } from "../../../../actors/llm/gate/cluster-accounts.ts";
import { FileAccounts } from "../../../../actors/llm/gate/file-accounts.ts";
import { usageWriteMs } from "../../../../actors/llm/gate/limits.ts";
import { MemoryAccounts } from "../../../../actors/llm/gate/memory-accounts.ts";
import { simulatedWorld } from "../../../../runtime/index.ts";
import { imperfectStore } from "../../../../runtime/testing/imperfect-store.ts";
import { gateAlone } from "./scene.ts";

const use: Use = {
  ...{ entry: "one", model: "m", requests: 1, unknown: 0, nano: 5 },
  ...{ input_tokens: 10, cached_tokens: 4, output_tokens: 2 },
};

/** Several who share the same accounts. */
function sharers(kind: string, seed = 1) {
  const world = simulatedWorld({ seed });
  const store = imperfectStore(world);
  const memory = new MemoryAccounts();
  const of = (name: string): Accounts => {
    if (kind === "memory") return memory;
    if (kind === "file") return new FileAccounts({ files: world.files, folder: "/data/llm", writer: name });
    return new ClusterAccounts({ world, store: store.of(name), node: name, writer: name });
  };
  return { world, store, of };
}

describe.each(["memory", "file", "cluster"])("accounts kept in %s", (kind) => {
  test("add up to the limit and not beyond, whoever adds", async () => {
    const { world, of } = sharers(kind);
    const [a, b] = [of("a"), of("b")];
    const add = (by: Accounts, nano: number) => world.until(by.add({ account: "day.x", nano, most: 100 }));
    expect(await add(a, 60)).toBe(true);
    expect(await add(b, 50)).toBe(false);
    expect(await add(b, 40)).toBe(true);
    expect(await add(a, 1)).toBe(false);
    expect(await add(a, -30)).toBe(true);
    expect(await add(b, 30)).toBe(true);
    expect(await world.until(a.sum("day.x"))).toBe(100);
    expect(await world.until(b.sum("day.y"))).toBe(0);
  });

  test("let through no more than there is when all ask at once", async () => {
    const { world, of } = sharers(kind);
    const all = ["a", "b", "c", "d"].map(of);
    const asked = Array.from({ length: 40 }, (_, index) =>
      all[index % all.length]?.add({ account: "day.x", nano: 7, most: 100 }),
    );
    const added = (await world.until(Promise.all(asked))).filter((isAdded) => isAdded);
    expect(added.length * 7).toBeLessThanOrEqual(100);
    expect(added.length).toBeGreaterThan(0);
    expect(await world.until(all[0]?.sum("day.x") ?? Promise.resolve(-1))).toBe(added.length * 7);
  });

  test("put together what was used, by entry and model", async () => {
    const { world, of } = sharers(kind);
    const [a, b] = [of("a"), of("b")];
    await world.until(a.note("2026-11-23", [use]));
    await world.until(b.note("2026-11-23", [use, { ...use, model: "n" }]));
    await world.until(a.note("2026-11-24", [use]));
    const uses = await world.until(b.uses("2026-11-23"));
    expect(uses.toSorted((one, other) => (one.model < other.model ? -1 : 1))).toEqual([
      { ...use, requests: 2, nano: 10, input_tokens: 20, cached_tokens: 8, output_tokens: 4 },
      { ...use, model: "n" },
    ]);
    expect(await world.until(b.uses("2020-01-01"))).toEqual([]);
  });
});

describe("accounts kept in files", () => {
  const account = "/data/llm/day.x.jsonl";

  test("take nothing from lines that were cut off or are none, and lose none beside them", async () => {
    const { world, of } = sharers("file");
    const a = of("a");
    await a.add({ account: "day.x", nano: 10, most: 100 });
    const torn = '\n{"nano":50,"mark":"b/1"';
    const junk = '\n[]\nnull\n7\n{"nano":"9"}\n{"nano":1.5}\n{"nano":1e300}\n\u0000\n{"nano":20';
    for (const text of [torn, junk])
      await world.files.appendFile(account, new TextEncoder().encode(text), { mode: 0o600 });
    expect(await a.add({ account: "day.x", nano: 90, most: 100 })).toBe(true);
    expect(await a.sum("day.x")).toBe(100);
  });

  test("are for their owner alone", async () => {
    const { world, of } = sharers("file");
    await of("a").note("d", [use]);
    expect((await world.files.status("/data/llm")).mode).toBe(0o700);
    expect((await world.files.status("/data/llm/use.d.jsonl")).mode).toBe(0o600);
  });

  test("let nothing through that cannot be written down", async () => {
    const { world, of } = sharers("file");
    await world.files.makeDirectory(account, { mode: 0o700 });
    await expect(of("a").add({ account: "day.x", nano: 1, most: 100 })).rejects.toThrow("directory");
  });
});

describe("accounts kept in a cluster", () => {
  test.each([1, 2, 3, 4, 5, 6])(
    "are never passed, whatever the store loses and delays (seed %i)",
    async (seed) => {
      const { world, store, of } = sharers("cluster", seed);
      store.faults({
        ...{
          latencyMs: [1, 20],
          lostRate: 0.1,
          unackedRate: 0.1,
          lateRate: 0.1,
          lateMs: [10, 300],
          timeoutMs: 200,
        },
      });
      const all = ["a", "b", "c"].map(of);
      let added = 0;
      const one = async (by: Accounts | undefined): Promise<void> => {
        for (let i = 0; i < 12; i += 1) {
          try {
            if (await by?.add({ account: "day.x", nano: 7, most: 150 })) added += 7;
          } catch {
            // Nobody knows whether it was added, and it counts for nothing here.
          }
        }
      };
      await world.until(Promise.all(all.map(one)));
      expect(added).toBeLessThanOrEqual(150);
      store.heal();
      expect(await world.until(of("d").sum("day.x"))).toBeGreaterThanOrEqual(added);
    },
  );

  test("tell of a bounded number of models", async () => {
    const { world, of } = sharers("cluster");
    const many = Array.from({ length: 500 }, (_, index) => ({ ...use, model: `m${index}` }));
    await world.until(of("a").note("d", many));
    const uses = await world.until(of("b").uses("d"));
    expect(uses.length).toBeLessThanOrEqual(200);
    expect(uses.reduce((sum, one) => sum + one.requests, 0)).toBe(500);
  });
});

describe("the budget of programs that are alone", () => {
  const settings = { budgets: { per_day_usd: 1, per_run_usd: 0.6 } };

  test("is one for all of them, and renews itself at midnight", async () => {
    const gate = await gateAlone(settings, "/data/llm");
    expect(await gate.request({ costMaxUsd: 0.7 }, { costUsd: 0.5 })).toMatchObject({ granted: true });
    expect(await gate.request({ costMaxUsd: 0.6 })).toMatchObject({
      refusal: { reason: "budget", what: "llm.budgets.per_day_usd", retryInMs: expect.any(Number) },
    });
    await gate.world.advance(86_400_000);
    expect(await gate.request({ costMaxUsd: 0.6 })).toMatchObject({ granted: true });
  });

  test("is kept when the process of the budget is lost", async () => {
    const gate = await gateAlone(settings, "/data/llm");
    await gate.request({ costMaxUsd: 0.7 }, { costUsd: undefined, usage: undefined });
    const pid = gate.node.whereis("llm.budget");
    if (pid === undefined) throw new Error("Expected a budget.");
    await gate.kill(pid);
    await gate.world.advance(100);
    expect(await gate.request({ costMaxUsd: 0.4 })).toMatchObject({ granted: false });
  });

  test("ends in good order only when what is being written is written", async () => {
    const { node, world, request } = await gateAlone(settings, "/data/llm").then((gate) => ({
      ...{ node: gate.node, world: gate.world },
      request: () => gate.request({ costMaxUsd: 0.1 }, { costUsd: 0.1 }),
    }));
    await request();
    const append = world.files.appendFile.bind(world.files);
    let written = 0;
    vi.spyOn(world.files, "appendFile").mockImplementation(async (...given) => {
      await new Promise<void>((resolve) => world.timers.set(500, resolve));
      await append(...given);
      written += 1;
    });
    await world.advance(usageWriteMs + 100);
    const budget = node.whereis("llm.budget");
    if (budget === undefined) throw new Error("Expected a budget.");
    const stopped = node.stop(budget);
    await world.advance(100);
    expect([written, node.isAlive(budget)]).toEqual([0, true]);
    await world.until(stopped);
    expect([written, node.isAlive(budget)]).toEqual([1, false]);
  });

  test("of a run goes on from day to day", async () => {
    const gate = await gateAlone(settings, "/data/llm");
    await gate.request({ run: "r", costMaxUsd: 0.5 }, { costUsd: 0.5 });
    await gate.world.advance(2 * 86_400_000);
    expect(await gate.request({ run: "r", costMaxUsd: 0.2 })).toMatchObject({
      refusal: { reason: "budget", what: "llm.budgets.per_run_usd", retryInMs: null },
    });
  });

  test("cannot be kept where no price is known, and says how to set one", async () => {
    const gate = await gateAlone(settings);
    expect(await gate.request({ costMaxUsd: null })).toMatchObject({
      refusal: {
        reason: "budget",
        retryInMs: null,
        what: expect.stringContaining("input_usd_per_million_tokens"),
      },
    });
    expect(await (await gateAlone()).request({ costMaxUsd: null })).toMatchObject({ granted: true });
  });

  test("counts nothing for what was never sent", async () => {
    const gate = await gateAlone(settings, "/data/llm");
    await gate.request({ costMaxUsd: 0.9 }, { outcome: "neutral", usage: undefined, costUsd: 0 });
    expect(await gate.request({ costMaxUsd: 0.9 })).toMatchObject({ granted: true });
    const [today] = await gate.usage();
    expect(today?.models.map(({ requests }) => requests)).toEqual([1]);
  });

  test("tells what was used, day by day, what nobody knows as the most that it may have cost", async () => {
    const gate = await gateAlone({}, "/data/llm");
    await gate.request(
      { costMaxUsd: 0.4 },
      { costUsd: 0.25, usage: { input_tokens: 9, output_tokens: 3, cached_tokens: 2 } },
    );
    await gate.world.advance(86_400_000);
    const holder = await gate.holder();
    await gate.world.until(holder.acquire({ costMaxUsd: 0.4 }));
    await gate.kill(holder.pid);
    const days = await gate.usage(3);
    expect(days.map(({ costUsd }) => costUsd)).toEqual([0.4, 0.25, 0]);
    expect(days[0]?.models).toMatchObject([{ requests: 1, unknown: 1 }]);
    expect(days[1]?.models).toMatchObject([
      { input_tokens: 9, cached_tokens: 2, output_tokens: 3, unknown: 0 },
    ]);
  });

  test.each([0, -1, 1.5, Number.NaN, 1e9])(
    "tells of a bounded number of days, asked for %d",
    async (days) => {
      const gate = await gateAlone();
      expect((await gate.usage(days)).length).toBeLessThanOrEqual(400);
    },
  );
});
