// The runtime's own messages are neither counted nor dropped by a bound, those of a supervisor to itself included.
import { expect, test } from "vitest";
import { child, supervisor } from "../../../runtime/index.ts";
import { stage } from "../supervision/bench.ts";

test.each(["dropNewest"] as const)(
  "a supervisor whose bound is %s tries a failed start again although its mailbox is full",
  async (onFull) => {
    const { begin, worker, pidOf, end, node, starts, world } = stage();
    const inner = supervisor("inner", { children: [worker("a", { starts: ["ok", "refuse"] })] });
    const outer = await begin(
      supervisor("outer", {
        children: [child(inner, { id: "inner", name: "inner", mailbox: { max: 1, onFull } })],
      }),
    );
    node.subscribe(({ name }) => {
      if (name !== "supervisor_start_failed") return;
      queueMicrotask(() => {
        for (let index = 0; index < 3; index += 1)
          node.send({ name: "inner" } as never, { type: "noise" } as never);
      });
    });
    const innerPid = await pidOf(outer, "inner");
    await end(await pidOf(innerPid as never, "a"), "fails");
    await world.settle();
    expect(starts("a")).toBe(3);
  },
);
