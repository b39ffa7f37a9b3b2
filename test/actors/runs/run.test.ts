import { describe, expect, test } from "vitest";
import type { Operations, Plan, Step } from "../../../actors/pipeline/plan.ts";
import { runLimits } from "../../../actors/runs/limits.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import type { RunSummary } from "../../../actors/runs/run-summary.ts";
import { type RunStage, runId, step, withRun } from "./run-stage.ts";

const sum: Operations = {
  fan: async (count: number) => ({
    output: null,
    steps: Array.from({ length: count }, (_, index) => step(`n${index}`, "number", index)),
  }),
  number: async (value: number) => ({ output: value }),
  sum: async (_, context) => {
    const numbers = [...context.outputs().values()].filter((value) => typeof value === "number");
    return { output: numbers.reduce((total, value) => total + value, 0) };
  },
};
const sumPlan: Plan = { steps: [step("fan", "fan", 5), step("sum", "sum", null, "rest")], result: "sum" };

const one = (operation: string): Plan => ({ steps: [step("only", operation)], result: "only" });

function stateOf(entries: readonly RunEntry[]): RunState {
  const state = new RunState();
  for (const entry of entries) expect(state.apply(entry)).toBe(true);
  return state;
}

async function toEnd(stage: RunStage, reason?: Parameters<RunStage["start"]>[0]) {
  const pid = await stage.start(reason);
  return stage.ended(pid);
}

