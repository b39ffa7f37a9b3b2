// An explanation as a person sees it come: word by word, claim by claim, and anew where it is asked for again.
import { describe, expect, it } from "vitest";
import { operationNews } from "../../actors/operations/ask-model.ts";
import type { Explanation } from "../../actors/operations/explain.ts";
import type { RunEntry, RunFact } from "../../actors/runs/run-entry.ts";
import { LiveExplanation } from "../../cli/followed-explanation.ts";
import { stage } from "./fixtures.ts";

const about = { file: "a.py", level: "basic", focus: "patterns" } as const;
const claim = (from_line: number, to_line: number) => ({
  title: "One",
  text: "It is one.",
  from_line,
  to_line,
});
const answer = { summary: "Adds\nnumbers.", claims: [claim(1, 2), claim(2, 9), claim(3, 3)] };
const document = { ...answer, claims: [claim(1, 2), claim(3, 3)], dropped: 1 } as unknown as Explanation;

async function seen(...facts: readonly RunFact[]) {
  const scene = stage({ isTTY: true });
  const live = new LiveExplanation(scene.host, about);
  for (const [index, fact] of facts.entries()) {
    await live.entry({ ...fact, n: index + 1, at: 0, node: "here" } as RunEntry);
  }
  await live.end();
  return { live, scene };
}

const asking = (round: number): RunFact => ({
  type: "told",
  step: "work",
  name: operationNews,
  about: { operation: "explain", doing: "asking", round, material: { lines: 3 } },
});
const says = (text: string): RunFact[] =>
  [...text].map((character) => ({ type: "text", step: "work", answer: "answer 1", text: character }));

describe("LiveExplanation", () => {
  it("prints words as they come, and claims about lines that there are", async () => {
    const { live, scene } = await seen(asking(1), ...says(JSON.stringify(answer)));
    expect(scene.stdout()).toBe(
      [
        "\u001b[1m📖 Explanation of a.py\u001b[22m",
        "\u001b[90mLevel: basic, focus: patterns\u001b[39m",
        "",
        "Adds numbers.",
        "",
        "\u001b[1mOne\u001b[22m  \u001b[90ma.py:1-2\u001b[39m",
        "   It is one.",
        "",
        "\u001b[1mOne\u001b[22m  \u001b[90ma.py:3\u001b[39m",
        "   It is one.",
        "",
      ].join("\n"),
    );
    expect(await live.concluded(document)).toBe(true);
    expect(scene.stdout()).toMatch(/\n\n1 claim left out: no such lines in the file\.\n$/);
  });

  it("says what it came to as a whole where that is not what was printed", async () => {
    const { live, scene } = await seen(asking(1), ...says('{"summary": "Adds"'));
    const before = scene.stdout();
    expect(await live.concluded(document)).toBe(false);
    expect(scene.stdout()).toBe(before);
    expect(before.endsWith("Adds\n")).toBe(true);
  });

  it("begins anew where it is asked again, or another provider goes on", async () => {
    const restarted: RunFact = {
      type: "told",
      step: "work",
      name: "restarted",
      about: { answer: "answer 1", entry: "other", reason: "The stream broke." },
    };
    for (const again of [asking(2), restarted]) {
      const { live, scene } = await seen(
        asking(1),
        ...says('{"summary": "No'),
        again,
        ...says(JSON.stringify(answer)),
      );
      expect(scene.stdout()).toContain("No\n\u001b[1m📖");
      expect(scene.stderr()).toMatch(/asked again|begins anew, by other/);
      expect(await live.concluded(document)).toBe(true);
    }
  });

  it("prints nothing that acts on the terminal", async () => {
    const evil = {
      summary: "\u001b[2J\u202eA",
      claims: [{ ...claim(1, 1), title: "\u0007B", text: "\u001b]0;x\u0007" }],
    };
    const { scene } = await seen(asking(1), ...says(JSON.stringify(evil)));
    for (const bad of ["\u001b[2J", "\u202e", "\u0007", "\u001b]"]) expect(scene.stdout()).not.toContain(bad);
  });
});
