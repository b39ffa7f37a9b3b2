// Children that somebody has asked to be on another node: what becomes of that wish when things go otherwise on the way.
import { describe, expect, test } from "vitest";
import {
  clusterNamed,
  durable,
  ok,
  type Place,
  placedChild,
  replyWith,
  server,
} from "../../../runtime/index.ts";
import { type Owner, owners } from "../ownership/owners.ts";

const name = "work/one";

/** A child that is slow to begin, and to come to rest, until it is let. */
function slow(place: Place, nodes: { readonly slowInit?: boolean } = {}) {
  let go = (): void => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const logic = durable(
    server("slow", {
      init: async () => {
        if (nodes.slowInit === true) await gate;
        return ok(0);
      },
      calls: {
        work: async (state: number) => {
          await gate;
          return replyWith(true, state);
        },
      },
    }),
    { key: "slow", version: 1 },
  );
  return { options: { supervisors: { work: { children: [placedChild(logic, { id: "one", place })] } } }, go };
}

function recordOf(by: Owner) {
  return by.ownership.placement.table.find(name)?.record;
}

describe("A child that somebody has asked to be elsewhere", () => {
  test("is there, and stays there, though its owner died on the way and its list has others", async () => {
    const { world, start, eventually, placeOf, kill } = owners();
    const { options } = slow({ strategy: "priority", nodes: ["alpha", "beta"], takeover: true });
    const alpha = await start("alpha", options);
    await start("beta", options);
    const gamma = await start("gamma", options);
    await eventually(() => placeOf(name, gamma) === "alpha");
    // It is in the middle of a turn, and does not come to rest.
    gamma.node.call(clusterNamed(name), "work").catch(() => undefined);
    await world.advance(50);
    const moved = gamma.ownership.move(name, "gamma");
    await eventually(() => recordOf(gamma)?.phase === "leaving");
    kill(alpha);
    await eventually(() => placeOf(name, gamma) === "gamma");
    await moved;
    await world.advance(30_000);
    expect(placeOf(name, gamma)).toBe("gamma");
  });

  test("goes there when it runs, where it was asked for before that", async () => {
    const { world, start, eventually, placeOf } = owners();
    const { options, go } = slow({ strategy: "priority", nodes: ["alpha"] }, { slowInit: true });
    await start("alpha", options);
    const beta = await start("beta", options);
    await eventually(() => recordOf(beta)?.phase === "assigned");
    const moved = beta.ownership.move(name, "beta");
    await world.advance(1_000);
    expect(recordOf(beta)).toMatchObject({ phase: "assigned", owner: { node: "alpha" }, wants: "beta" });
    go();
    await world.until(moved);
    await world.advance(30_000);
    expect(placeOf(name, beta)).toBe("beta");
  });

  test("may be anywhere again when that node has died and another one has it", async () => {
    const { world, start, eventually, placeOf, kill } = owners();
    const { options } = slow({ strategy: "round_robin" });
    const alpha = await start("alpha", options);
    const beta = await start("beta", options);
    await eventually(() => placeOf(name, beta) === "alpha");
    await world.until(alpha.ownership.move(name, "beta"));
    kill(beta);
    await eventually(() => placeOf(name, alpha) === "alpha");
    expect(recordOf(alpha)?.wants).toBeUndefined();
  });
});
