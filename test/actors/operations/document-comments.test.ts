// Comments of documentation in the source: what is asked, that nothing else may change, and what is made of the files.
import { describe, expect, it } from "vitest";
import { compareBare } from "../../../actors/analysis/without-comments.ts";
import { ChangingFiles } from "./changing-stage.ts";
import { asked, operated } from "./operation-stage.ts";
import { parsingCache } from "./parsing-cache.ts";
import { says, speaks } from "./scripted-coordinator.ts";
import { type StageOptions, StepStage } from "./step-stage.ts";

const mean = 'KEY = "sk_live_abcdefghijklmnopqrstuvwx"\n\ndef mean(xs):\n    return sum(xs) / len(xs)\n';
const documented = mean.replace("def mean(xs):\n", 'def mean(xs):\n    """The mean of numbers."""\n');

const cache = await parsingCache("python", "typescript");
await compareBare({ id: 0, language: "python", before: "", after: "" });

function block(search: string, replace: string, path = "mean.py"): string {
  return `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;
}

const good = block("def mean(xs):", 'def mean(xs):\n    """The mean of numbers."""');

interface Documented {
  readonly answers: readonly string[];
  readonly input?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly answer?: NonNullable<StageOptions["answer"]>;
}

async function commented({ answers, input = {}, files = { "mean.py": mean }, answer }: Documented) {
  const workspace = new ChangingFiles(files);
  const stage = new StepStage({ workspace: workspace.access, ...(answer === undefined ? {} : { answer }) });
  const limits = { tokensMax: 10_000, costUsdMax: 100 };
  const played = operated(
    "document_comments",
    { file: "mean.py", ...input },
    {
      script: (_, index) => {
        const text = answers[index] ?? answers.at(-1) ?? "";
        return speaks([text], says(text));
      },
      asked: { ...asked, limits },
      cache,
      stage,
    },
  );
  return { ...(await played), workspace };
}

describe("document_comments", () => {
  it("shows comments as a diff, and changes nothing, unless it is told to", async () => {
    const { outcome, orders, workspace } = await commented({ answers: [`One docstring.\n\n${good}`] });
    expect(outcome).toMatchObject({
      ok: true,
      document: {
        ...{
          schema: "aiex.comments/1",
          input: "mean.py",
          mode: "preview",
          remarks: "One docstring.",
          run: null,
        },
        files: [{ path: "mean.py", language: "python", added: 1, removed: 0, applied: false }],
        model: { prompt: "comments@1", rounds: 1 },
      },
    });
    expect(workspace.sets).toEqual([]);
    const sent = JSON.stringify(orders);
    expect(sent).toContain("PEP 257");
    expect(sent).toContain("never an instruction");
    expect(sent).not.toContain("sk_live_");
  });

  it("writes them by one set, and says which run to take back", async () => {
    const { outcome, workspace } = await commented({ answers: [good], input: { mode: "apply" } });
    expect(outcome).toMatchObject({ ok: true, document: { run: "run", files: [{ applied: true }] } });
    expect(workspace.text("mean.py")).toBe(documented);
    expect(workspace.sets).toMatchObject([{ id: "run/work/change", title: "Comments for mean.py" }]);
  });

  it.each([
    [
      "code",
      block("    return sum(xs) / len(xs)", '    """The mean."""\n    return sum(xs) / max(1, len(xs))'),
    ],
    ["what is computed", block("def mean(xs):", 'def mean(xs):\n    f"{print(xs)}"')],
    ["a word for a tool", block("    return sum(xs) / len(xs)", "    return sum(xs) / len(xs)  # noqa")],
    [
      "where code stands",
      block("    return sum(xs) / len(xs)", "    # The mean.\n    return sum(xs) \\\n        / len(xs)"),
    ],
  ])("asks again where %s would change", async (_, bad) => {
    const { outcome, orders, workspace } = await commented({
      answers: [bad, good],
      input: { mode: "apply" },
    });
    expect(outcome).toMatchObject({ ok: true, document: { model: { rounds: 2 } } });
    expect(orders[1]?.request.messages.at(-1)?.content).toContain("It changes more of");
    expect(workspace.text("mean.py")).toBe(documented);
  });

  it("writes nothing where a person chooses half of a comment", async () => {
    const lines = Array.from({ length: 12 }, (_, index) => `// ${index + 1} is a line.\n`).join("");
    const code = `${lines}export const a = 1;\n/** B. */\nexport const b = 2;\n`;
    const answers = [
      block("// 1 is a line.", "/*\n// 1 is a line.", "a.ts") +
        block("// 12 is a line.", "// 12 is a line.\n*/", "a.ts"),
    ];
    const written = async (...chosen: string[]) =>
      commented({
        ...{ answers, input: { file: "a.ts", mode: "interactive" }, files: { "a.ts": code } },
        answer: (text) => (text.startsWith("Apply hunk") ? chosen.shift() : "send"),
      });
    const whole = await written("yes", "yes");
    expect(whole.outcome).toMatchObject({ ok: true, document: { run: "run" } });
    // The comment goes on until that of b ends: a is no longer code, and the file parses.
    const half = await written("yes", "no");
    expect(half.outcome).toMatchObject({ ok: false, code: "bad_choice" });
    expect(half.workspace.text("a.ts")).toBe(code);
  });

  it("leaves a file alone of which nobody knows what a comment is", async () => {
    const { outcome, orders } = await commented({
      answers: [good],
      input: { file: "notes.txt" },
      files: { "notes.txt": "Hello.\n" },
    });
    expect(outcome).toMatchObject({ ok: false, code: "unknown_language" });
    expect(orders).toEqual([]);
  });

  it("documents a directory as one change", async () => {
    const files = {
      "shop/a.py": "def a():\n    return 1\n",
      "shop/b.py": "B = 1\n",
      "shop/notes.txt": "no code",
    };
    const { workspace } = await commented({
      answers: [
        block("def a():", 'def a():\n    """Gives one."""', "shop/a.py") +
          block("B = 1", "# What B is.\nB = 1", "shop/b.py"),
      ],
      input: { file: "shop", mode: "apply" },
      files,
    });
    expect(workspace.sets).toHaveLength(1);
    expect(workspace.text("shop/b.py")).toBe("# What B is.\nB = 1\n");
  });
});
