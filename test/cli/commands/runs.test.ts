// The commands that look at runs, follow them and go on with them, against runs that are scripted.
import { describe, expect, it } from "vitest";
import type { RunFact } from "../../../actors/runs/run-entry.ts";
import type { Remotes } from "../../../cli/host.ts";
import type { RemoteTarget } from "../../../supervisors/remote/connection.ts";
import { NoNodeFound } from "../../../supervisors/remote/failures.ts";
import { RunRefused } from "../../../supervisors/runs/refused.ts";
import type { RemoteRuns } from "../../../supervisors/runs/remote.ts";
import { chunks, ownWorkspace, report, runOn, type Stage, type StageOptions, stage } from "../fixtures.ts";
import {
  done,
  grow,
  type ScriptedOptions,
  ScriptedRuns,
  scriptedAt,
  scriptedId,
  scriptedRun,
} from "../runs-stage.ts";

const otherId = "bbbbbbbbaaaaaaaa";
const analyzed = done({ ok: true, report: report() });

interface Ran extends Stage {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function ran(line: string, runs: ScriptedRuns, options: StageOptions = {}): Promise<Ran> {
  const scene = stage({ runs, ...options });
  const code = await scene.world.until(runOn(scene, line.split(" ")));
  return { ...scene, code, out: scene.stdout(), err: scene.stderr() };
}

/** Runs elsewhere, behind a connection that is counted. */
function cluster(runs: ScriptedRuns, opened: RemoteTarget[] = []): Partial<Remotes> {
  return {
    runs: async (to) => {
      opened.push(to);
      return Object.assign(runs, {
        node: to.node ?? "alpha",
        close: async () => {},
      }) as unknown as RemoteRuns;
    },
  };
}

const interrupted: RunFact = { type: "released", why: "its command was interrupted" };

describe("aiex runs list", () => {
  it("lists the newest first, with state, steps, cost and age", async () => {
    const usage = { step: "review:a", provider: "openai", model: "m", interrupted: false } as const;
    const late = scriptedRun(
      { id: otherId, title: "Analysis of test", createdAt: scriptedAt + 60_000 },
      { type: "step_finished", step: "list", output: { value: 1 }, added: 1 },
      { type: "usage", ...usage, inputTokens: 100, outputTokens: 20, costUsd: 0.0012 },
    );
    const early = scriptedRun({}, interrupted);
    const { code, out, err } = await ran("runs list", new ScriptedRuns([early, late]));
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatchInlineSnapshot(`
      "RUN       STATE         STEPS        COST        AGE  WHERE  WHAT
      bbbbbbbb  running      1 of 3  US$ 0.0012  1 min 0 s  here   Analysis of test
      q3jz5k2m  interrupted  0 of 2           -  2 min 0 s  here   Analysis of src
      "
    `);
  });

  it("says that there is none", async () => {
    expect((await ran("runs list", new ScriptedRuns())).out).toBe("There is no run.\n");
  });

  it("lists those in one state alone", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, interrupted), scriptedRun({ id: otherId })]);
    const { out } = await ran("runs list --state interrupted --format json", runs);
    expect(JSON.parse(out).runs.map(({ id }: { id: string }) => id)).toEqual([scriptedId]);
  });

  it("leaves out those that are parts of others unless they are asked for", async () => {
    const parent = { run: scriptedId, root: scriptedId, step: "1", part: "b.ts" };
    const runs = new ScriptedRuns([scriptedRun(), scriptedRun({ id: otherId, parent })]);
    const listed = async (line: string) =>
      JSON.parse((await ran(`${line} --format json`, runs)).out).runs.map(({ id }: { id: string }) => id);
    expect(await listed("runs list")).toEqual([scriptedId]);
    expect(await listed("runs list --children")).toEqual([scriptedId, otherId]);
  });

  it("gives programs whole ids and everything that is known, as one document or one line each", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, interrupted)]);
    const { out } = await ran("runs list --format json", runs);
    expect(JSON.parse(out)).toMatchObject({
      schema: "aiex.run-list/1",
      complete: true,
      runs: [{ id: scriptedId, phase: "interrupted", n: 3, place: null }],
    });
    const lines = (await ran("runs list --format ndjson", runs)).out;
    expect(lines.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(lines)).toMatchObject({ v: 1, id: scriptedId });
  });

  it("looks at a cluster too where one is named, and says where each run is", async () => {
    const opened: RemoteTarget[] = [];
    const there = new ScriptedRuns([scriptedRun({ id: otherId })], { place: 'the cluster "aiex"' });
    const { code, out } = await ran("runs list --on cluster", new ScriptedRuns([scriptedRun()]), {
      remotes: cluster(there, opened),
    });
    expect(code).toBe(0);
    expect(out).toMatch(/q3jz5k2m .* here /);
    expect(out).toMatch(/bbbbbbbb .* alpha /);
    expect(opened).toEqual([{ anyMember: true }]);
  });

  it.each([
    ["AIEX_ON", { env: { AIEX_ON: "beta" } }, { node: "beta", anyMember: true }],
    ["--nats", {}, { url: "nats://h:1", anyMember: true }],
  ])("looks where %s says", async (name, options, to) => {
    const opened: RemoteTarget[] = [];
    const line = name === "--nats" ? "runs list --nats nats://h:1" : "runs list";
    await ran(line, new ScriptedRuns(), { ...options, remotes: cluster(new ScriptedRuns(), opened) });
    expect(opened).toEqual([to]);
  });

  it("looks at nothing else with --on here, and as ever with AIEX_ON=here", async () => {
    const opened: RemoteTarget[] = [];
    const remotes: Partial<Remotes> = {
      ...cluster(new ScriptedRuns(), opened),
      saved: async () => ({ url: "nats://h:1" }),
    };
    await ran("runs list --on here", new ScriptedRuns(), { remotes });
    expect(opened).toEqual([]);
    await ran("runs list", new ScriptedRuns(), { remotes, env: { AIEX_ON: "here" } });
    expect(opened).toEqual([{ anyMember: true }]);
  });

  it("ends with 76 where what was named cannot be reached", async () => {
    const { code, out } = await ran("runs list --on beta", new ScriptedRuns([scriptedRun()]));
    expect([code, out]).toEqual([76, ""]);
  });

  it("lists the others with 7 where the connected cluster is away, and says so", async () => {
    const remotes: Partial<Remotes> = {
      saved: async () => ({ url: "nats://gone:4222" }),
      runs: async () => {
        throw new NoNodeFound("Nobody answers at nats://gone:4222.");
      },
    };
    const { code, out, err } = await ran("runs list", new ScriptedRuns([scriptedRun()]), { remotes });
    expect([code, err]).toEqual([
      7,
      "The runs of the cluster are not among them: Nobody answers at nats://gone:4222.\n",
    ]);
    expect(out).toContain("q3jz5k2m");
  });
});

