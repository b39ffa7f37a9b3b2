// What is asked of the parsers about a user's rules, where the programs are played: also those that a rule brings down.
import { describe, expect, it } from "vitest";
import { parserName } from "../../../actors/analysis/parser.ts";
import { planOfRuleTests, ruleOperations } from "../../../actors/operations/rules.ts";
import { encodeFrame, frameDecoder } from "../../../runtime/framing.ts";
import { child, port, simulatedWorld, startNode, supervisor } from "../../../runtime/index.ts";
import type { Programs } from "../../../runtime/program.ts";
import { StepStage } from "./step-stage.ts";

interface Asked {
  readonly id: unknown;
  readonly checkRules?: readonly string[];
  readonly text?: string;
}

/** The output of an operation over one parser whose program answers as `answer` says; null ends it, undefined hangs. */
async function outputOf(
  operation: string,
  input: unknown,
  answer: (asked: Asked) => object | null | undefined,
) {
  const asked: Asked[] = [];
  const programs: Programs = {
    start: (_options, events) => {
      const decoder = frameDecoder();
      const take = (request: Asked): void => {
        asked.push(request);
        const answered = answer(request);
        if (answered === null) events.onEnd({ kind: "signalled", signal: "SIGSEGV" });
        else if (answered !== undefined)
          events.onOutput(encodeFrame({ id: request.id, ...answered }) ?? new Uint8Array());
      };
      return {
        osPid: 1,
        write: (bytes) => {
          for (const event of decoder.push(bytes)) if (event.kind === "frame") take(event.value as Asked);
          return true;
        },
        endInput: () => {},
        kill: () => {},
      };
    },
  };
  const world = simulatedWorld({ programs });
  const node = startNode({ world, name: "test", boundary: "freeze" });
  const logic = port(parserName(0), { command: "played", args: [], requestTimeoutMs: 1_000 });
  const tree = supervisor("parsers", {
    strategy: "one_for_one",
    maxRestarts: 100,
    withinMs: 1_000,
    children: [child(logic, { name: parserName(0) })],
  });
  await world.until(node.spawn(tree));
  const stage = new StepStage();
  stage.outputs.set("a", 1);
  stage.outputs.set("b", 2);
  const context = stage.context("tried");
  const outcome = new Promise<unknown>((resolve) => {
    void node.spawn(async () => resolve((await ruleOperations[operation]?.(input, context))?.output));
  });
  return { output: await world.until(outcome), asked };
}

describe("rules.check", () => {
  const refusal = { rule: "user/b", language: "Go", reason: "Kind is invalid." };

  it("asks for all rules at once and gives what the engine refuses", async () => {
    const { output, asked } = await outputOf("rules.check", ["user/a", "user/b"], () => ({
      ok: true,
      refusals: [refusal],
    }));
    expect(output).toEqual([refusal]);
    expect(asked).toEqual([{ id: "check", checkRules: ["user/a", "user/b"] }]);
  });

  it.each([
    ["brings the program down", null, /ended by SIGSEGV/],
    ["keeps it too long", undefined, /took longer than 1000 ms/],
    ["makes it fail", { ok: false, reason: "the static engine failed: x" }, /^the static engine failed: x$/],
  ])("finds the one rule that %s", async (_, answer, reason) => {
    const rules = ["user/a", "user/b", "user/c"];
    const { output } = await outputOf("rules.check", rules, ({ checkRules = [] }) =>
      checkRules.includes("user/b") ? answer : { ok: true, refusals: [] },
    );
    expect(output).toEqual([
      { rule: "user/b", language: "any language", reason: expect.stringMatching(reason) },
    ]);
  });
});

describe("rules.test", () => {
  const test = { rule: "user/a", language: "go", invalid: ["bad", "crash"], valid: ["good", "bad", "hang"] };

  it("goes on behind a case that brings the program down or keeps it too long", async () => {
    const found = { rule: "user/a", line: 1, column: 2 };
    const other = { rule: "go/other", line: 1, column: 1 };
    const { output, asked } = await outputOf("rules.test", { test, parser: 0 }, ({ text }) => {
      if (text === "crash") return null;
      return text === "hang" ? undefined : { ok: true, findings: text === "bad" ? [other, found] : [other] };
    });
    expect(output).toEqual({
      rule: "user/a",
      passed: 2,
      failures: [
        { kind: "unread", snippet: "crash", findings: [], reason: expect.stringContaining("SIGSEGV") },
        { kind: "false_alarm", snippet: "bad", findings: [{ line: 1, column: 2 }], reason: null },
        { kind: "unread", snippet: "hang", findings: [], reason: expect.stringContaining("took longer") },
      ],
    });
    expect(asked.filter(({ text }) => text === "crash")).toHaveLength(3);
    expect(asked.filter(({ text }) => text === "hang")).toHaveLength(1);
  });
});

describe("planOfRuleTests()", () => {
  it("shares the rules among the parsers, and puts the results together in order", async () => {
    const test = { rule: "user/a", language: "go", invalid: [], valid: [] };
    const { steps, result } = planOfRuleTests([test, test, test], 2);
    expect(steps.map(({ input }) => (input as { parser?: number } | null)?.parser)).toEqual([
      0,
      1,
      0,
      undefined,
    ]);
    expect(new Set(steps.map(({ id }) => id)).size).toBe(4);
    expect(steps.at(-1)).toMatchObject({ id: result, operation: "rules.combine", after: "rest" });
    expect((await outputOf("rules.combine", null, () => null)).output).toEqual([1, 2]);
  });
});
