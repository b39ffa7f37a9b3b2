// The answer of a run as it comes: to a person piece by piece, into a pipe as a whole.
import { describe, expect, it } from "vitest";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { AnswerText } from "../../../cli/render/run-answer-text.ts";
import { eventText } from "../../../cli/render/run-event.ts";
import { reportFile, type Terminal } from "../../../cli/terminal.ts";

const ascii: Terminal = { ...reportFile, unicode: false };
const step = "say";

function entry(fact: RunFact): RunEntry {
  return { ...fact, n: 1, at: 0, node: "beta" };
}

function piece(text: string): RunFact {
  return { type: "text", step, text, answer: "answer" };
}

function told(
  name: string,
  about: unknown = { answer: "answer", entry: "other", reason: "It broke." },
): RunFact {
  return { type: "told", step, name, about };
}

/** What stands on standard output in the end, and the notices. */
function shown(facts: readonly RunFact[], { isLive = true, terminal = reportFile } = {}) {
  const answer = new AnswerText(terminal, isLive);
  const outputs = facts.map((fact) => answer.take(entry(fact)));
  const text = `${outputs.map((output) => output.text).join("")}${answer.end()}`;
  return { text, first: outputs[0]?.text, notices: outputs.flatMap(({ notice }) => notice ?? []) };
}

describe("An answer", () => {
  it("stands there piece by piece, and ends its line", () => {
    expect(shown([piece("One,\n"), piece("two")])).toEqual({
      text: "One,\ntwo\n",
      first: "One,\n",
      notices: [],
    });
    expect(shown([piece("One\n")]).text).toBe("One\n");
    expect(shown([]).text).toBe("");
  });

  it("comes into a pipe at its end, without what was begun anew", () => {
    const facts = [piece("Wrong"), told("restarted"), piece("Ri"), piece("ght")];
    expect(shown(facts, { isLive: false })).toMatchObject({ text: "Right\n", first: "" });
    expect(shown([], { isLive: false }).text).toBe("");
  });

  it("begins anew in a line of its own, and says by whom and why", () => {
    const { text, notices } = shown([piece("Wrong"), told("restarted"), piece("Right")]);
    expect(text).toBe("Wrong\nRight\n");
    expect(notices).toEqual(["It begins anew, by other: It broke."]);
  });

  it("goes on in its line where another one goes on with it", () => {
    const owned: RunFact = { type: "owned", epoch: 2, reason: "node_down", from: "alpha" };
    const { text, notices } = shown([piece("One, "), told("continued"), owned, piece("two")]);
    expect(text).toBe("One, two\n");
    expect(notices).toEqual(["other goes on with it: It broke.", "beta goes on with it: node down"]);
  });

  it("says what it waits for", () => {
    const { notices } = shown([{ type: "waiting", for: "limit", why: "100 requests a minute" }]);
    expect(notices).toEqual(["It waits for a limit: 100 requests a minute"]);
  });

  it("shows nothing that acts on a terminal, also where it comes in two pieces", () => {
    const facts = [piece("a\x1b"), piece("[31mb\u202e"), piece("\r"), piece("\nc\r"), piece("d\r")];
    const text = "a\\x1b[31mb\\u{202e}\nc\\rd\\r\n";
    expect(shown(facts).text).toBe(text);
    expect(shown(facts, { isLive: false }).text).toBe(text);
    const { notices } = shown([told("continued", { answer: "a", entry: "\x1b[2J", reason: "b\nc" })]);
    expect(notices).toEqual(["\\x1b[2J goes on with it: b\\nc"]);
    expect(shown([piece("é")], { terminal: ascii }).text).toBe("\\u{e9}\n");
  });

  it("is nothing but the pieces that belong to one, and the news of it", () => {
    const facts: readonly RunFact[] = [
      { type: "text", step, text: "1 of 3" },
      told("disclosure", {}),
      told("restarted", "x"),
    ];
    expect(shown(facts)).toEqual({ text: "", first: "", notices: [] });
  });
});

describe("The line of an event", () => {
  it("says who goes on with an answer, or begins it anew", () => {
    expect(eventText(entry(told("restarted")), reportFile)).toContain(
      "step say begins its answer anew, by other: It broke.",
    );
    const about = {
      part: "b.ts",
      run: "x7w2aaaaaaaaaaaa",
      phase: "running",
      node: "beta",
      tokens: 0,
      costUsd: 0,
    };
    expect(eventText(entry(told("part", about)), reportFile)).toContain(
      "part b.ts of step say is running on beta, as run x7w2aaaa",
    );
    expect(eventText(entry(told("part", {})), reportFile)).toContain("tells part");
    expect(eventText(entry(told("continued")), reportFile)).toContain(
      "other goes on with the answer of step say: It broke.",
    );
    expect(eventText(entry(told("disclosure")), reportFile)).toContain("step say tells disclosure");
    expect(eventText(entry(piece("one\ntwo")), reportFile)).toContain("step say writes: one\\ntwo\n");
  });
});
