// Generating: in which language, what of an answer is taken, and where the file goes.
import { describe, expect, it } from "vitest";
import { ChangingFiles } from "./changing-stage.ts";
import { asked, operated } from "./operation-stage.ts";
import { parsingCache } from "./parsing-cache.ts";
import { type Spoken, says, speaks } from "./scripted-coordinator.ts";
import { Lost, StepStage } from "./step-stage.ts";

const cache = await parsingCache("python", "typescript", "elixir");
const wide = { ...asked, limits: { tokensMax: 10_000, costUsdMax: 100 } };

/** As a model says it: heard while it comes, and whole at the end. */
function spoken(text: string): Spoken {
  return speaks([text], says(text));
}

function fenced(code: string, word = ""): string {
  return `It is short.\n\`\`\`\`\`${word}\n${code}\n\`\`\`\`\``;
}

const python = fenced("def rate(cents):\n    return cents / 100", "python");
const input = { type: "function", requirements: "Turn cents into a rate." };

async function generated(
  answers: readonly string[],
  over: Readonly<Record<string, unknown>> = {},
  workspace = new ChangingFiles({
    "a.py": 'KEY = "sk_live_abcdefghijklmnopqrstuvwx"\n',
    "b.py": "b = 1\n",
    "c.ts": "",
  }),
) {
  const stage = new StepStage({ workspace: workspace.access });
  const script = (_: unknown, index: number): Spoken => spoken(answers[index] ?? answers.at(-1) ?? "");
  const played = await operated("generate", { ...input, ...over }, { script, asked: wide, cache, stage });
  return { ...played, workspace };
}

describe("generate", () => {
  it("gives the file, in the language that most files have, and writes none", async () => {
    const { outcome, orders, workspace } = await generated([python]);
    expect(outcome).toMatchObject({
      ok: true,
      document: {
        ...{ schema: "aiex.generation/1", type: "function", language: "python", path: null, run: null },
        ...{ code: "def rate(cents):\n    return cents / 100\n", remarks: "It is short." },
      },
    });
    expect(orders[0]?.request.messages.at(-1)?.content).toContain("Turn cents into a rate.");
    expect(workspace.sets).toEqual([]);
  });

  it("takes the language of where it goes before that of what it goes with, and shows that file, secrets masked", async () => {
    const { outcome, orders, workspace } = await generated([fenced("export const a = 1;", "ts")], {
      context: "a.py",
      output: "src/a.ts",
    });
    expect(outcome).toMatchObject({
      ok: true,
      document: { language: "typescript", path: "src/a.ts", run: "run" },
    });
    expect(workspace.text("src/a.ts")).toBe("export const a = 1;\n");
    const sent = JSON.stringify(orders);
    expect(sent).toContain("[masked]");
    expect(sent).not.toContain("sk_live_");
  });

  it("means by a genserver that of the language", async () => {
    const elixir = await generated([fenced("defmodule A do\nend")], { type: "genserver", output: "a.ex" });
    expect(JSON.stringify(elixir.orders)).toContain("use GenServer");
    const typescript = await generated([fenced("export const a = 1;")], {
      type: "genserver",
      output: "a.ts",
    });
    expect(JSON.stringify(typescript.orders)).toContain("aiex/runtime");
  });

  it("writes documentation as Markdown", async () => {
    const { outcome } = await generated([fenced("# Rates\n\n```py\nrate(1)\n```", "md")], {
      type: "documentation",
    });
    expect(outcome).toMatchObject({
      ok: true,
      document: { language: null, code: "# Rates\n\n```py\nrate(1)\n```\n" },
    });
  });

  it.each([
    ["no file", "You should write one.", "holds no file"],
    ["a part of one", python.slice(0, -8), "ends in the middle"],
    ["one that does not parse", fenced("def rate(cents:\n    return 1"), "does not parse"],
    ["an error", fenced("def rate(cents):\n    return eval(cents)"), "adds an error"],
    ["hidden characters", fenced("rate = 1 # \u202e"), "cannot be seen"],
  ])("asks again what was answered with %s", async (_, bad, problem) => {
    const { outcome, orders } = await generated([bad, python], { output: "rate.py" });
    expect(outcome).toMatchObject({ ok: true, document: { path: "rate.py", model: { rounds: 2 } } });
    expect(orders[1]?.request.messages.at(-1)?.content).toContain(problem);
  });

  it("writes nothing where three answers are of no use", async () => {
    const { outcome, workspace } = await generated(["No."], { output: "rate.py" });
    expect([outcome, workspace.sets.length]).toMatchObject([{ ok: false, code: "bad_answer" }, 0]);
  });

  it.each([
    ["b.py", "file_exists"],
    ["../b.py", "outside_root"],
    ["/tmp/b.py", "outside_root"],
    ["rate.unknown", "unknown_language"],
  ])("refuses to write %s before anything is sent", async (output, code) => {
    const { outcome, orders, workspace } = await generated([python], { output });
    expect([outcome, orders.length, workspace.sets.length]).toMatchObject([{ ok: false, code }, 0, 0]);
  });

  it("replaces a file only where that is said", async () => {
    const { outcome, workspace } = await generated([python], { output: "b.py", force: true });
    expect([outcome, workspace.text("b.py")]).toMatchObject([
      { ok: true },
      "def rate(cents):\n    return cents / 100\n",
    ]);
  });

  it("leaves a file alone that has appeared while the model wrote", async () => {
    const workspace = new ChangingFiles({});
    const script = (): Spoken => {
      workspace.files.set("rate.py", new TextEncoder().encode("mine = 1\n"));
      return spoken(python);
    };
    const stage = new StepStage({ workspace: workspace.access });
    const { outcome } = await operated(
      "generate",
      { ...input, output: "rate.py" },
      { script, asked: wide, cache, stage },
    );
    expect([outcome, workspace.text("rate.py")]).toMatchObject([
      { ok: false, code: "file_exists" },
      "mine = 1\n",
    ]);
  });

  it("is paid for and written once where the run is lost after the file was written", async () => {
    const workspace = new ChangingFiles({});
    const loses = (key: string): boolean => key === "work/change";
    const stage = new StepStage({ workspace: workspace.access, loses });
    const given = { script: () => spoken(python), asked: wide, cache, stage };
    const written = { ...input, output: "rate.py" };
    await expect(operated("generate", written, given)).rejects.toThrow(Lost);
    const again = new StepStage({ workspace: workspace.access });
    for (const [key, value] of stage.effects) if (value !== undefined) again.effects.set(key, value);
    for (const [key, value] of stage.notes) again.notes.set(key, value);
    for (const [key, value] of stage.written) again.written.set(key, value);
    const { outcome, orders } = await operated("generate", written, { ...given, stage: again });
    expect([outcome, orders]).toMatchObject([{ ok: true, document: { path: "rate.py", run: "run" } }, []]);
  });
});