describe("aiex runs show", () => {
  const facts: readonly RunFact[] = [
    { type: "step_started", step: "list", operation: "analyze.list", attempt: 1 },
    { type: "step_finished", step: "list", output: { value: 1 }, added: 1 },
    { type: "step_started", step: "file:a.ts", operation: "analyze.file", attempt: 2 },
    { type: "intent", effect: "file:a.ts/write", step: "file:a.ts", kind: "file_write", about: null },
    { type: "asked", question: "q", step: "file:a.ts", text: "Did it happen?", choices: ["retry", "done"] },
    { type: "waiting", for: "answer", why: "" },
  ];

  it("says how it stands", async () => {
    const run = scriptedRun({ deadlineAt: scriptedAt + 3_600_000, costUsdMax: 2 }, ...facts);
    const { code, out } = await ran("runs show q3jz", new ScriptedRuns([run]));
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Analysis of src  waiting
        Run:       q3jz5k2maaaaaaaa (analysis)
        Now:       waits for an answer
        Steps:     1 of 3 done
        Budget:    US$ 2
        Kept:      /home/ann/.local/share/aiex/runs, 8 events, 2.0 KiB
        Node:      alpha, epoch 1
        Made:      2025-12-31 23:58:00Z, 2 min 0 s ago, by ann@desk
        Changed:   2025-12-31 23:58:07Z, 1 min 53 s ago
        Deadline:  2026-01-01 00:58:00Z

      At work (1):
        file:a.ts, attempt 2

      Done (1):
        list

      Nobody knows whether these happened (1):
        file:a.ts/write (file_write)

      Open questions (1):
        Did it happen? (retry, done)
      "
    `);
  });

  it("tells its parts, and of a part what it is a part of", async () => {
    const parent = { run: scriptedId, root: scriptedId, step: "1", part: "b.ts" };
    const intent: RunFact = {
      ...{ type: "intent", effect: "1/b.ts", step: "1", kind: "child_run" },
      about: { run: otherId, part: "b.ts" },
    };
    const runs = new ScriptedRuns([
      scriptedRun({}, intent),
      scriptedRun({ id: otherId, parent, title: "b.ts" }, done(1)),
    ]);
    const { out } = await ran("runs show q3jz", runs);
    expect(out).toContain("Parts (1):\n  bbbbbbbb  done on alpha  b.ts\n");
    expect(out).not.toContain("Nobody knows");
    expect((await ran("runs show q3jz --at 2", runs)).out).not.toContain("Parts");
    expect((await ran("runs show bbbb", runs)).out).toContain("Part of:  q3jz5k2m\n");
    expect(JSON.parse((await ran("runs show q3jz --format json", runs)).out)).toMatchObject({
      parts: [{ id: otherId, parent: scriptedId }],
    });
  });

  it("says how it stood after an event", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, ...facts)]);
    const { out } = await ran("runs show q3jz --at 3", runs);
    expect(out).toContain("(after event 3)");
    expect(out).toContain("At work (1):\n  list\n");
    expect(out).not.toContain("Did it happen?");
    const { code, err } = await ran("runs show q3jz --at 99", runs);
    expect(code).toBe(2);
    expect(err).toContain("has the entries 1 to 8");
  });

  it("gives programs a document, or the events until now", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, ...facts)]);
    const { out } = await ran("runs show q3jz --format json", runs);
    expect(JSON.parse(out)).toMatchObject({
      schema: "aiex.run/1",
      summary: { id: scriptedId, phase: "waiting" },
      finished: ["list"],
      unknown: [{ effect: "file:a.ts/write", kind: "file_write" }],
      questions: [{ question: "q", choices: ["retry", "done"] }],
    });
    const lines = (await ran("runs show q3jz --at 4 --format ndjson", runs)).out.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual([1, 2, 3, 4]);
    expect(JSON.parse(lines[2] ?? "")).toEqual({
      ...{ v: 1, seq: 3, ts: new Date(scriptedAt + 2_000).toISOString(), run: scriptedId, node: "alpha" },
      ...{ type: "step_started", step: "list", operation: "analyze.list", attempt: 1 },
    });
  });

  it.each([
    ["nothing that begins so", "zz", 1, "There is no run zz"],
    ["two that do", "b", 2, "2 runs begin with b"],
    ["what can be no id", "../x", 1, "There is no run ../x"],
  ])("refuses %s", async (_name, prefix, code, words) => {
    const runs = new ScriptedRuns([scriptedRun({ id: otherId }), scriptedRun({ id: "bbaaaaaaaaaaaaaa" })]);
    const ended = await ran(`runs show ${prefix}`, runs);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(words);
  });

  it("finds a run of the cluster where this user's own have none, and asks the cluster only then", async () => {
    const opened: RemoteTarget[] = [];
    const there = new ScriptedRuns([scriptedRun({ id: otherId, title: "Elsewhere" })]);
    const options = { remotes: cluster(there, opened) };
    const own = new ScriptedRuns([scriptedRun()]);
    expect((await ran("runs show q3jz --on cluster", own, options)).out).toContain("Analysis of src");
    expect(opened).toEqual([]);
    expect((await ran("runs show bbbb --on cluster", own, options)).out).toContain("Elsewhere");
    expect(opened).toHaveLength(1);
  });

  it("is harmless on a terminal, whatever a run says of itself", async () => {
    const hostile = "\u001b]52;c;eA==\u0007\u202e\u009b2J\r\n";
    const run = scriptedRun(
      { title: hostile, by: hostile },
      { type: "failed", code: hostile, message: hostile },
    );
    for (const line of ["runs show q3jz", "runs list", "runs follow q3jz --from 1"]) {
      const { out, err } = await ran(line, new ScriptedRuns([run]), { env: { LANG: "C" } });
      expect(out + err).toMatch(/^[\x20-\x7e\n]+$/);
    }
  });
});

describe("aiex runs follow", () => {
  it("waits for the end and prints the result as it was asked for", async () => {
    const request = { shown: { format: "json", failUnder: 9, allowPartial: false }, review: null };
    const runs = new ScriptedRuns([scriptedRun({ request })], {
      onRead: (run) => void grow(run, analyzed),
    });
    const { code, out, err } = await ran("runs follow q3jz", runs);
    expect(JSON.parse(out)).toEqual(report());
    expect(err).toBe("Gate not met: the quality score is 8, and --fail-under asks for 9.\n");
    expect(code).toBe(4);
    expect(runs.given("leave")).toEqual([]);
  });

  it("prints it in another format where one is given, and what was kept by another version as text", async () => {
    const runs = new ScriptedRuns([
      scriptedRun({ request: { shown: { format: 7, failUnder: "x" } } }, analyzed),
    ]);
    expect((await ran("runs follow q3jz --format markdown", runs)).out).toMatch(/^# Code Analysis/);
    const plain = await ran("runs follow q3jz", runs);
    expect([plain.code, plain.out.includes("Quality Score: 8/10")]).toEqual([0, true]);
  });

  it("prints the output of another kind of run as JSON", async () => {
    const runs = new ScriptedRuns([scriptedRun({ kind: "rules" }, done({ all: "well" }))]);
    const { code, out } = await ran("runs follow q3jz", runs);
    expect([code, JSON.parse(out)]).toEqual([0, { all: "well" }]);
  });

  it("prints events from a number on, each once, for people beside the result and for programs in its place", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, analyzed)]);
    const { out, err } = await ran("runs follow q3jz --from 2", runs);
    expect(err).toMatchInlineSnapshot(`
      "   2  2025-12-31 23:58:01Z  alpha  owned by alpha (start, epoch 1)
         3  2025-12-31 23:58:02Z  alpha  done
      "
    `);
    expect(out).toContain("Quality Score");
    const lines = await ran("runs follow q3jz --from 2 --format ndjson", runs);
    expect(
      lines.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).seq),
    ).toEqual([2, 3]);
    expect([lines.code, lines.err]).toEqual([0, ""]);
  });

  it.each<readonly [string, RunFact, number, string]>([
    [
      "failed",
      { type: "failed", code: "step_failed", message: "Step x failed." },
      1,
      "failed. Step x failed.",
    ],
    [
      "failed for want of a provider",
      { type: "failed", code: "all_unavailable", message: "None answers.", step: "2" },
      69,
      "failed. None answers. Try again: aiex runs resume q3jz5k2m",
    ],
    [
      "refused",
      { type: "failed", code: "declined", message: "Nothing was sent.", step: "2" },
      5,
      "failed. Nothing was sent.",
    ],
    ["out of its deadline", { type: "failed", code: "deadline", message: "It is late." }, 124, "It is late."],
    ["out of its budget", { type: "failed", code: "budget", message: "It cost much." }, 6, "It cost much."],
    ["cancelled", { type: "cancelled", by: "bob@desk" }, 1, "was cancelled"],
    ["let go by everybody", interrupted, 75, "aiex runs resume q3jz5k2m"],
  ])("ends with its code for a run that is %s", async (_name, fact, code, words) => {
    for (const line of ["runs follow q3jz", "runs follow q3jz --format ndjson"]) {
      const runs = new ScriptedRuns([scriptedRun({ kind: "work" }, fact)]);
      const ended = await ran(line, runs);
      expect(ended.code).toBe(code);
      expect(ended.err).toContain(words);
    }
  });

  it("ends with the codes of an analysis for one whose input could not be read", async () => {
    const outcome = done({ ok: false, code: "file_denied", message: "src may not be read." });
    const { code, err } = await ran("runs follow q3jz", new ScriptedRuns([scriptedRun({}, outcome)]));
    expect([code, err]).toEqual([5, "Error: src may not be read.\n"]);
  });

  it("leaves a run that is elsewhere running at Ctrl-C, and says so", async () => {
    const there = new ScriptedRuns([scriptedRun()], { goesOn: true });
    const scene = stage({ runs: new ScriptedRuns(), remotes: cluster(there) });
    const running = runOn(scene, ["runs", "follow", "q3jz", "--on", "cluster"]);
    await scene.world.settle();
    scene.signal("SIGINT");
    expect(await scene.world.until(running)).toBe(130);
    expect(scene.stderr()).toBe("Run q3jz5k2m goes on. Follow it: aiex runs follow q3jz5k2m\nInterrupted.\n");
  });

  it("ends with 5 where the run asks and nobody is at a terminal, and says how to answer", async () => {
    const question = {
      question: "q",
      step: "write",
      text: "Did it happen?",
      choices: ["retry", "done", "fail"],
    };
    const runs = new ScriptedRuns([scriptedRun({}, { type: "asked", ...question })], { goesOn: true });
    const { code, err, out } = await ran("runs follow q3jz", runs);
    expect([code, out]).toEqual([5, ""]);
    expect(err).toContain("Did it happen? (retry, done, fail)");
    expect(err).toContain("aiex runs resume q3jz5k2m --on-unknown retry|done|fail");
    expect(runs.given("answer")).toEqual([]);
  });

  it("has a person at the terminal answer, by a beginning of one of the choices", async () => {
    const question = {
      question: "q",
      step: "write",
      text: "Did it happen?",
      choices: ["retry", "done", "fail"],
    };
    const stdin = Object.assign(chunks(["what\nre", "try\n"]), { isTTY: true });
    const runs = new ScriptedRuns([scriptedRun({}, { type: "asked", ...question })], {
      onRead: (run) => void grow(run, analyzed),
    });
    const { code, err } = await ran("runs follow q3jz", runs, { stdin, isTTY: true });
    expect(runs.given("answer")).toEqual([[scriptedId, "q", "retry"]]);
    expect(err).toBe("Did it happen?\nretry, done, fail? retry, done, fail? ");
    expect(code).toBe(0);
  });

  it("serves the files of this machine to a run elsewhere that is about them, and no others", async () => {
    const served: unknown[] = [];
    const onRead: ScriptedOptions["onRead"] = (run, { serve }) => {
      served.push(serve?.ref.id);
      grow(run, analyzed);
    };
    for (const id of [ownWorkspace.ref.id, "node:beta", "another"]) {
      const there = new ScriptedRuns([scriptedRun({ workspace: { id, label: "x" } })], { onRead });
      await ran("runs follow q3jz --on cluster", new ScriptedRuns(), { remotes: cluster(there) });
    }
    expect(served).toEqual([ownWorkspace.ref.id, undefined, undefined]);
  });
});

describe("aiex runs resume", () => {
  it("goes on with a run in this process, follows it and prints its result", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, interrupted)], {
      onResume: (run) => void grow(run, analyzed),
    });
    const { code, out } = await ran("runs resume q3jz --on-unknown done", runs);
    expect(runs.given("resume")).toEqual([[scriptedId, "done"]]);
    expect([code, out.includes("Quality Score: 8/10")]).toEqual([0, true]);
  });

  it("lets the run go at Ctrl-C, and says how to go on with it", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, interrupted)]);
    const scene = stage({ runs });
    const running = runOn(scene, ["runs", "resume", "q3jz"]);
    await scene.world.settle();
    scene.signal("SIGTERM");
    expect(await scene.world.until(running)).toBe(143);
    expect(runs.given("leave")).toEqual([[scriptedId, "its command was interrupted"]]);
    expect(scene.stderr()).toBe(
      "Run q3jz5k2m is kept. Go on with it: aiex runs resume q3jz5k2m\nTerminated.\n",
    );
    expect(scene.stops()).toBe(2);
  });

  it("prints the id of a run elsewhere and leaves with --detach, and refuses that for one of this process", async () => {
    const there = new ScriptedRuns([scriptedRun({}, interrupted)]);
    const remotes = cluster(there);
    const ended = await ran("runs resume q3jz --on cluster --detach", new ScriptedRuns(), { remotes });
    expect([ended.code, ended.out]).toEqual([0, `${scriptedId}\n`]);
    expect(there.given("follow")).toEqual([]);
    const own = new ScriptedRuns([scriptedRun({}, interrupted)]);
    const refused = await ran("runs resume q3jz --detach", own);
    expect([refused.code, own.given("resume")]).toEqual([2, []]);
  });

  it("ends with 75 where another program works on it, and with 1 where it is over", async () => {
    const refusing = (code: "run_held" | "run_over") =>
      new ScriptedRuns([scriptedRun()], { refuse: { resume: new RunRefused(code, "No.") } });
    expect((await ran("runs resume q3jz", refusing("run_held"))).code).toBe(75);
    expect((await ran("runs resume q3jz", refusing("run_over"))).code).toBe(1);
  });
});

describe("aiex runs fork", () => {
  it("makes a run that shares what was until an event, and follows it", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, { type: "cancelled", by: "bob@desk" })], {
      onResume: (run) => void grow(run, analyzed),
    });
    const { code } = await ran("runs fork q3jz --at 2", runs);
    expect(code).toBe(0);
    expect(runs.given("fork")).toEqual([[scriptedId, 2]]);
    expect(runs.given("follow").map(([id]) => id)).toEqual([runs.runs[1]?.id]);
  });
});

describe("aiex runs of this user's own", () => {
  it.each([
    ["list", 1],
    ["show q3jz", 1],
    ["follow q3jz", 1],
    ["cancel q3jz", 1],
    ["rm q3jz", 1],
    ["resume q3jz", 2],
    ["fork q3jz", 2],
    ["resume q3jz --detach", 1],
    ["fork q3jz --detach", 1],
    ["resume zz", 1],
  ] as const)(
    "start with %s what works on runs only where one goes on, and stop it",
    async (words, starts) => {
      const isFailing = words.startsWith("resume");
      const fact: RunFact = isFailing ? { type: "failed", code: "step_failed", message: "No." } : analyzed;
      const runs = new ScriptedRuns([scriptedRun({}, fact)], { onResume: (run) => void grow(run, analyzed) });
      const { deskStarts, stops } = await ran(`runs ${words}`, runs);
      expect([deskStarts(), stops()]).toEqual([1, starts]);
    },
  );
});

describe("aiex runs cancel", () => {
  it("cancels, and says how far it was", async () => {
    const runs = new ScriptedRuns([scriptedRun()]);
    expect((await ran("runs cancel q3jz", runs)).out).toBe(
      "Run q3jz5k2m is cancelled, with 0 of 2 steps done.\n",
    );
    const again = new ScriptedRuns([scriptedRun()]);
    expect(JSON.parse((await ran("runs cancel q3jz --format json", again)).out)).toMatchObject({
      schema: "aiex.run-cancelled/1",
      run: { id: scriptedId, phase: "cancelled" },
    });
  });
});

describe("aiex runs cancel of a run that is over", () => {
  it("ends with 1 and says what it is", async () => {
    const { code, out, err } = await ran("runs cancel q3jz", new ScriptedRuns([scriptedRun({}, analyzed)]));
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe("Error: Run q3jz5k2m is done already: there is nothing to cancel.\n");
  });
});

describe("aiex runs rm", () => {
  it("takes away all that it can, and ends with the code of the first that it cannot", async () => {
    const runs = new ScriptedRuns([scriptedRun({}, analyzed), scriptedRun({ id: otherId }, analyzed)]);
    const { code, out, err } = await ran("runs rm q3jz zz bbbb", runs);
    expect(out).toBe("Took run q3jz5k2m away.\nTook run bbbbbbbb away.\n");
    expect(err).toContain("There is no run zz");
    expect([code, runs.runs]).toEqual([1, []]);
  });

  it("takes those elsewhere away too, and tells programs which are gone", async () => {
    const there = new ScriptedRuns([scriptedRun({ id: otherId }, analyzed)]);
    const own = new ScriptedRuns([scriptedRun({}, analyzed)]);
    const { code, out } = await ran("runs rm bbbb q3jz bbbb --on cluster --format json", own, {
      remotes: cluster(there),
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ schema: "aiex.runs-removed/1", removed: [scriptedId, otherId] });
  });

  it("refuses what is at work, with its words", async () => {
    const refuse = { remove: new RunRefused("run_not_over", "Run q3jz5k2m is at work. Cancel it first.") };
    const { code, err } = await ran("runs rm q3jz", new ScriptedRuns([scriptedRun()], { refuse }));
    expect([code, err]).toEqual([1, "Error: Run q3jz5k2m is at work. Cancel it first.\n"]);
  });
});
