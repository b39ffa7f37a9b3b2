// The seeds that failed once, and what makes them worth keeping: a seed plays the same way every time.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { failuresOf, failureText } from "../seeds/report.ts";
import { entryText } from "./ledger.ts";
import { nodeRoom } from "./room.ts";

const kept: number[] = JSON.parse(readFileSync(new URL("seeds.json", import.meta.url), "utf8"));

describe("the seeds that failed once", () => {
  test("pass", async () => {
    expect(await failuresOf(nodeRoom, kept)).toEqual([]);
  });
});

describe("a seed", () => {
  test("plays the same way every time, bit for bit", async () => {
    for (const seed of [1, 2, 3, 500, 4_294_967_295]) {
      const [first, second] = [await nodeRoom.play(seed), await nodeRoom.play(seed)];
      expect(second.entries.map(entryText)).toEqual(first.entries.map(entryText));
      expect(second.hash).toBe(first.hash);
    }
  });

  test("plays another way than its neighbour", async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 10; seed += 1) hashes.add((await nodeRoom.play(seed)).hash);
    expect(hashes.size).toBe(10);
  });

  test("that fails is told with what was wrong, the trace around it and how to play it again", async () => {
    const played = await nodeRoom.play(1);
    expect(failureText(nodeRoom, played)).toBeUndefined();
    const violation = { check: "orphans", problem: "somebody is alone", index: 40 };
    const text =
      failureText(nodeRoom, { ...played, violations: [{ ...violation, index: 50 }, violation] }) ?? "";
    const marked = text.split("\n").filter((line) => line.startsWith(">"));
    const [entry] = played.entries.slice(40);
    expect(entry).toBeDefined();
    expect(marked).toEqual(entry === undefined ? [] : [`> 40 ${entryText(entry)}`]);
    expect(text).toContain("orphans: somebody is alone [40]");
    expect(text.split("\n").at(-1)).toBe("Play it again: npm run sim:node -- --seed 1");
  });
});
