// `aiex llm test`: what is asked of the run, what is printed of its answer, and how the command ends.
import { describe, expect, it } from "vitest";
import type { Said } from "../../actors/operations/say.ts";
import type { RunFact } from "../../actors/runs/run-entry.ts";
import type { RunOrder } from "../../supervisors/runs/runs.ts";
import { runOn, type StageOptions, stage } from "./fixtures.ts";
import { done, grow, ScriptedRuns, scriptedRun } from "./runs-stage.ts";

const said: Extract<Said, { readonly ok: true }> = {
  ok: true,
  completion: {
    text: "Hello there.",
    model: "gpt-5.5",
    finish: "stop",
    usage: { input_tokens: 12, output_tokens: 3 },
  },
  entry: "main",
  parts: [{ entry: "main", model: "gpt-5.5", characters: 12 }],
  costUsd: 0.0001,
  tries: { requests: 1, inVain: 0 },
};

const text = (piece: string): RunFact => ({ type: "text", step: "say", text: piece, answer: "answer" });
const told = (name: "restarted" | "continued"): RunFact => ({
  type: "told",
  step: "say",
  name,
  about: { answer: "answer", entry: "other", reason: "the first one failed" },
});

interface RanOptions extends StageOptions {
  readonly facts?: readonly RunFact[];
  readonly output?: Said;
}

async function ran(
  line: string,
  { facts = [text("Hello "), text("there.")], output = said, ...rest }: RanOptions = {},
) {
  const orders: { readonly order: RunOrder; readonly on: string | undefined }[] = [];
  const runs = new ScriptedRuns([], {
    onSubmit: (run, order, on) => {
      orders.push({ order, on });
      for (const fact of facts) grow(run, fact);
      grow(run, done(output));
    },
  });
  const scene = stage({ runs, ...rest });
  const code = await scene.world.until(runOn(scene, line.split(" ")));
  return { code, out: scene.stdout(), err: scene.stderr(), orders, stops: scene.stops() };
}

function failed(code: string, more: object = {}): Said {
  const failure = { code, message: `This is why: ${code}.`, retryable: false, ...more };
  return { ok: false, failure, tries: { requests: 0, inVain: 0 } } as Said;
}

