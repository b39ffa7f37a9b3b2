// `aiex ai analyze` as a run: bounded, on a node, left to itself; with what it prints and how it ends as without all that.
import { describe, expect, it } from "vitest";
import type { Remotes } from "../../../cli/host.ts";
import type { RemoteTarget } from "../../../supervisors/remote/connection.ts";
import type { RemoteRuns } from "../../../supervisors/runs/remote.ts";
import { chunks, modelPart, ownWorkspace, report, runOn, type StageOptions, stage } from "../fixtures.ts";
import { done, grow, type ScriptedOptions, type ScriptedRun, ScriptedRuns } from "../runs-stage.ts";

const disclosure = {
  ...{ provider: "openai", kind: "openai", host: "api.example", place: "network", model: "model-1" },
  ...{ files: ["x.py"], tokens: 120, costMaxUsd: 0.01, masked: 0, leftOut: [] },
};

async function ran(line: string, options: StageOptions = {}) {
  const scene = stage(options);
  const code = await scene.world.until(runOn(scene, line.split(" ")));
  return { ...scene, code, out: scene.stdout(), err: scene.stderr() };
}

function there(options: ScriptedOptions = {}) {
  const opened: RemoteTarget[] = [];
  const runs = new ScriptedRuns([], { goesOn: true, ...options });
  const remotes: Partial<Remotes> = {
    runs: async (to) => {
      opened.push(to);
      return Object.assign(runs, {
        node: to.node ?? "alpha",
        close: async () => {},
      }) as unknown as RemoteRuns;
    },
  };
  return { runs, remotes, opened };
}

function analyzed(over: Parameters<typeof report>[0] = {}): (run: ScriptedRun) => void {
  return (run) => void grow(run, done({ ok: true, report: report(over) }));
}

