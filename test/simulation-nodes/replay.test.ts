// The seeds that failed once, and what makes them worth keeping: a seed plays the same way every time.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { failuresOf, failureText } from "../seeds/report.ts";
import { entryText } from "./ledger.ts";
import { nodesRoom } from "./room.ts";

const kept: number[] = JSON.parse(readFileSync(new URL("seeds.json", import.meta.url), "utf8"));

/** Far more than any of it takes: what hangs is to be told from a machine that is busy. */
const testMsMax = 600_000;

describe("The seeds of nodes that failed once", () => {
  test(
    "pass",
    async () => {
      expect(await failuresOf(nodesRoom, kept)).toEqual([]);
    },
    testMsMax,
  );
});

describe("A seed of nodes", { timeout: testMsMax }, () => {
  test("plays the same way every time, bit for bit", async () => {
    for (const seed of [1, 2, 77, 4_294_967_295]) {
      const [first, second] = [await nodesRoom.play(seed), await nodesRoom.play(seed)];
      expect(second.entries.map(entryText)).toEqual(first.entries.map(entryText));
      expect(second.hash).toBe(first.hash);
    }
  });

  test("plays another way than its neighbour", async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 5; seed += 1) hashes.add((await nodesRoom.play(seed)).hash);
    expect(hashes.size).toBe(5);
  });

  test("that fails is told with what was wrong, the trace around it and how to play it again", async () => {
    const played = await nodesRoom.play(1);
    const violation = { check: "views", problem: "somebody is alone", index: 40 };
    const text =
      failureText(nodesRoom, { ...played, violations: [{ ...violation, index: 50 }, violation] }) ?? "";
    const marked = text.split("\n").filter((line) => line.startsWith(">"));
    expect(marked).toEqual(played.entries.slice(40, 41).map((entry) => `> 40 ${entryText(entry)}`));
    expect(text).toContain("views: somebody is alone [40]");
    expect(text.split("\n").at(-1)).toBe("Play it again: npm run sim:nodes -- --seed 1");
  });
});

describe("The seeds of nodes together", { timeout: testMsMax }, () => {
  test("meet every kind of fault, every kind of news and every kind of end", async () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 25; seed += 1) {
      for (const entry of (await nodesRoom.play(seed)).entries) {
        if (entry.type === "fault") met.add(entry.what.split(" ")[0] ?? "");
        else if (entry.type === "gone") met.add(entry.how);
        else if (entry.type === "down") met.add(`down ${entry.why}`);
        else if (entry.type === "told_down") met.add(`monitor ${entry.reason}`);
        else if (entry.type === "told_exit") met.add(`link ${entry.reason}`);
        else if (entry.type === "answered") met.add(`call ${entry.outcome}`);
        else met.add(entry.type);
      }
    }
    const expected = [
      ...[
        "crash",
        "halt",
        "cut",
        "disconnect",
        "reconnect",
        "weather",
        "freeze",
        "thaw",
        "jump",
        "heal",
        "calm",
      ],
      ...[
        "down disconnect",
        "down goodbye",
        "down missed_beats",
        "down reset",
        "down incarnation",
        "down down",
      ],
      ...["monitor noconnection", "monitor noproc", "monitor killed"],
      ...["link noconnection", "link noproc", "link killed"],
      ...["call replied", "call nodedown", "call timeout", "call noproc"],
      ...["sent", "got", "demonitored", "unlinked", "joined", "left", "dropped", "members"],
    ];
    expect(expected.filter((kind) => !met.has(kind))).toEqual([]);
  });
});