describe("aiex llm test", () => {
  it("asks one question as a run, and prints the answer and what it took", async () => {
    const { code, out, err, orders, stops } = await ran("llm test main");
    expect({ code, out, stops }).toEqual({ code: 0, out: "Hello there.\n", stops: 1 });
    expect(err).toBe(
      "main, gpt-5.5, 12 tokens to it, 3 from it, US$ 0.0001; the first words after 0 ms, all of it after 0 ms.\n",
    );
    expect(orders).toMatchObject([
      {
        on: undefined,
        order: {
          kind: "answer",
          deadlineMs: 120_000,
          plan: {
            steps: [
              {
                operation: "model.say",
                input: {
                  order: {
                    provider: "main",
                    deadline_ms: 120_000,
                    request: { messages: [{ role: "user", content: "Say hello in one short sentence." }] },
                  },
                },
              },
            ],
          },
        },
      },
    ]);
  });

  it("asks what, of whom and within which bounds it is told", async () => {
    const { orders } = await ran("llm test main --prompt Why? --model gpt-5.5 --deadline 9s --max-cost 0.5");
    expect(orders[0]?.order).toMatchObject({ deadlineMs: 9_000, costUsdMax: 0.5 });
    expect(orders[0]?.order.plan.steps[0]?.input).toMatchObject({
      order: { provider: "main", request: { model: "gpt-5.5", messages: [{ content: "Why?" }] } },
    });
    const any = await ran("llm test auto");
    expect(JSON.stringify(any.orders[0]?.order.plan)).not.toContain("provider");
  });

  it("gives programs the answer, and them alone", async () => {
    const { code, out, err } = await ran("llm test main --format json");
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toEqual({
      ...{ schema: "aiex.llm-test/1", entry: "main", model: "gpt-5.5", finish: "stop", text: "Hello there." },
      ...{ usage: { input_tokens: 12, output_tokens: 3 }, cost_usd: 0.0001, first_ms: 0, took_ms: 0 },
      ...{ parts: said.parts, request_id: null, failure: null },
    });
  });

  it("tells the provider's own id of the request", async () => {
    const output: Said = { ...said, completion: { ...said.completion, request_id: "req_123" } };
    expect((await ran("llm test main", { output })).err).toContain(
      "main, gpt-5.5, request req_123, 12 tokens",
    );
    const { out } = await ran("llm test main --format json", { output });
    expect(JSON.parse(out)).toMatchObject({ request_id: "req_123" });
  });

  it("gives programs why there is no answer, and all that is known of it", async () => {
    const more = { entry: "main", phase: "silence", requestId: "req_123", retryAfterMs: 5 };
    const output = failed("timeout", { ...more, retryable: true });
    const { code, out, err } = await ran("llm test main --format json", { facts: [], output });
    expect([code, err]).toEqual([124, "Error: This is why: timeout.\n"]);
    expect(JSON.parse(out)).toMatchObject({
      ...{ schema: "aiex.llm-test/1", entry: "main", finish: null, text: "", request_id: "req_123" },
      failure: {
        ...{ code: "timeout", message: "This is why: timeout.", retryable: true, entry: "main" },
        ...{ phase: "silence", request_id: "req_123", retry_after_ms: 5 },
      },
    });
  });

  it("gives programs the events of its run", async () => {
    const { code, out } = await ran("llm test main --format ndjson");
    expect(code).toBe(0);
    const types = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual(["accepted", "owned", "text", "text", "done"]);
  });

  it("prints nothing of an answer that began anew, where it goes to no terminal", async () => {
    const { out, err } = await ran("llm test main", {
      facts: [text("Goodb"), told("restarted"), text("Hello there.")],
    });
    expect(out).toBe("Hello there.\n");
    expect(err).toContain("It begins anew, by other: the first one failed");
  });

  it.each([
    ["no_provider", 69],
    ["all_unavailable", 69],
    ["unknown_provider", 2],
    ["budget", 6],
    ["deadline", 124],
    ["auth", 1],
  ])("ends with the code of a failure %s: %i", async (code, expected) => {
    const result = await ran("llm test main", { facts: [], output: failed(code) });
    expect(result.code).toBe(expected);
    expect(result.err).toContain(`This is why: ${code}.`);
  });

  it("ends with 75 where it may work later", async () => {
    const output = failed("limited", { retryable: true, retryAfterMs: 1_000 });
    expect((await ran("llm test main", { facts: [], output })).code).toBe(75);
  });

  it("ends with 7 where a part of the answer came, and says so", async () => {
    const failure = { code: "connection", message: "The line is gone.", retryable: true } as const;
    const output: Said = {
      ...said,
      completion: { ...said.completion, text: "Hel", finish: "partial" },
      failure,
    };
    const { code, out, err } = await ran("llm test main", { facts: [text("Hel")], output });
    expect([code, out]).toEqual([7, "Hel\n"]);
    expect(err).toContain("That is a part of an answer only. The line is gone.");
  });

  it.each([
    "llm test",
    "llm test auto --model x",
    "llm test main --on beta --record a.yaml",
    "llm test main --deadline 0s",
  ])("refuses %j before anything is asked", async (line) => {
    const { code, orders } = await ran(line);
    expect([code, orders]).toEqual([2, []]);
  });
});

describe("aiex runs follow", () => {
  it("prints the answer of a run that has one as it came, and who gave it", async () => {
    const run = scriptedRun({ kind: "answer" }, text("Hello "), text("there."), done(said));
    const scene = stage({ runs: new ScriptedRuns([run]) });
    const code = await scene.world.until(runOn(scene, ["runs", "follow", run.id]));
    expect([code, scene.stdout()]).toEqual([0, "Hello there.\n"]);
    expect(scene.stderr()).toBe("main, gpt-5.5, 12 tokens to it, 3 from it, US$ 0.0001.\n");
  });

  it("gives programs the output of such a run", async () => {
    const run = scriptedRun({ kind: "answer" }, text("Hello there."), done(said));
    const scene = stage({ runs: new ScriptedRuns([run]) });
    await scene.world.until(runOn(scene, ["runs", "follow", run.id, "--format", "json"]));
    expect(JSON.parse(scene.stdout())).toEqual(said);
  });

  it("ends such a run that was not answered with why", async () => {
    const run = scriptedRun({ kind: "answer" }, done(failed("budget")));
    const scene = stage({ runs: new ScriptedRuns([run]) });
    expect(await scene.world.until(runOn(scene, ["runs", "follow", run.id]))).toBe(6);
    expect(scene.stderr()).toContain("This is why: budget.");
  });
});