describe("aiex ai analyze --on", () => {
  it.each([
    ["--on beta", {}, { node: "beta", anyMember: true }, "beta"],
    ["--on cluster", {}, { anyMember: true }, undefined],
    ["", { AIEX_ON: "beta" }, { node: "beta", anyMember: true }, "beta"],
    ["--on cluster", { AIEX_ON: "beta" }, { anyMember: true }, undefined],
  ] as const)("with %j has the run placed there", async (words, env, to, on) => {
    const { runs, remotes, opened } = there({ onRead: analyzed() });
    const { code, stops } = await ran(`ai analyze --file src ${words}`.trim(), { remotes, env });
    expect(code).toBe(0);
    expect(opened).toEqual([to]);
    expect(runs.given("submit")[0]?.[1]).toBe(on);
    expect(stops()).toBe(0);
  });

  it.each([
    ["", {}],
    ["--format json", {}],
    ["--format markdown", {}],
    ["--fail-under 9", {}],
    ["--fail-under 7", { complete: false }],
    ["--fail-under 7 --allow-partial", { complete: false }],
    ["--output /report.json", {}],
    ["--no-model", { model: modelPart({ status: "missing", reason: "No." }) }],
  ])("prints and ends with %j exactly as in this process", async (words, over) => {
    const line = `ai analyze --file src ${words}`.trim();
    const here = await ran(line, { analyze: async () => report(over) });
    const elsewhere = await ran(`${line} --on cluster`, {
      remotes: there({ onRead: analyzed(over) }).remotes,
    });
    expect([elsewhere.code, elsewhere.out, elsewhere.err]).toEqual([here.code, here.out, here.err]);
  });

  it("ends with the codes of what cannot be read, of a deadline and of a budget, in both", async () => {
    for (const [fact, code] of [
      [done({ ok: false, code: "file_denied", message: "src may not be read." }), 5],
      [{ type: "failed", code: "deadline", message: "It is late." }, 124],
      [{ type: "failed", code: "budget", message: "It cost much." }, 6],
      [{ type: "failed", code: "step_failed", message: "It broke." }, 1],
      [{ type: "cancelled", by: "bob@desk" }, 1],
    ] as const) {
      const onRead = (run: ScriptedRun): void => void grow(run, fact);
      const here = await ran("ai analyze --file src", { runs: new ScriptedRuns([], { onRead }) });
      const elsewhere = await ran("ai analyze --file src --on cluster", {
        remotes: there({ onRead }).remotes,
      });
      expect([here.code, elsewhere.code]).toEqual([code, code]);
      expect(elsewhere.err).toBe(here.err);
    }
  });

  it("says how to try again what failed, and not where nothing is kept or it would lead nowhere", async () => {
    const failed = (code: string) => (run: ScriptedRun) =>
      void grow(run, { type: "failed", code, message: "It broke." });
    const line = "ai analyze --file src";
    const runs = () => new ScriptedRuns([], { onRead: failed("step_failed") });
    const here = await ran(line, { runs: runs() });
    expect([here.code, here.err]).toEqual([
      1,
      "Error: The analysis could not be brought to an end. It broke. Try again: aiex runs resume newrunba\n",
    ]);
    const elsewhere = there({ onRead: failed("step_failed") });
    expect((await ran(`${line} --on cluster`, { remotes: elsewhere.remotes })).err).toBe(here.err);
    const notice = "Runs cannot be kept in /home.";
    expect((await ran(line, { runs: runs(), notice })).err).not.toContain("resume");
    for (const code of ["deadline", "budget"]) {
      const bound = await ran(line, { runs: new ScriptedRuns([], { onRead: failed(code) }) });
      expect(bound.err).not.toContain("resume");
    }
  });

  it("serves its files while it follows, and none where a text was given", async () => {
    const served: unknown[] = [];
    const onRead: ScriptedOptions["onRead"] = (run, { serve }) => {
      served.push(serve?.ref);
      analyzed()(run);
    };
    const first = there({ onRead });
    const { requests } = await ran("ai analyze --file src --on cluster", { remotes: first.remotes });
    expect(requests[0]?.workspace).toEqual(ownWorkspace.ref);
    const second = there({ onRead });
    await ran("ai analyze --file - --on cluster", { remotes: second.remotes, stdin: chunks(["x = 1"]) });
    expect(served).toEqual([ownWorkspace.ref, undefined]);
  });

  it("says what a model is about to be sent before it agrees, and only where it was asked for", async () => {
    const asked = { question: "q", step: "review.disclose", text: "Send?", choices: ["send", "leave_out"] };
    const onSubmit = (run: ScriptedRun): void =>
      void grow(run, { type: "asked", ...asked, about: disclosure });
    const { runs, remotes } = there({ onSubmit, onRead: analyzed() });
    const { err, requests } = await ran("ai analyze --file src --on cluster", { remotes });
    expect(err).toContain("api.example: provider openai, model model-1");
    expect(runs.given("answer").map(([, , choice]) => choice)).toEqual(["send"]);
    expect(requests[0]?.asks).toBe(true);
    const without = there({ onSubmit, onRead: analyzed() });
    const refused = await ran("ai analyze --file src --on cluster --no-model", { remotes: without.remotes });
    expect([refused.code, without.runs.given("answer")]).toEqual([5, []]);
  });

  it("leaves the run where it is at Ctrl-C, and says how to follow it", async () => {
    const { runs, remotes } = there();
    const scene = stage({ remotes });
    const running = runOn(scene, ["ai", "analyze", "--file", "src", "--on", "beta"]);
    await scene.world.settle();
    scene.signal("SIGINT");
    expect(await scene.world.until(running)).toBe(130);
    expect(runs.given("cancel")).toEqual([]);
    expect(scene.stderr()).toBe("Run newrunba goes on. Follow it: aiex runs follow newrunba\nInterrupted.\n");
  });

  it.each([
    ["as `aiex cluster connect` says", "", { connection: { url: "nats://h:1", cluster: "aiex" } }, undefined],
    ["as `aiex cluster connect` says", "", { connection: { node: "alpha" } }, undefined],
    ["as AIEX_ON says", "", { env: { AIEX_ON: "beta" }, connection: { url: "nats://h:1" } }, "beta"],
    [undefined, "--on cluster", { env: { AIEX_ON: "beta" }, connection: { url: "nats://h:1" } }, undefined],
  ] as const)("goes where nobody asked for %s, and says so in one line", async (says, words, options, on) => {
    const { runs, remotes, opened } = there({ onRead: analyzed(), place: 'the cluster "aiex"' });
    const line = `ai analyze --file src ${words}`.trim();
    const { code, err, stops } = await ran(line, { ...options, remotes });
    expect([code, stops(), opened.length, runs.given("submit")[0]?.[1]]).toEqual([0, 0, 1, on]);
    const where = on === undefined ? 'in the cluster "aiex"' : `on ${on}`;
    expect(err).toBe(
      says === undefined ? "" : `Run newrunba is ${where}, ${says}. With --on here it is in this process.\n`,
    );
  });

  it.each([
    ["ai analyze --file src --on here", {}],
    ["ai analyze --file src --on here", { AIEX_ON: "beta" }],
    ["ai analyze --file src", { AIEX_ON: "here" }],
  ] as const)("stays in this process with %j and %j, whatever is connected", async (line, env) => {
    const { remotes, opened } = there();
    const { code, err, stops, requests } = await ran(line, {
      env,
      remotes,
      connection: { url: "nats://h:1" },
    });
    expect([code, err, stops(), opened]).toEqual([0, "", 1, []]);
    expect(requests[0]?.workspace).toBeUndefined();
    const detached = await ran(`${line} --detach`, { env, remotes, connection: { url: "nats://h:1" } });
    expect([detached.code, detached.requests]).toEqual([2, []]);
  });

  it("says how to do without a connected cluster that is away, and may be left there without --on", async () => {
    const connection = { url: "nats://h:1" };
    const away = await ran("ai analyze --file src", { connection });
    expect(away.code).toBe(76);
    expect(away.err).toMatch(
      /^This run was to be elsewhere, as `aiex cluster connect` says. With --on here it is in this process.\nError: /,
    );
    const asked = await ran("ai analyze --file src --on cluster", { connection });
    expect([asked.code, asked.err.startsWith("Error: ")]).toEqual([76, true]);
    const { remotes } = there();
    const detached = await ran("ai analyze --file src --detach", { connection, remotes });
    expect([detached.code, detached.out]).toEqual([0, "newrunbaaaaaaaaa\n"]);
  });

  it("refuses what can be no node, and ends with 76 where there is none", async () => {
    expect((await ran("ai analyze --file src --on a/b")).code).toBe(2);
    expect((await ran("ai analyze --file src --on beta")).code).toBe(76);
  });
});

