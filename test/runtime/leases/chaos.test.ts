// What holds of leases whatever happens to the store, to the programs and to their clocks.
import { describe, expect, test } from "vitest";
import { leaseTimes } from "../../../runtime/leases/limits.ts";
import { Chaos } from "./chaos.ts";

const seeds = Number(process.env.LEASE_SEEDS ?? 40);
const from = Number(process.env.LEASE_SEED ?? 1);
const times = leaseTimes(1);

describe("leases on a bad store, with programs that freeze and die", () => {
  test("are held by one keeper at most, and by none that is over; and all come right again", async () => {
    const failed: string[] = [];
    for (let seed = from; seed < from + seeds; seed += 1) {
      const chaos = new Chaos(seed, times);
      await chaos.run(30);
      const wrong = await chaos.heal();
      for (const what of [...chaos.violations, ...wrong]) failed.push(`seed ${seed}: ${what}`);
    }
    expect(failed).toEqual([]);
  }, 600_000);

  test("would not be so if holders held on for longer than challengers wait", async () => {
    const found = new Set<string>();
    for (let seed = 1; seed < 40 && found.size === 0; seed += 1) {
      const chaos = new Chaos(seed, { ...times, suspendAfterMs: 5_000 });
      await chaos.run(30);
      for (const what of chaos.violations) found.add(what);
    }
    expect(found.size).toBeGreaterThan(0);
  }, 60_000);
});
