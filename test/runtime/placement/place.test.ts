// Where a child belongs, by each strategy, and places that are none.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  affinity,
  type Candidate,
  choose,
  order,
  type Place,
  problemOfPlace,
} from "../../../runtime/placement/place.ts";

function candidate(node: string, more: Partial<Candidate> = {}): Candidate {
  const lease = { node, incarnation: 1, term: 1 };
  return { lease, labels: {}, load: 0, children: 0, childrenOfAll: 0, ...more };
}

const abc = ["alpha", "beta", "gamma"].map((node) => candidate(node));

function nodeFor(
  place: Place,
  candidates: readonly Candidate[],
  last?: string,
  id = "child",
): string | undefined {
  return choose(place, id, candidates, last)?.lease.node;
}

describe("choose()", () => {
  test.each<Place>([
    { strategy: "round_robin" },
    { strategy: "least_loaded" },
    { strategy: "affinity", labels: { zone: "a" } },
    { strategy: "consistent_hash" },
    { strategy: "priority", nodes: ["alpha"] },
  ])("gives nobody where there is nobody: %j", (place) => {
    expect(nodeFor(place, [])).toBeUndefined();
  });

  test("round_robin goes from one to the next by name, and prefers who has fewest", () => {
    const place = { strategy: "round_robin" } as const;
    const mixed = [abc[2], abc[0], abc[1]] as Candidate[];
    expect(nodeFor(place, mixed)).toBe("alpha");
    expect(nodeFor(place, mixed, "alpha")).toBe("beta");
    expect(nodeFor(place, mixed, "gamma")).toBe("alpha");
    // One that is not there any more has a place in the order all the same.
    expect(nodeFor(place, mixed, "b")).toBe("beta");
    const uneven = [
      candidate("alpha", { children: 2 }),
      candidate("beta", { children: 3 }),
      candidate("gamma", { children: 2 }),
    ];
    expect(nodeFor(place, uneven, "alpha")).toBe("gamma");
  });

  test("round_robin gives each the same number of children, to within one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 40 }), (nodes, children) => {
        const has = new Map(Array.from({ length: nodes }, (_, index) => [`n${index}`, 0]));
        let last: string | undefined;
        for (let child = 0; child < children; child += 1) {
          const candidates = [...has].map(([node, count]) => candidate(node, { children: count }));
          last = nodeFor({ strategy: "round_robin" }, candidates, last) ?? "";
          has.set(last, (has.get(last) ?? 0) + 1);
        }
        const counts = [...has.values()];
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("least_loaded takes the load, and what was given there since it was told", () => {
    const place = { strategy: "least_loaded" } as const;
    const loaded = [candidate("alpha", { load: 0.5 }), candidate("beta", { load: 0.2 })];
    expect(nodeFor(place, loaded)).toBe("beta");
    const given = [candidate("alpha", { load: 0.21 }), candidate("beta", { load: 0.2, childrenOfAll: 2 })];
    expect(nodeFor(place, given)).toBe("alpha");
    expect(nodeFor(place, abc, "alpha")).toBe("beta");
  });

  test("affinity takes the node with the most of the labels, and among those the one with fewest children", () => {
    const labels = { zone: "a", disk: "fast" };
    const place = { strategy: "affinity", labels } as const;
    const some = [
      candidate("alpha", { labels: { zone: "a" } }),
      candidate("beta", { labels: { zone: "a", disk: "fast" }, children: 9 }),
      candidate("gamma", { labels: { zone: "b", disk: "slow" } }),
    ];
    expect(nodeFor(place, some)).toBe("beta");
    expect(some.map((each) => affinity(labels, each))).toEqual([1, 2, 0]);
    const same = [candidate("alpha", { labels, children: 1 }), candidate("beta", { labels })];
    expect(nodeFor(place, same)).toBe("beta");
    expect(nodeFor({ strategy: "affinity", labels: { zone: "nowhere" } }, abc, "alpha")).toBe("beta");
  });

  test("consistent_hash gives a key the same node whatever the order, and goes by the key where there is one", () => {
    fc.assert(
      fc.property(fc.string(), fc.shuffledSubarray([...abc], { minLength: 1 }), (id, candidates) => {
        const byId = nodeFor({ strategy: "consistent_hash" }, candidates, undefined, id);
        const sorted = [...candidates].sort((a, b) => order(a.lease.node, b.lease.node));
        expect(nodeFor({ strategy: "consistent_hash" }, sorted, "alpha", id)).toBe(byId);
        expect(nodeFor({ strategy: "consistent_hash", key: id }, candidates, undefined, "another")).toBe(
          byId,
        );
      }),
    );
  });

  test("consistent_hash moves those children alone whose node goes, and each node has its share", () => {
    const ids = Array.from({ length: 900 }, (_, index) => `child ${index}`);
    const place = { strategy: "consistent_hash" } as const;
    const [alpha, beta, gamma] = abc as [Candidate, Candidate, Candidate];
    const before = ids.map((id) => nodeFor(place, [alpha, beta, gamma], undefined, id));
    const after = ids.map((id) => nodeFor(place, [alpha, gamma], undefined, id));
    for (const [index, node] of before.entries()) if (node !== "beta") expect(after[index]).toBe(node);
    for (const name of ["alpha", "beta", "gamma"]) {
      const share = before.filter((node) => node === name).length / ids.length;
      expect(share).toBeGreaterThan(0.28);
      expect(share).toBeLessThan(0.39);
    }
    const moved = before.flatMap((node, index) => (node === "beta" ? [after[index]] : []));
    expect(moved.filter((node) => node === "alpha").length / moved.length).toBeCloseTo(0.5, 1);
  });

  test("priority takes the first of its list that is there, and no other node", () => {
    const place = { strategy: "priority", nodes: ["gamma", "alpha", "delta"] } as const;
    expect(nodeFor(place, abc)).toBe("gamma");
    expect(nodeFor(place, abc.slice(0, 2))).toBe("alpha");
    expect(nodeFor(place, abc.slice(1, 2))).toBeUndefined();
  });
});

describe("problemOfPlace()", () => {
  test.each<Place>([
    { strategy: "round_robin" },
    { strategy: "least_loaded" },
    { strategy: "affinity", labels: {} },
    { strategy: "consistent_hash", key: "" },
    { strategy: "priority", nodes: ["alpha"], failoverAfterMs: 0, takeover: false },
  ])("finds nothing wrong with %j", (place) => {
    expect(problemOfPlace(place)).toBeUndefined();
  });

  test.each<[unknown, RegExp]>([
    [undefined, /object with a strategy/],
    [null, /object with a strategy/],
    ["round_robin", /object with a strategy/],
    [{}, /given was undefined/],
    [{ strategy: "random" }, /given was "random"/],
    [{ strategy: "consistent_hash", key: 7 }, /key is a text/],
    [{ strategy: "affinity" }, /labels/],
    [{ strategy: "affinity", labels: ["zone"] }, /labels/],
    [{ strategy: "affinity", labels: { zone: 1 } }, /labels/],
    [{ strategy: "priority" }, /nodes are names/],
    [{ strategy: "priority", nodes: [] }, /nodes are names/],
    [{ strategy: "priority", nodes: ["alpha", 1] }, /nodes are names/],
    [{ strategy: "priority", nodes: ["alpha"], failoverAfterMs: -1 }, /given was -1/],
    [{ strategy: "priority", nodes: ["alpha"], failoverAfterMs: "1" }, /given was "1"/],
    [{ strategy: "priority", nodes: ["alpha"], failoverAfterMs: Number.NaN }, /milliseconds/],
    [{ strategy: "priority", nodes: ["alpha"], takeover: "yes" }, /takeover/],
  ])("says what is wrong with %j", (place, problem) => {
    expect(problemOfPlace(place)).toMatch(problem);
  });
});
