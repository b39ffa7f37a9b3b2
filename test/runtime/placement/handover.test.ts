// A child that is busy all the time is handed over nevertheless.
import { expect, test } from "vitest";
import { clusterNamed, durable, ok, placedChild, replyWith, server, sleep } from "../../../runtime/index.ts";
import { owners } from "../ownership/owners.ts";

const counter = durable(
  server("counter", {
    init: () => ok(0),
    calls: {
      add: async (count: number, more: number) => {
        await sleep(10);
        return replyWith(count + more, count + more);
      },
    },
  }),
  { key: "counter", version: 1 },
);

test.each([1, 5])(
  "A placed child that waits for something in every turn is handed over with all that it has answered, while %i callers call all the time",
  async (callers) => {
    const { world, start, eventually, placeOf } = owners();
    const work = { work: { children: [placedChild(counter, { id: "one" })] } };
    const alpha = await start("alpha", { supervisors: work });
    await eventually(() => placeOf("work/one", alpha) === "alpha");
    const beta = await start("beta", { supervisors: work });
    let isOver = false;
    const answered: number[] = [];
    const calling = Array.from({ length: callers }, async () => {
      while (!isOver) {
        const answer = alpha.node.call(clusterNamed("work/one"), "add", 1, { timeoutMs: 200 });
        await answer.then(
          (total) => answered.push(total as number),
          () => undefined,
        );
        await alpha.node.sleep(1);
      }
    });
    await eventually(() => answered.length > 20);
    const progress = await world.until(alpha.ownership.drain({ deadlineMs: 5_000 }));
    expect(progress).toMatchObject({ left: 0, isCut: false });
    const before = answered.length;
    await eventually(() => placeOf("work/one", beta) === "beta" && answered.length > before + 5);
    isOver = true;
    await world.until(Promise.all(calling));
    expect(answered.toSorted((a, b) => a - b)).toEqual(answered);
    expect(new Set(answered).size).toBe(answered.length);
  },
);