describe("aiex ai analyze --detach", () => {
  it("prints the id alone and leaves, and asks nobody before it sends", async () => {
    const { runs, remotes } = there();
    const { code, out, err, requests } = await ran("ai analyze --file src --on cluster --detach", {
      remotes,
    });
    expect([code, out]).toEqual([0, "newrunbaaaaaaaaa\n"]);
    expect(err).toBe(
      "It waits for the files of this folder where it has not read them yet. Follow it here: aiex runs follow newrunba\n",
    );
    expect(runs.given("follow")).toEqual([]);
    expect(requests[0]?.asks).toBe(false);
  });

  it("gives programs a document", async () => {
    const { remotes } = there();
    const { out } = await ran("ai analyze --file src --on cluster --detach --format json", { remotes });
    expect(JSON.parse(out)).toMatchObject({ schema: "aiex.run-accepted/1", id: "newrunbaaaaaaaaa" });
  });

  it("is refused for a run of this process, before any work", async () => {
    const { code, err, requests } = await ran("ai analyze --file src --detach");
    expect([code, requests]).toEqual([2, []]);
    expect(err).toContain("--detach needs a run that is on a node");
  });
});

describe("aiex ai analyze with bounds", () => {
  it("gives them to the run, with how its result is to be shown", async () => {
    const words = "--deadline 10m --max-cost 0.5 --on-unknown retry --format markdown --fail-under 7";
    const { requests } = await ran(`ai analyze --file src ${words}`);
    expect(requests[0]).toMatchObject({
      ...{ deadlineMs: 600_000, costUsdMax: 0.5, onUnknown: "retry" },
      shown: { format: "markdown", failUnder: 7, allowPartial: false },
    });
    const plain = (await ran("ai analyze --file src")).requests[0];
    expect([plain?.deadlineMs, plain?.costUsdMax, plain?.onUnknown]).toEqual([undefined, undefined, "ask"]);
  });

  it.each(["--deadline 10", "--deadline 1ms", "--max-cost -1", "--max-cost x", "--on-unknown never"])(
    "refuses %s",
    async (words) => {
      expect((await ran(`ai analyze --file src ${words}`)).code).toBe(2);
    },
  );

  it("says of a run that cannot be kept so, once it is interrupted and not before", async () => {
    const notice = "Runs cannot be kept in /home.";
    const whole = await ran("ai analyze --file src", { notice });
    expect([whole.code, whole.err]).toEqual([0, ""]);
    const scene = stage({ notice, analyze: () => new Promise(() => undefined) });
    const running = runOn(scene, ["ai", "analyze", "--file", "src"]);
    await scene.world.settle();
    scene.signal("SIGINT");
    expect(await scene.world.until(running)).toBe(130);
    expect(scene.stderr()).toBe(`${notice}\nInterrupted.\n`);
    expect((await ran("runs list", { notice })).err).toBe(`${notice}\n`);
  });
});
