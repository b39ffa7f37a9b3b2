// The supervision trees of a node: what is in them, while children crash, and while a supervisor is busy.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  Applications,
  child,
  childOf,
  dynamicSupervisor,
  formatTrees,
  type Pid,
  sleep,
  supervisor,
  type TreeNode,
} from "../../../runtime/index.ts";
import { type TestNode, testNode } from "../../../runtime/testing/index.ts";
import { counter } from "./subjects.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

const shop = supervisor("shop", {
  maxRestarts: 10,
  children: [
    child(counter, { id: "till", name: "till" }),
    child(dynamicSupervisor("baskets", { maxRestarts: 10 }), { name: "baskets" }),
    child(counter, { id: "lamp", restart: "transient" }),
  ],
});

function find(node: TreeNode, id: string): TreeNode | undefined {
  if (node.id === id) return node;
  for (const next of node.children) {
    const found = find(next, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The tree of the shop, started by hand. */
async function opened(): Promise<{ readonly top: Pid; readonly see: (id: string) => TreeNode | undefined }> {
  const top = (await room.until(room.node.spawn(shop))) as Pid;
  const see = (id: string): TreeNode | undefined => {
    const root = room.node.tree().find((one) => one.root.pid?.id === top.id)?.root;
    return root === undefined ? undefined : find(root, id);
  };
  return { top, see };
}

describe("tree()", () => {
  test("M12 shows every supervisor with its children, as they are", async () => {
    const { see, top } = await opened();
    await room.until(
      room.node.startChild(room.node.whereis("baskets") as never, child(counter, { id: "basket" })),
    );
    expect(see("shop")).toMatchObject({
      pid: top,
      type: "supervisor",
      kind: "supervisor",
      restart: undefined,
      status: "waiting",
      children: [
        { id: "till", name: "till", type: "worker", kind: "server", restart: "permanent", status: "waiting" },
        { id: "baskets", type: "supervisor", children: [{ id: "basket", logic: "counter" }] },
        { id: "lamp", restart: "transient", more: 0 },
      ],
    });
  });

  test("shows the application that a tree belongs to", async () => {
    const applications = new Applications(room.node, [{ name: "market", tree: shop }]);
    await room.until(applications.start("market"));
    await room.until(room.node.spawn(supervisor("stall", {})));
    expect(room.node.tree().map(({ application, root }) => [application, root.id])).toEqual([
      ["market", "shop"],
      [undefined, "stall"],
    ]);
    await room.until(applications.stop("market"));
    expect(room.node.tree().map(({ application }) => application)).toEqual([undefined]);
  });

  test("shows the last restarts of a child, and why, however often it fell", async () => {
    const { see } = await opened();
    for (let n = 1; n <= 7; n += 1) {
      room.node.exit(room.node.whereis("till") as Pid, { fault: n });
      await room.settle();
      await room.advance(6_000);
    }
    const { restarts } = see("till") as TreeNode;
    expect(restarts.map(({ reason }) => reason)).toEqual(
      [3, 4, 5, 6, 7].map((fault) => JSON.stringify({ fault })),
    );
    expect(restarts[0]?.atMs).toBeLessThan(restarts[4]?.atMs ?? 0);
    expect(see("lamp")?.restarts).toEqual([]);
    expect(room.node.processInfo(room.node.whereis("till") as Pid)?.restarts).toEqual(restarts);
  });

  test("shows the last restarts of a dynamic child, until it is gone", async () => {
    const { see } = await opened();
    const baskets = room.node.whereis("baskets") as never;
    await room.until(room.node.startChild(baskets, child(counter, { id: "basket", restart: "transient" })));
    for (const fault of ["one", "two"]) {
      room.node.exit(see("basket")?.pid as Pid, fault);
      await room.settle();
    }
    expect(see("basket")?.restarts.map(({ reason }) => reason)).toEqual(["one", "two"]);
    expect(room.node.processInfo(see("basket")?.pid as Pid)?.restarts).toHaveLength(2);
    await room.until(room.node.terminateChild(baskets, see("basket")?.pid as Pid));
    expect(see("basket")).toBeUndefined();
  });

  test("keeps no secret of a reason", async () => {
    const { see } = await opened();
    room.node.exit(room.node.whereis("till") as Pid, { apiKey: "hunter2" });
    await room.settle();
    expect(see("till")?.restarts.map(({ reason }) => reason)).toEqual(['{"apiKey":"[secret]"}']);
  });

  test("keeps a reason short that has no end", async () => {
    const { see } = await opened();
    room.node.exit(room.node.whereis("till") as Pid, `${"x".repeat(100_000)}`);
    await room.settle();
    expect(see("till")?.restarts[0]?.reason.length).toBeLessThan(300);
  });

  test("is there at once while a supervisor waits for a child that takes its time", async () => {
    const slow = childOf({
      id: "slow",
      start: async () => {
        await sleep(60_000);
        return undefined;
      },
    });
    const { top, see } = await opened();
    const starting = room.node.startChild(top as never, slow);
    await room.settle();
    expect(see("shop")).toMatchObject({
      status: "working",
      children: [{}, {}, {}, { id: "slow", status: "stopped" }],
    });
    await room.until(starting);
  });

  test("tells a child that is down from one that was stopped", async () => {
    const { see, top } = await opened();
    await room.until(room.node.terminateChild(top as never, "lamp"));
    expect(see("lamp")).toMatchObject({ status: "stopped", pid: undefined, kind: undefined });
    await room.until(room.node.sys.suspend(top));
    room.node.exit(room.node.whereis("till") as Pid, "kill");
    await room.settle();
    expect(see("till")).toMatchObject({ status: "exiting" });
    await room.until(room.node.sys.resume(top));
    expect(see("till")).toMatchObject({ status: "waiting" });
  });

  test("shows so many children and counts the rest", async () => {
    await opened();
    const baskets = room.node.whereis("baskets") as never;
    for (let n = 0; n < 30; n += 1) await room.until(room.node.startChild(baskets, child(counter)));
    const shown = room.node.tree({ childrenMax: 10 }).flatMap(({ root }) => find(root, "baskets") ?? []);
    expect(shown).toMatchObject([{ more: 20 }]);
    expect(shown[0]?.children).toHaveLength(10);
    expect(formatTrees(room.node.tree({ childrenMax: 10 }))).toContain("… 20 more");
  });
});

describe("formatTrees()", () => {
  test("draws the tree, and lets nothing through that could harm a terminal", async () => {
    const tree = supervisor("top", {
      children: [
        child(supervisor("inner", { children: [child(counter, { id: "\u001b[31mred\nline" })] }), {
          id: "inner",
        }),
        child(counter, { id: "last", name: "worker" }),
      ],
    });
    await room.until(room.node.spawn(tree));
    const text = formatTrees(room.node.tree()).replace(/<test\.\d+\.\d+>/g, "<pid>");
    expect(text.split("\n")).toEqual([
      "top  <pid>  supervisor  waiting",
      "├── inner  <pid>  supervisor  permanent  waiting",
      "│   └── \\x1b[31mred\\nline  <pid>  permanent  waiting",
      '└── last ("worker")  <pid>  permanent  waiting',
    ]);
  });

  test("says nothing of a node without supervisors", () => {
    expect(formatTrees(room.node.tree())).toBe("");
  });
});
