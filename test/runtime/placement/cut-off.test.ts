// Children that are to begin on a node that is cut off at that moment: nothing of them runs before the node is their owner again.
import { describe, expect, test } from "vitest";
import { durable, noReply, ok, placedChild, self, send, server } from "../../../runtime/index.ts";
import { type Owner, owners } from "../ownership/owners.ts";

const name = "work/one";

/** A node with a child that notes what it does; its init waits where it is told to. */
async function child() {
  const { world, start, store, eventually } = owners();
  const done: string[] = [];
  let gate: Promise<void> | undefined;
  const logic = durable(
    server("noting", {
      init: async () => {
        done.push("init");
        send(self(), { type: "go" });
        await gate;
        return ok(0);
      },
      info: (state: number) => {
        done.push("go");
        return noReply(state);
      },
    }),
    { key: "noting", version: 1, onRestored: { type: "go" } },
  );
  const options = { supervisors: { work: { children: [placedChild(logic, { id: "one" })] } } };
  const shut = (): (() => void) => {
    let open = (): void => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  };
  const cutOff = async ({ node, ownership }: Owner): Promise<void> => {
    store.cut(node.name);
    await eventually(() => ownership.state === "suspended");
  };
  const healed = async ({ node, ownership }: Owner): Promise<void> => {
    store.heal(node.name);
    await eventually(() => ownership.state === "held");
  };
  return { world, start: () => start("alpha", options), eventually, done, shut, cutOff, healed };
}

describe("A child on a node that is cut off", () => {
  test("is not started again before the node is its owner again", async () => {
    const { world, start, eventually, done, cutOff, healed } = await child();
    const alpha = await start();
    const record = () => alpha.ownership.placement.table.find(name)?.record;
    await eventually(() => record()?.phase === "running" && done.length === 2);
    const running = alpha.node.processes().filter((pid) => alpha.node.processInfo(pid)?.logic === "noting");
    await cutOff(alpha);
    for (const pid of running) alpha.node.exit(pid, "kill");
    await world.advance(5_000);
    expect(done).toEqual(["init", "go"]);
    await healed(alpha);
    await eventually(() => done.length > 2);
  });

  test("rests behind its init where that has begun before", async () => {
    const { world, start, eventually, done, shut, cutOff, healed } = await child();
    const open = shut();
    const alpha = await start();
    await eventually(() => done.length === 1);
    await cutOff(alpha);
    open();
    await world.advance(5_000);
    expect(done).toEqual(["init"]);
    await healed(alpha);
    await eventually(() => done.length === 2);
    expect(done).toEqual(["init", "go"]);
  });

  test("ends with the node where that leaves meanwhile", async () => {
    const { world, start, eventually, done, cutOff } = await child();
    const alpha = await start();
    await eventually(() => done.length === 2);
    const running = alpha.node.processes().filter((pid) => alpha.node.processInfo(pid)?.logic === "noting");
    await cutOff(alpha);
    for (const pid of running) alpha.node.exit(pid, "kill");
    await world.advance(1_000);
    await world.until(alpha.ownership.leave(), 20_000);
    await world.advance(5_000);
    expect(done).toEqual(["init", "go"]);
  });
});
