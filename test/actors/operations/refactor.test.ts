// Refactoring: what is asked, what an answer may change, what is made of the files, and what a person has to say in it.
import { describe, expect, it } from "vitest";
import type { HunkAsked } from "../../../actors/operations/edited-files.ts";
import { ChangingFiles } from "./changing-stage.ts";
import { asked, operated } from "./operation-stage.ts";
import { parsingCache } from "./parsing-cache.ts";
import { type Spoken, says, speaks } from "./scripted-coordinator.ts";
import { Lost, type StageOptions, StepStage } from "./step-stage.ts";

const mean = [
  'KEY = "sk_live_abcdefghijklmnopqrstuvwx"',
  "",
  "def mean(xs):",
  "    return sum(xs) / len(xs)",
  "",
  ...Array.from({ length: 10 }, (_, index) => `A${index} = ${index}`),
  "",
  "def low(xs):",
  "    return sorted(xs)[0]",
  "",
].join("\n");

const cache = await parsingCache("python", "typescript");

function block(path: string, search: string, replace: string): string {
  return `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;
}

const low = block("mean.py", "    return sorted(xs)[0]", "    return min(xs)");
const checkedMean = block("mean.py", "    return sum(xs) / len(xs)", "    return sum(xs) / max(1, len(xs))");

/** As a model says it: heard while it comes, and whole at the end. */
function spoken(text: string): Spoken {
  return speaks([text], says(text));
}

interface Refactored {
  readonly answers: readonly string[];
  readonly input?: Readonly<Record<string, unknown>>;
  readonly workspace?: ChangingFiles;
  readonly answer?: NonNullable<StageOptions["answer"]>;
}

async function refactored({ answers, input = {}, workspace = files(), answer }: Refactored) {
  const stage = new StepStage({ workspace: workspace.access, ...(answer === undefined ? {} : { answer }) });
  const played = operated(
    "refactor",
    { file: "mean.py", ...input },
    { script: (_, index) => spoken(answers[index] ?? answers.at(-1) ?? ""), asked: wide, cache, stage },
  );
  return { ...(await played), workspace, stage };
}

/** Three rounds of a long answer may cost more than the stage's own limit. */
const wide = { ...asked, limits: { tokensMax: 10_000, costUsdMax: 100 } };

function files(more: Readonly<Record<string, string | Uint8Array>> = {}): ChangingFiles {
  return new ChangingFiles({ "mean.py": mean, ...more });
}

describe("refactor", () => {
  it("shows what would change, and changes nothing, unless it is told to", async () => {
    const { outcome, orders, workspace } = await refactored({ answers: [`Simpler.\n\n${low}`] });
    expect(outcome).toMatchObject({
      ok: true,
      document: {
        ...{ schema: "aiex.refactoring/1", input: "mean.py", type: "all", mode: "preview", run: null },
        ...{ remarks: "Simpler.", left_out: [] },
        files: [{ path: "mean.py", language: "python", added: 1, removed: 1, applied: false }],
        model: { prompt: expect.stringMatching(/^refactor@\d+$/), rounds: 1 },
      },
    });
    const { diff } = firstFile(outcome);
    expect(diff).toContain("-    return sorted(xs)[0]\n+    return min(xs)\n");
    expect(workspace.sets).toEqual([]);
    const sent = JSON.stringify(orders);
    expect(sent).toContain("never an instruction");
    expect(sent).not.toContain("sk_live_");
  });

  it("changes the file by one set, every other byte as it was, and says which run to take back", async () => {
    const bytes = new TextEncoder().encode(`\uFEFF${mean.replaceAll("\n", "\r\n")}`);
    const { outcome, workspace } = await refactored({
      answers: [low],
      input: { mode: "apply" },
      workspace: files({ "mean.py": bytes }),
    });
    expect(outcome).toMatchObject({ ok: true, document: { run: "run", files: [{ applied: true }] } });
    expect(workspace.text("mean.py")).toBe(
      `\uFEFF${mean.replaceAll("\n", "\r\n").replace("sorted(xs)[0]", "min(xs)")}`,
    );
    expect(workspace.sets).toHaveLength(1);
    expect(workspace.sets[0]).toMatchObject({
      id: "run/work/change",
      run: "run",
      title: "Refactoring of mean.py",
    });
  });

  it("hides secrets also in what is shown and kept", async () => {
    const next = block("mean.py", "\ndef mean(xs):", "\n\ndef mean(xs):");
    const { outcome, stage } = await refactored({ answers: [next], input: { mode: "apply" } });
    expect(firstFile(outcome).diff).toContain('KEY = "[masked]"');
    expect(JSON.stringify([outcome, [...stage.notes], stage.told, [...stage.effects]])).not.toContain(
      "sk_live_",
    );
  });

  it.each([
    ["lines that are not there", block("mean.py", "    return 7", "    return 8"), "not in the file"],
    ["another file", block("../../.ssh/config", "a", "b"), "which you were not given"],
    ["a result that does not parse", block("mean.py", "def low(xs):", "def low(xs:"), "does not parse"],
    ["a secret's line", block("mean.py", 'KEY = "[masked]"', "KEY = 1"), "a part is hidden"],
    ["a new error", block("mean.py", "    return sorted(xs)[0]", "    return eval(xs)"), "adds an error"],
    ["prose", "You should use min().", "no search/replace block"],
    ["a cut answer", low.slice(0, -20), "cut off"],
  ])("asks again what was answered with %s, and says what is wrong with it", async (_, bad, problem) => {
    const { outcome, orders } = await refactored({ answers: [bad, low] });
    expect(outcome).toMatchObject({ ok: true, document: { model: { rounds: 2 } } });
    expect(orders[1]?.request.messages.at(-1)?.content).toContain(problem);
  });

  it("changes nothing where three answers are of no use", async () => {
    const { outcome, orders, workspace } = await refactored({ answers: ["No."], input: { mode: "apply" } });
    expect(outcome).toMatchObject({ ok: false, code: "bad_answer" });
    expect([orders.length, workspace.sets.length]).toEqual([3, 0]);
  });

  it.each(["preview", "apply"])(
    "says with --%s that only files of the project are changed, and what to do",
    async (mode) => {
      const workspace = files();
      const list = async () => ({
        ok: false as const,
        code: "outside_root" as const,
        message: "Name it yourself.",
      });
      const stage = new StepStage({ workspace: { ...workspace.access, list } });
      const script = () => spoken(low);
      const input = { file: "../else.py", mode };
      const { outcome } = await operated("refactor", input, { script, asked: wide, cache, stage });
      expect(outcome).toMatchObject({
        ...{ ok: false, code: "outside_root" },
        message: expect.stringMatching(/only files below it are changed.*workspace\.project_dir/),
      });
    },
  );

  it("understands that nothing is worth a change", async () => {
    const answers = ["NOTHING TO CHANGE. It is short."];
    const { outcome, workspace } = await refactored({ answers, input: { mode: "apply" } });
    expect(outcome).toMatchObject({ ok: true, document: { files: [], run: null } });
    expect(workspace.sets).toEqual([]);
  });

  it("takes a directory as one change, but for what is never sent", async () => {
    const workspace = files({
      "shop/a.py": "def a():\n    return 1\n",
      "shop/deep/b.ts": "export const b = 1;\n",
      "shop/notes.txt": "no code",
      "shop/secrets.py": "KEY = 1\n",
      "shop/lib.min.js": "x",
    });
    const answer = `${block("shop/a.py", "    return 1", "    return 2")}${block("shop/deep/b.ts", "export const b = 1;", "export const b = 2;")}`;
    const { outcome, stage } = await refactored({
      answers: [answer],
      input: { file: "shop", mode: "apply" },
      workspace,
    });
    expect(outcome).toMatchObject({
      ok: true,
      document: {
        files: [{ path: "shop/a.py" }, { path: "shop/deep/b.ts" }],
        left_out: [{ path: "shop/secrets.py" }],
      },
    });
    expect(workspace.sets.map(({ changes }) => changes.map(({ path }) => path))).toEqual([
      ["shop/a.py", "shop/deep/b.ts"],
    ]);
    expect(stage.told[0]?.about).toMatchObject({ files: ["shop/a.py", "shop/deep/b.ts"] });
  });

  it("leaves all files of a directory alone where one of them has changed meanwhile", async () => {
    const workspace = files({ "shop/a.py": "a = 1\n", "shop/b.py": "b = 1\n" });
    const stage = new StepStage({ workspace: workspace.access });
    const { outcome } = await operated(
      "refactor",
      { file: "shop", mode: "apply" },
      {
        script: () => {
          workspace.files.set("shop/b.py", new TextEncoder().encode("b = 3\n"));
          return spoken(block("shop/a.py", "a = 1", "a = 2") + block("shop/b.py", "b = 1", "b = 2"));
        },
        ...{ asked: wide, cache, stage },
      },
    );
    expect(outcome).toMatchObject({ ok: false, code: "changed_since" });
    expect([workspace.text("shop/a.py"), workspace.sets.length]).toEqual(["a = 1\n", 0]);
  });

  it("makes the hunks that a person wants, and asks for no more of them than needed", async () => {
    const seen: HunkAsked[] = [];
    const choose = (...choices: string[]) => {
      let index = 0;
      return (text: string, about: unknown): string | undefined => {
        if (!text.startsWith("Apply hunk")) return "send";
        seen.push(about as HunkAsked);
        return choices[index++];
      };
    };
    const answers = [checkedMean + low];
    const input = { mode: "interactive" };
    const second = await refactored({ answers, input, answer: choose("no", "yes") });
    expect(second.workspace.text("mean.py")).toBe(mean.replace("sorted(xs)[0]", "min(xs)"));
    expect(seen.map(({ number, of }) => [number, of])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(seen[1]?.diff).toContain("+    return min(xs)");
    expect(seen[1]?.diff).not.toContain("max(1");
    seen.length = 0;
    const all = await refactored({ answers, input, answer: choose("all") });
    expect([all.workspace.text("mean.py")?.includes("max(1"), seen.length]).toEqual([true, 1]);
    const none = await refactored({ answers, input, answer: choose("done") });
    expect([none.workspace.sets.length, none.outcome]).toMatchObject([0, { document: { run: null } }]);
    const nobody = await refactored({ answers, input, answer: choose() });
    expect(nobody.workspace.sets).toEqual([]);
  });

  it("is paid for and applied once where the run is lost after the change", async () => {
    const workspace = files();
    const loses = (key: string): boolean => key === "work/change";
    const stage = new StepStage({ workspace: workspace.access, loses });
    const given = { script: () => spoken(low), asked: wide, cache, stage };
    const input = { file: "mean.py", mode: "apply" };
    await expect(operated("refactor", input, given)).rejects.toThrow(Lost);
    const after = mean.replace("sorted(xs)[0]", "min(xs)");
    expect(workspace.text("mean.py")).toBe(after);
    const again = new StepStage({ workspace: workspace.access });
    for (const [key, value] of stage.effects) if (value !== undefined) again.effects.set(key, value);
    for (const [key, value] of stage.notes) again.notes.set(key, value);
    for (const [key, value] of stage.written) again.written.set(key, value);
    const { outcome, orders } = await operated("refactor", input, { ...given, stage: again });
    expect(orders).toEqual([]);
    expect(outcome).toMatchObject({ ok: true, document: { run: "run", files: [{ applied: true }] } });
    expect(workspace.text("mean.py")).toBe(after);
    // What the files show is written down, so that nobody has to wonder about it.
    expect(again.effects.get("work/change")).toMatchObject({ ok: true });
    expect(workspace.sets).toHaveLength(1);
  });

  it.each([
    ["../mean.py", "outside_root"],
    ["/etc/hosts", "outside_root"],
    ["C:\\mean.py", "outside_root"],
    ["a/../../mean.py", "outside_root"],
    [".env", "confidential"],
    ["nothing.py", "file_not_found"],
  ])("refuses to change %s before anything is sent", async (file, code) => {
    const workspace = files({ ".env": "A=1" });
    const { outcome, orders } = await refactored({
      answers: [low],
      input: { file, mode: "apply" },
      workspace,
    });
    expect([outcome, orders.length]).toMatchObject([{ ok: false, code }, 0]);
  });

  it("looks at a text that is no file, and changes none", async () => {
    const input = { text: mean };
    expect((await refactored({ answers: [low], input })).outcome).toMatchObject({ ok: true });
    const { outcome } = await refactored({ answers: [low], input: { ...input, mode: "apply" } });
    expect(outcome).toMatchObject({ ok: false, code: "usage" });
  });
});

function firstFile(outcome: unknown): { readonly diff: string } {
  const { document } = outcome as { readonly document: { readonly files: readonly { diff: string }[] } };
  const [file] = document.files;
  if (file === undefined) throw new Error("No file changes.");
  return file;
}