describe("A run", () => {
  test("carries its plan out, steps found on the way included, and writes all of it down", () =>
    withRun(sum, async (stage) => {
      await stage.begin(sumPlan);
      expect(await toEnd(stage)).toBe("normal");
      const entries = await stage.entries();
      const state = stateOf(entries);
      expect(state.phase).toBe("done");
      expect(state.output).toEqual({ value: 10 });
      expect(state.summary(0)?.steps).toEqual({ done: 7, total: 7 });
      expect((await stage.store.list())[0]).toMatchObject({ id: runId, phase: "done", n: entries.length });
    }));

  test("goes on from every entry at which its process was killed, and runs no finished step again", () =>
    withRun(sum, async (stage) => {
      const [fan, last] = sumPlan.steps as [Step, Step];
      const steps = [step("first", "number", 0), { ...fan, after: ["first"] }, last];
      await stage.begin({ ...sumPlan, steps });
      let kills = 0;
      for (;;) {
        const pid = await stage.start("restart");
        const ended = stage.ended(pid);
        let appends = 0;
        stage.onAppended = () => {
          appends += 1;
          // The claim, who owns it, and one more each time.
          if (appends === 3) stage.node.exit(pid, "kill");
        };
        if ((await ended) === "normal") break;
        kills += 1;
        expect(kills).toBeLessThan(40);
      }
      const state = stateOf(await stage.entries());
      expect(state.output).toEqual({ value: 10 });
      expect(state.finished.map(({ id }) => id).sort()).toEqual(
        ["first", "fan", "n0", "n1", "n2", "n3", "n4", "sum"].sort(),
      );
      expect(kills).toBeGreaterThan(3);
    }));

  test("is over in the moment in which the step of its result is", () =>
    withRun(sum, async (stage) => {
      await stage.begin(sumPlan);
      const pid = await stage.start();
      const ended = stage.ended(pid);
      let appends = 0;
      stage.onAppended = () => {
        appends += 1;
        // The claim, who owns it, the first step, those that it found, and the last one.
        if (appends === 5) stage.node.exit(pid, "kill");
      };
      expect(await ended).toEqual("killed");
      const types = (await stage.entries()).map(({ type }) => type);
      expect(types.slice(-2)).toEqual(["step_finished", "done"]);
    }));

  test("begins steps ahead of a disk that stands still, and not without end", () => {
    let begun = 0;
    const operations: Operations = {
      fan: async () => ({
        output: null,
        steps: Array.from({ length: 1_000 }, (_, index) => step(`n${index}`, "number")),
      }),
      number: async () => {
        begun += 1;
        return { output: 1 };
      },
      sum: async (_, context) => ({ output: context.outputs().size }),
    };
    return withRun(operations, async (stage) => {
      await stage.begin(sumPlan);
      let goOn: (value: undefined) => void = () => {};
      const isSlow = new Promise<undefined>((resolve) => {
        goOn = resolve;
      });
      stage.onAppend = async () => (begun > 0 ? isSlow : undefined);
      const ended = toEnd(stage);
      await stage.pass(10_000);
      expect(begun).toBeGreaterThan(16);
      expect(begun).toBeLessThanOrEqual(runLimits.pendingWritesMax);
      goOn(undefined);
      expect(await ended).toBe("normal");
      expect(stateOf(await stage.entries()).output).toEqual({ value: 1_001 });
    });
  });

  test("is over for an owner that another has followed", () =>
    withRun({ stop: () => new Promise(() => {}) }, async (stage) => {
      await stage.begin(one("stop"));
      const first = await stage.start();
      await stage.pass(100);
      const second = await stage.start("takeover");
      await stage.pass(100);
      const ended = stage.ended(first);
      stage.tell(first, { type: "cancel", by: "late" });
      expect(await ended).not.toBe("normal");
      expect(stateOf(await stage.entries()).phase).toBe("running");
      const over = stage.ended(second);
      stage.tell(second, { type: "cancel", by: "me" });
      expect(await over).toBe("normal");
      expect(stateOf(await stage.entries()).phase).toBe("cancelled");
    }));

  test("repeats an append of which nobody said what became of it, and has its entries once", () =>
    withRun(sum, async (stage) => {
      await stage.begin(sumPlan);
      let asked = 0;
      stage.onAppend = async () => {
        asked += 1;
        return asked % 3 === 0 ? { kind: "unknown", why: "the broker changes its leader" } : undefined;
      };
      expect(await toEnd(stage)).toBe("normal");
      expect(stateOf(await stage.entries()).output).toEqual({ value: 10 });
      expect(asked).toBeGreaterThan(6);
    }));

  test("tries a step again that fails, and fails when it has failed too often", () =>
    withRun(
      {
        broken: async () => {
          throw new Error("no luck");
        },
      },
      async (stage) => {
        await stage.begin(one("broken"));
        expect(await toEnd(stage)).toBe("normal");
        const entries = await stage.entries();
        const state = stateOf(entries);
        expect(state.phase).toBe("failed");
        expect(state.problem).toMatchObject({ code: "step_failed", step: "only" });
        expect(state.problem?.message).toMatch(/no luck/);
        expect(entries.filter(({ type }) => type === "step_started").length).toBe(4);
        // A person may have it tried again.
        expect(await toEnd(stage, "restart")).toBe("normal");
        expect(stateOf(await stage.entries()).n).toBe(state.n);
        await toEnd(stage, "resume");
        expect(stateOf(await stage.entries()).steps.get("only")?.attempt).toBe(8);
      },
    ));

  test("fails at once where a step says so, ends what works beside it, and begins that step again when it is resumed", () => {
    let isMended = false;
    const begun: string[] = [];
    const operations: Operations = {
      number: async (value: number) => ({ output: value }),
      beside: async (_, context) => {
        begun.push(`beside ${context.attempt}`);
        return isMended ? { output: null } : new Promise<never>(() => {});
      },
      judge: async (_, context) => {
        begun.push(`judge ${context.attempt}`);
        return isMended
          ? { output: "fine" }
          : { output: null, failure: { code: "no_provider", message: "Nobody is there." } };
      },
    };
    const plan: Plan = {
      steps: [step("n", "number", 1), step("beside", "beside"), step("judge", "judge", null, ["n"])],
      result: "judge",
    };
    return withRun(operations, async (stage) => {
      await stage.begin(plan);
      expect(await toEnd(stage)).toBe("normal");
      const entries = await stage.entries();
      expect(entries.slice(-2)).toMatchObject([
        { type: "step_failed", step: "judge", attempt: 1, reason: "no_provider: Nobody is there." },
        { type: "failed", code: "no_provider", message: "Nobody is there.", step: "judge" },
      ]);
      expect(stateOf(entries).finished.map(({ id }) => id)).toEqual(["n"]);
      isMended = true;
      await toEnd(stage, "resume");
      expect(stateOf(await stage.entries())).toMatchObject({ phase: "done", output: { value: "fine" } });
      expect(begun.toSorted()).toEqual(["beside 1", "beside 2", "judge 1", "judge 2"]);
      expect(stateOf(await stage.entries()).steps.get("n")?.attempt).toBe(1);
    });
  });

  test("fails where no step of its plan comes to its result, and does not wait for ever", () =>
    withRun(sum, async (stage) => {
      await stage.begin({ steps: [step("n", "number", 1)], result: "never" });
      await toEnd(stage);
      expect(stateOf(await stage.entries()).problem).toMatchObject({ code: "no_result" });
    }));

  test("fails at its deadline and above its budget, and says which", () =>
    withRun(
      {
        slow: () => new Promise(() => {}),
        dear: async (_, context) => {
          const usage = { provider: "p", model: "m", inputTokens: 1, outputTokens: 2 };
          for (;;) await context.used({ ...usage, costUsd: 0.4 });
        },
      },
      async (stage) => {
        const now = stage.world.clock.wallTime();
        await stage.begin(one("slow"), { deadlineAt: now + 60_000, createdAt: now });
        await toEnd(stage);
        expect(stateOf(await stage.entries()).problem).toMatchObject({ code: "deadline" });
        expect(stage.world.clock.wallTime() - now).toBeGreaterThanOrEqual(60_000);
      },
    ).then(() =>
      withRun(
        {
          dear: async (_, context) => {
            const usage = { provider: "p", model: "m", inputTokens: 1, outputTokens: 2 };
            for (;;) await context.used({ ...usage, costUsd: 0.4 });
          },
        },
        async (stage) => {
          await stage.begin(one("dear"), { costUsdMax: 1 });
          await toEnd(stage);
          const state = stateOf(await stage.entries());
          expect(state.problem).toMatchObject({ code: "budget", step: "only" });
          expect(state.costUsd).toBeCloseTo(1.2);
          expect(state.summary(0)?.tokens).toBe(9);
        },
      ),
    ));

  test("waits for a limit without a process at work, and goes on by itself when its time has come", () => {
    let isFree = false;
    let until = 0;
    return withRun(
      {
        limited: async (_, context) => {
          if (!isFree) await context.wait("limit", "100 requests a minute", until);
          return { output: context.attempt };
        },
      },
      async (stage) => {
        until = stage.world.clock.wallTime() + 60_000;
        await stage.begin(one("limited"));
        const pid = await stage.start();
        const ended = stage.ended(pid);
        await stage.pass(1_000);
        expect(stateOf(await stage.entries())).toMatchObject({
          phase: "waiting",
          waiting: { for: "limit", why: "100 requests a minute", until },
        });
        isFree = true;
        await stage.pass(60_000);
        expect(await ended).toBe("normal");
        expect(stateOf(await stage.entries()).output).toEqual({ value: 2 });
      },
    );
  });

  test("lets a run go at its next boundary, and another owner goes on", () => {
    let begun = 0;
    return withRun(
      {
        slow: async (index: number) => {
          begun += 1;
          return { output: index };
        },
      },
      async (stage) => {
        const steps = Array.from({ length: 6 }, (_, index) =>
          step(`s${index}`, "slow", index, index === 0 ? undefined : [`s${index - 1}`]),
        );
        await stage.begin({ steps, result: "s5" });
        const pid = await stage.start();
        const ended = stage.ended(pid);
        stage.tell(pid, { type: "release", why: "the node drains" });
        expect(await ended).toBe("normal");
        expect(stateOf(await stage.entries()).phase).toBe("interrupted");
        expect(begun).toBeLessThan(6);
        await toEnd(stage, "drain");
        expect(stateOf(await stage.entries()).output).toEqual({ value: 5 });
        expect(begun).toBe(6);
      },
    );
  });

  test.each([
    ["kill", "killed"],
    ["shutdown", "shutdown"],
  ] as const)("ends at once with its keeper, which ends by %s and has not let it go", (reason, seen) =>
    withRun({ never: () => new Promise<never>(() => {}) }, async (stage) => {
      await stage.begin(one("never"));
      const { keeper, run } = await stage.startKept();
      await stage.pass(1_000);
      const ended = stage.ended(run);
      stage.node.exit(keeper, reason);
      expect(await ended).toBe(seen);
      expect(stateOf(await stage.entries()).phase).toBe("running");
    }),
  );

  test("finds what a step has noted, in every attempt and under every owner", () =>
    withRun(
      {
        noting: async (_, context) => {
          const seen = ((await context.recall("seen")) as number | undefined) ?? 0;
          await context.note("seen", seen + 1);
          await context.note("big", "x".repeat(100_000), "run");
          if (seen < 2) throw new Error("again");
          return { output: [seen, ((await context.recall("big", "run")) as string).length] };
        },
      },
      async (stage) => {
        await stage.begin(one("noting"));
        await toEnd(stage);
        expect(stateOf(await stage.entries()).output).toEqual({ value: [2, 100_000] });
      },
    ));

  test("asks, where somebody is there to answer, and goes on without where nobody is", () => {
    const asking: Operations = {
      asking: async (_, context) => ({
        output: (await context.ask({ key: "send", text: "Send it?", choices: ["yes", "no"] })) ?? "nobody",
      }),
    };
    return withRun(asking, async (stage) => {
      await stage.begin(one("asking"));
      await toEnd(stage);
      expect(stateOf(await stage.entries()).output).toEqual({ value: "nobody" });
    }).then(() =>
      withRun(asking, async (stage) => {
        await stage.begin(one("asking"), { asks: true });
        const pid = await stage.start();
        await stage.pass(100);
        const waiting = stateOf(await stage.entries());
        expect(waiting).toMatchObject({ phase: "waiting", waiting: { for: "answer" } });
        const killed = stage.ended(pid);
        stage.node.exit(pid, "kill");
        await killed;
        const second = await stage.start("node_down");
        await stage.pass(100);
        const ended = stage.ended(second);
        stage.tell(second, { type: "answer", question: "only/send", choice: "perhaps", by: "me" });
        stage.tell(second, { type: "answer", question: "only/send", choice: "yes", by: "me" });
        expect(await ended).toBe("normal");
        const entries = await stage.entries();
        expect(stateOf(entries).output).toEqual({ value: "yes" });
        expect(entries.filter(({ type }) => type === "asked").length).toBe(1);
      }),
    );
  });

  test("writes down what a step says, in order, before it is done", () =>
    withRun(
      {
        saying: async (_, context) => {
          await Promise.all(["a", "b", "c"].map((text) => context.write(text)));
          await context.tell("disclosure", { files: 1 });
          return { output: null };
        },
      },
      async (stage) => {
        await stage.begin(one("saying"));
        await toEnd(stage);
        const said = (await stage.entries()).filter(({ type }) => type === "text" || type === "told");
        expect(said).toMatchObject([{ text: "a" }, { text: "b" }, { text: "c" }, { name: "disclosure" }]);
      },
    ));

  test("tells whoever watches how far it is, and costs nothing where that one has ended", () =>
    withRun(sum, async (stage) => {
      await stage.begin(sumPlan);
      const heard: number[] = [];
      const watcher = await stage.node.spawn(async () => {
        const { receive } = await import("../../../runtime/index.ts");
        for (;;) heard.push(((await receive()) as unknown as { readonly n: number }).n);
      });
      const pid = await stage.start();
      stage.tell(pid, { type: "watch", pid: watcher as never });
      await stage.ended(pid);
      expect(heard.at(-1)).toBe((await stage.entries()).length);
      expect(heard).toEqual([...heard].sort((a, b) => a - b));
    }));

  test("has a list say each thing of it once, and once more what could not be written", () =>
    withRun(sum, async (stage) => {
      await stage.begin(sumPlan);
      const { note } = stage.store;
      const noted: number[] = [];
      let isAway = true;
      Object.assign(stage.store, {
        note: (summary: RunSummary): Promise<boolean> => {
          noted.push(summary.n);
          const fails = isAway && summary.phase === "done";
          if (fails) isAway = false;
          return fails ? Promise.resolve(false) : note(summary);
        },
      });
      await toEnd(stage);
      const { length } = await stage.entries();
      expect(noted.filter((n) => n === length)).toHaveLength(2);
      expect(noted).toEqual([...new Set(noted), length]);
      expect((await stage.store.list())[0]).toMatchObject({ phase: "done", n: length });
    }));
});
