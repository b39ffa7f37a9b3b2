import { describe, expect, test } from "vitest";
import {
  type NewsMessage,
  type NodeNews,
  noNodes,
  placesOf,
  type SpreadBy,
  withNews,
  withoutNode,
} from "../../../actors/llm/nodes.ts";
import { place } from "./places.ts";

function node(name: string, entries: readonly string[], busy = 0): NodeNews {
  return { node: name, entries: entries.map((entry) => place(entry)), running: busy, waiting: 0 };
}

function news(name: string, number: number, id = 1, incarnation = 1): NewsMessage {
  return { type: "news", ...node(name, ["one"], number), from: { node: name, incarnation, id }, number };
}

const own = node("own", ["one"]);
const others = [node("far", ["one"], 3), node("near", ["one"], 1)];

function spread(over: Partial<SpreadBy["rules"]>, turn = 0, key?: string): SpreadBy {
  const rules = {
    load_balance_strategy: "round_robin",
    prefer_local_provider: false,
    node_pool_size: 9,
  } as const;
  return { rules: { ...rules, ...over }, turn, key };
}

function nodesFor(by: SpreadBy, all: readonly NodeNews[] = others): readonly (string | undefined)[] {
  return placesOf(own, all, by).map(({ node: name }) => name);
}

describe("an entry is asked", () => {
  test("here where there is no other node", () => {
    expect(placesOf(own, [], spread({}))).toEqual([{ ...own.entries[0], node: undefined }]);
  });

  test("here first where this node has it and that is preferred, and elsewhere then", () => {
    for (const turn of [0, 1, 2]) {
      const nodes = nodesFor(spread({ prefer_local_provider: true }, turn));
      expect([nodes[0], nodes.length]).toEqual([undefined, 3]);
    }
  });

  test("elsewhere where only another node has it", () => {
    const places = placesOf(own, [node("far", ["two"])], spread({}));
    expect(places.map(({ name, node: at }) => [name, at])).toEqual([
      ["one", undefined],
      ["two", "far"],
    ]);
  });

  test("on one node after the other by turns", () => {
    const firsts = [0, 1, 2, 3, 4, 5].map((turn) => nodesFor(spread({}, turn))[0]);
    expect(firsts.slice(0, 3)).toEqual(firsts.slice(3));
    expect(new Set(firsts).size).toBe(3);
  });

  test("on the node with the fewest requests", () => {
    const least = { load_balance_strategy: "least_loaded" } as const;
    for (const turn of [0, 1, 2]) expect(nodesFor(spread(least, turn))).toEqual([undefined, "near", "far"]);
  });

  test("for one run on the same node, which changes only where that goes", () => {
    const together = { load_balance_strategy: "affinity" } as const;
    const firsts = ["a", "b", "c", "d", "e", "f"].map((key) => nodesFor(spread(together, 0, key)));
    for (const [index, key] of ["a", "b", "c", "d", "e", "f"].entries()) {
      expect(nodesFor(spread(together, index, key))).toEqual(firsts[index]);
      const without = nodesFor(spread(together, 0, key), others.slice(1));
      expect(without).toEqual(firsts[index]?.filter((name) => name !== "far"));
    }
    expect(new Set(firsts.map(([first]) => first)).size).toBeGreaterThan(1);
  });

  test("on no more nodes than there are to be, unless those are gone", () => {
    const many = ["a", "b", "c", "d", "e"].map((name) => node(name, ["one"]));
    const asked = (all: readonly NodeNews[]) =>
      new Set([0, 1, 2, 3, 4, 5].map((turn) => nodesFor(spread({ node_pool_size: 2 }, turn), all)[0]));
    expect(asked(many).size).toBe(2);
    expect(nodesFor(spread({ node_pool_size: 2 }), many)).toHaveLength(6);
  });
});

describe("what nodes tell", () => {
  test("late or twice changes nothing", () => {
    const table = withNews(withNews(noNodes, news("far", 1)), news("far", 3));
    expect(withNews(table, news("far", 3))).toBe(table);
    expect(withNews(table, news("far", 2))).toBe(table);
    expect(withNews(table, news("far", 4)).get("far")?.number).toBe(4);
  });

  test("counts anew from a process that was started again, and from a node that was", () => {
    const table = withNews(noNodes, news("far", 9));
    expect(withNews(table, news("far", 1, 2)).get("far")?.number).toBe(1);
    expect(withNews(table, news("far", 1, 1, 2)).get("far")?.number).toBe(1);
    expect(
      withNews(withNews(table, news("far", 1, 1, 2)), news("far", 10)).get("far")?.from.incarnation,
    ).toBe(2);
  });

  test("is forgotten with the process that told it, and with no other", () => {
    const table = withNews(noNodes, news("far", 1));
    expect(withoutNode(table, { node: "far", incarnation: 1, id: 7 })).toBe(table);
    expect(withoutNode(table, { node: "far", incarnation: 1, id: 1 }).size).toBe(0);
  });
});
