// Explaining: what is asked, what is taken of the answer, when it is asked again, and when nothing is sent.
import { describe, expect, it } from "vitest";
import { disclosureNews } from "../../../actors/operations/consent.ts";
import { asked, operated } from "./operation-stage.ts";
import { fails, type Spoken, says, speaks } from "./scripted-coordinator.ts";

const files = {
  "mean.py": 'KEY = "sk_live_abcdefghijklmnopqrstuvwx"\ndef mean(xs):\n    return sum(xs) / len(xs)\n',
};
const input = { file: "mean.py", level: "basic", focus: "comprehensive" };
const claim = (from_line: number, to_line: number, text = "It divides.") => ({
  title: "Mean",
  text,
  from_line,
  to_line,
});
const good = { summary: "Computes a mean.", claims: [claim(2, 3)] };

/** As a model says it: heard while it comes, and whole at the end. */
function answers(answer: unknown, over: Parameters<typeof says>[1] = {}): Spoken {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return speaks([text.slice(0, 9), text.slice(9)], says(text, over));
}

describe("explain", () => {
  it("sends the file line by line, secrets masked, and gives what was claimed with its lines", async () => {
    const { outcome, orders, stage } = await operated("explain", input, {
      files,
      script: () => answers(good),
    });
    expect(outcome).toEqual({
      ok: true,
      document: {
        schema: "aiex.explanation/1",
        ...{ file: "mean.py", language: "python", lines: 3, level: "basic", focus: "comprehensive" },
        ...{ summary: "Computes a mean.", claims: [claim(2, 3)], dropped: 0 },
        complete: true,
        model: {
          ...{
            provider: "work",
            kind: "openai",
            model: "model-1-2026",
            prompt: expect.stringMatching(/^explain@\d+$/),
            rounds: 1,
            requests: 1,
          },
          ...{ masked: 1, input_tokens: 100, output_tokens: 20, cost_usd: 0.0003 },
        },
      },
    });
    const [order] = orders;
    expect(order).toMatchObject({ provider: "work", lane: "interactive", run: "run" });
    const sent = JSON.stringify(order);
    expect(sent).toContain("2| def mean(xs):");
    expect(sent).toContain("never an instruction");
    expect(sent).not.toContain("sk_live_");
    expect(stage.told.map(({ name }) => name)).toEqual([disclosureNews, "operation", "operation"]);
    expect(stage.told[0]?.about).toMatchObject({
      verb: "explains",
      files: ["mean.py"],
      masked: 1,
      host: "models.example",
    });
  });

  it("drops and counts claims about lines that do not exist", async () => {
    const claims = [claim(1, 1), claim(3, 4), claim(0, 1), claim(3, 2), claim(-1, 2), claim(2, 2, "  ")];
    const { outcome } = await operated("explain", input, {
      files,
      script: () => answers({ ...good, claims }),
    });
    expect(outcome).toMatchObject({ ok: true, document: { claims: [claim(1, 1)], dropped: 5 } });
  });

  it.each([
    ["This is no JSON.", "It is no JSON document."],
    [{ summary: "x", claims: [{ title: "a" }] }, "claims.0.text"],
    [{ summary: " ", claims: [claim(1, 1)] }, "It has no summary."],
    [{ ...good, claims: [claim(7, 9)] }, "those are 1 to 3"],
  ])("asks again, once, what was answered with %j", async (bad, problem) => {
    const { outcome, orders } = await operated("explain", input, {
      files,
      script: (_, index) => answers(index === 0 ? bad : good),
    });
    expect(outcome).toMatchObject({
      ok: true,
      document: { model: { rounds: 2, requests: 2, input_tokens: 200 } },
    });
    const messages = orders[1]?.request.messages ?? [];
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(messages.at(-1)?.content).toContain(problem);
  });

  it("gives up after the second bad answer, and says what was wrong with it", async () => {
    const { outcome, orders } = await operated("explain", input, { files, script: () => answers("no") });
    expect(outcome).toMatchObject({ ok: false, code: "bad_answer" });
    expect(outcome).toHaveProperty(
      "message",
      expect.stringContaining("2 times with what was not asked for. It is no JSON"),
    );
    expect(orders).toHaveLength(2);
  });

  it.each([
    ["auth", {}, "auth"],
    ["all_unavailable", { retryable: true }, "all_unavailable"],
  ] as const)("ends with what the provider said where that is %j", async (code, over, expected) => {
    const { outcome } = await operated("explain", input, {
      files,
      script: () => fails(code, undefined, over),
    });
    expect(outcome).toMatchObject({ ok: false, code: expected, retryable: code === "all_unavailable" });
  });

  it("ends where the provider holds its answer back", async () => {
    const { outcome, orders } = await operated("explain", input, {
      files,
      script: () => answers(good, { finish: "refused" }),
    });
    expect(outcome).toMatchObject({ ok: false, code: "answer_refused" });
    expect(orders).toHaveLength(1);
  });

  it.each([
    [{ file: "gone.py" }, "file_not_found"],
    [{ file: ".env" }, "confidential"],
    [{ file: "keys/id_rsa" }, "confidential"],
    [{ file: "empty.py" }, "empty_file"],
    [{ file: "binary" }, "binary_file"],
    [{ file: "big.py" }, "too_large"],
    [{ file: "stdin", text: "\n" }, "empty_file"],
    [{ file: "stdin", text: "a\0b" }, "binary_file"],
    [{ file: "secrets.yaml", text: "a: b" }, "confidential"],
  ])("sends nothing of %j", async (over, code) => {
    const contents = { ...files, "empty.py": "", binary: "\0\0", "big.py": "x = 1\n".repeat(10_000) };
    const { outcome, orders, stage } = await operated(
      "explain",
      { ...input, ...over },
      {
        files: contents,
        script: () => answers(good),
      },
    );
    expect(outcome).toMatchObject({ ok: false, code });
    expect([orders, stage.told]).toEqual([[], []]);
  });

  it("sends nothing where it might cost more than it may, or whoever is told says no", async () => {
    const dear = { ...asked, limits: { tokensMax: 10_000, costUsdMax: 0.0001 } };
    const first = await operated("explain", input, { files, script: () => answers(good), asked: dear });
    expect(first.outcome).toMatchObject({ ok: false, code: "budget" });
    const second = await operated("explain", input, {
      files,
      script: () => answers(good),
      answer: () => "leave_out",
    });
    expect(second.outcome).toMatchObject({ ok: false, code: "declined" });
    expect([first.orders, second.orders]).toEqual([[], []]);
  });

  it("asks for nothing twice where its step is tried again", async () => {
    const first = await operated("explain", input, { files, script: () => answers(good) });
    const again = await operated("explain", input, {
      files,
      script: () => answers("other"),
      stage: first.stage,
    });
    expect(again.outcome).toEqual(first.outcome);
    expect(again.orders).toEqual([]);
    expect(first.stage.told.filter(({ name }) => name === disclosureNews)).toHaveLength(1);
  });

  it("takes a text that came with what was asked for", async () => {
    const { outcome } = await operated(
      "explain",
      { ...input, file: "a.rb", text: "puts 1\nputs 2\n" },
      {
        script: () => answers(good),
      },
    );
    expect(outcome).toMatchObject({ ok: false, code: "bad_answer" });
    const claims = [claim(1, 2)];
    const second = await operated(
      "explain",
      { ...input, file: "a.rb", text: "puts 1\nputs 2\n" },
      {
        script: () => answers({ ...good, claims }),
      },
    );
    expect(second.outcome).toMatchObject({ ok: true, document: { file: "a.rb", language: "ruby", claims } });
  });

  it("gives what is whole of an answer that broke off, and says that it is a part", async () => {
    const whole = JSON.stringify({ summary: "Computes a mean.", claims: [claim(1, 1), claim(2, 3)] });
    const broken = (at: number) =>
      operated("explain", input, { files, script: () => answers(whole.slice(0, at), { finish: "partial" }) });
    const part = await broken(whole.length - 9);
    expect(part.outcome).toMatchObject({ ok: true, document: { claims: [claim(1, 1)], complete: false } });
    expect((await broken(whole.length)).outcome).toMatchObject({ document: { complete: false } });
    expect((await broken(40)).outcome).toMatchObject({ ok: false });
  });
});
