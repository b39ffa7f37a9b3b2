// Trying answers out: what stays, what is taken back, what a model is told, and where a run goes on that was lost in the middle.
import { describe, expect, it } from "vitest";
import { ChangingFiles } from "./changing-stage.ts";
import { asked, operated } from "./operation-stage.ts";
import { parsingCache } from "./parsing-cache.ts";
import { type Spoken, says, speaks } from "./scripted-coordinator.ts";
import { Lost, type StageOptions, StepStage } from "./step-stage.ts";

const cache = await parsingCache("python");
const wide = { ...asked, limits: { tokensMax: 10_000, costUsdMax: 100 } };
const before = "def low(xs):\n    return sorted(xs)[0]\n";

function spoken(text: string): Spoken {
  return speaks([text], says(text));
}

/** An answer that has the function return something else. */
function edit(returns: string): string {
  return `It need not sort.\na.py\n<<<<<<< SEARCH\n    return sorted(xs)[0]\n=======\n    return ${returns}\n>>>>>>> REPLACE\n`;
}

function returning(returns: string): string {
  return before.replace("sorted(xs)[0]", returns);
}

function files(): ChangingFiles {
  return new ChangingFiles({ "a.py": before });
}

interface Given {
  readonly answers: readonly string[];
  readonly workspace: ChangingFiles;
  readonly mode?: string;
  readonly over?: Partial<StageOptions>;
  /** What an attempt before has written down. */
  readonly earlier?: StepStage;
}

async function refactored({ answers, workspace, mode = "apply", over = {}, earlier }: Given) {
  const stage = new StepStage({ workspace: workspace.access, ...over });
  for (const [key, value] of earlier?.effects ?? []) if (value !== undefined) stage.effects.set(key, value);
  for (const [key, value] of earlier?.notes ?? []) stage.notes.set(key, value);
  for (const [key, value] of earlier?.written ?? []) stage.written.set(key, value);
  const script = (_: unknown, index: number): Spoken => spoken(answers[index] ?? answers.at(-1) ?? "");
  const input = { file: "a.py", mode, verify: true };
  const given = { script, asked: wide, cache, stage };
  const played = operated("refactor", input, given);
  return {
    ...(await played.catch((error) => ({ error, outcome: undefined, orders: [], stage }))),
    workspace,
  };
}

/** Fails while the file has what an answer has put there. */
function failsWith(workspace: ChangingFiles, ...returns: readonly string[]): void {
  workspace.check = () => {
    const text = workspace.text("a.py");
    const isBad = returns.some((one) => text === returning(one));
    return isBad ? { outcome: "failed", exit: 1, output: "AssertionError: 2 != 1" } : {};
  };
}

describe("refactor with checks", () => {
  it("takes back what fails, tells the model what was printed, and keeps what passes", async () => {
    const workspace = files();
    failsWith(workspace, "max(xs)");
    const { outcome, orders } = await refactored({ answers: [edit("max(xs)"), edit("min(xs)")], workspace });
    expect(workspace.text("a.py")).toBe(returning("min(xs)"));
    expect(outcome).toMatchObject({
      ok: true,
      document: {
        run: "run",
        files: [{ path: "a.py", applied: true }],
        verification: {
          rounds: 2,
          passed: true,
          kept: true,
          commands: [{ kind: "test", outcome: "passed" }],
        },
      },
    });
    const told = orders[1]?.request.messages.at(-1)?.content ?? "";
    expect(told).toContain("test ended with code 1.");
    expect(told).toMatch(/=== output begins =+\ntest:\nAssertionError: 2 != 1\n=+ output ends ===/);
    // It was run with the answer, without it, and with the second one.
    expect(workspace.checked).toHaveLength(3);
  });

  it("leaves the files as they were where three answers fail", async () => {
    const workspace = files();
    failsWith(workspace, "max(xs)");
    const { outcome, orders } = await refactored({ answers: [edit("max(xs)")], workspace });
    expect([workspace.text("a.py"), orders.length]).toEqual([before, 3]);
    expect(outcome).toMatchObject({
      ok: true,
      document: { run: null, files: [{ applied: false }], verification: { passed: false, kept: false } },
    });
  });

  it("does not count what fails without the answer too, and says so", async () => {
    const workspace = files();
    workspace.check = () => ({ outcome: "timed_out", exit: null });
    const { outcome } = await refactored({ answers: [edit("min(xs)")], workspace });
    expect(workspace.text("a.py")).toBe(returning("min(xs)"));
    expect(outcome).toMatchObject({
      document: { verification: { passed: true, kept: true, commands: [{ outcome: "failed_before" }] } },
    });
  });

  it("shows with --preview what the checks say, and changes nothing", async () => {
    const workspace = files();
    const { outcome } = await refactored({ answers: [edit("min(xs)")], workspace, mode: "preview" });
    expect([workspace.text("a.py"), workspace.checked.length]).toEqual([before, 1]);
    expect(outcome).toMatchObject({
      document: {
        run: null,
        files: [{ applied: false, diff: expect.stringContaining("+    return min(xs)") }],
        verification: { passed: true, kept: false },
      },
    });
  });

  it.each([
    ["keep", returning("max(xs)"), { passed: false, kept: true }, "run"],
    ["take back", before, { passed: false, kept: false }, null],
  ])("asks who chose hunks that fail, and does as told: %s", async (choice, text, verification, run) => {
    const workspace = files();
    failsWith(workspace, "max(xs)");
    const answer = (question: string): string => (question.startsWith("Your checks") ? choice : "yes");
    const { outcome, orders } = await refactored({
      ...{ answers: [edit("max(xs)")], workspace, mode: "interactive", over: { answer } },
    });
    expect([workspace.text("a.py"), orders.length]).toEqual([text, 1]);
    expect(outcome).toMatchObject({ ok: true, document: { verification, run } });
  });

  it("leaves alone what somebody has changed while it was tried out, and says so", async () => {
    const workspace = files();
    workspace.check = () => {
      workspace.files.set("a.py", new TextEncoder().encode("mine = 1\n"));
      return { outcome: "failed", exit: 1 };
    };
    const { outcome } = await refactored({ answers: [edit("min(xs)")], workspace });
    expect(workspace.text("a.py")).toBe("mine = 1\n");
    expect(outcome).toMatchObject({
      ...{ ok: false, code: "changed_since" },
      message: expect.stringContaining("could not be taken back"),
    });
  });

  it.each([
    "work/try 1",
    "work/check 1 test",
    "work/take_back 1",
    "work/check before test",
    "work/answer 2",
    "work/try 2",
    "work/check 2 test",
  ])(
    "comes to the same where the run is lost at %s, and asks and checks nothing twice that is known",
    async (lost) => {
      const workspace = files();
      failsWith(workspace, "max(xs)");
      const answers = [edit("max(xs)"), edit("min(xs)")];
      const first = await refactored({ answers, workspace, over: { loses: (key) => key === lost } });
      expect(first).toMatchObject({ error: expect.any(Lost) });
      // The first answer is known by then.
      const rest = answers.slice(1);
      const second = await refactored({ answers: rest, workspace, earlier: first.stage });
      expect(workspace.text("a.py")).toBe(returning("min(xs)"));
      expect(second.outcome).toMatchObject({
        ok: true,
        document: { run: "run", verification: { rounds: 2, passed: true, kept: true } },
      });
      // One was lost with what it came to, and that one alone is done again.
      expect(workspace.checked.length).toBeLessThanOrEqual(4);
    },
  );
});
