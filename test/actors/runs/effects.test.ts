import { describe, expect, test } from "vitest";
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import type { EffectFate, RunEntry } from "../../../actors/runs/run-entry.ts";
import type { OnUnknown } from "../../../actors/runs/run-spec.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import { type RunStage, step, withRun } from "./run-stage.ts";

type Kind = "model_call" | "file_write" | "mail";

/** A world that effects change: what happened, as often as it did. */
class Outside {
  readonly happened: string[] = [];
  /** Called in the middle of an effect: it has happened, and nobody knows yet. */
  inTheMiddle: (() => Promise<void>) | undefined;

  async perform(what: string): Promise<string> {
    this.happened.push(what);
    await this.inTheMiddle?.();
    return `${what}!`;
  }

  verify(what: string): EffectFate {
    return this.happened.includes(what) ? "done" : "not_done";
  }

  count(what: string): number {
    return this.happened.filter((other) => other === what).length;
  }
}

const kinds: readonly Kind[] = ["model_call", "file_write", "mail"];

function operationsOf(outside: Outside): Operations {
  return {
    act: async (kind: Kind, context) => {
      const what = `${context.step} ${kind}`;
      const value = await context.effect({
        key: kind,
        kind,
        about: { provider: "p", model: "m" },
        perform: () => outside.perform(what),
        ...(kind === "file_write" ? { verify: async () => outside.verify(what) } : {}),
        ...(kind === "model_call" ? { unknown: "repeat" as const } : {}),
      });
      return { output: value };
    },
  };
}

const plan: Plan = {
  steps: kinds.map((kind, index) => {
    const before = kinds[index - 1];
    return step(`s-${kind}`, "act", kind, before === undefined ? undefined : [`s-${before}`]);
  }),
  result: "s-mail",
};

function stateOf(entries: readonly RunEntry[]): RunState {
  const state = new RunState();
  for (const entry of entries) expect(state.apply(entry)).toBe(true);
  return state;
}

/** Starts the run again and again until it is over, answers what it asks, and gives how it stands then. */
async function untilOver(stage: RunStage, answer: string): Promise<RunState> {
  for (let starts = 0; starts < 20; starts += 1) {
    const pid = await stage.start("node_down");
    let hasEnded = false;
    const ended = stage.ended(pid).then(() => {
      hasEnded = true;
    });
    await stage.pass(5_000);
    if (!hasEnded) {
      const { openQuestions } = stateOf(await stage.entries());
      for (const { id } of openQuestions)
        stage.tell(pid, { type: "answer", question: id, choice: answer, by: "me" });
      await ended;
    }
    const state = stateOf(await stage.entries());
    if (state.phase === "done" || state.phase === "failed") return state;
  }
  throw new Error("It did not come to an end.");
}

/** Where its process is killed: before or after the append of this number, or in the middle of the effect of this number. */
type Cut = { readonly at: "before" | "after" | "effect"; readonly index: number };

async function cut(stage: RunStage, outside: Outside, { at, index }: Cut): Promise<boolean> {
  const pid = await stage.start();
  const ended = stage.ended(pid);
  let count = 0;
  let wasCut = false;
  const isDue = (): boolean => {
    count += 1;
    return count === index;
  };
  const kill = (): void => {
    wasCut = true;
    stage.node.exit(pid, "kill");
  };
  if (at === "before")
    stage.onAppend = async () => {
      if (wasCut) return { kind: "unknown", why: "its owner is dead" };
      if (isDue()) kill();
      return wasCut ? { kind: "unknown", why: "its owner is dead" } : undefined;
    };
  if (at === "after")
    stage.onAppended = () => {
      if (isDue()) kill();
    };
  if (at === "effect")
    outside.inTheMiddle = async () => {
      if (!isDue()) return;
      kill();
      await new Promise(() => {});
    };
  await ended;
  stage.onAppend = undefined;
  stage.onAppended = undefined;
  outside.inTheMiddle = undefined;
  return wasCut;
}

const cuts: readonly Cut[] = [
  ...(["before", "after"] as const).flatMap((at) =>
    Array.from({ length: 20 }, (_, index) => ({ at, index: index + 1 })),
  ),
  ...[1, 2, 3].map((index) => ({ at: "effect" as const, index })),
];

async function played(
  { at, index }: Cut,
  { onUnknown, answer }: { readonly onUnknown: OnUnknown; readonly answer: string },
  judge: (state: RunState, outside: Outside, entries: readonly RunEntry[], wasCut: boolean) => void,
): Promise<void> {
  const outside = new Outside();
  await withRun(operationsOf(outside), async (stage) => {
    await stage.begin(plan, { onUnknown });
    const wasCut = await cut(stage, outside, { at, index });
    const state = await untilOver(stage, answer);
    judge(state, outside, await stage.entries(), wasCut);
  });
}

describe("An effect", () => {
  test.each(cuts)("happens once, or was asked about, where its owner is killed $at number $index", (given) =>
    played(given, { onUnknown: "ask", answer: "done" }, (state, outside, entries) => {
      expect(state.phase).toBe("done");
      expect(outside.count("s-file_write file_write")).toBe(1);
      const wasAsked = entries.some(({ type }) => type === "asked");
      // Taken as done by who was asked, it may not have happened at all.
      if (!wasAsked) expect(outside.count("s-mail mail")).toBe(1);
      expect(outside.count("s-mail mail")).toBeLessThanOrEqual(1);
      // What may have been paid twice is counted, and nothing else is.
      const calls = outside.count("s-model_call model_call");
      const interrupted = state.summary(0)?.interruptedCalls ?? 0;
      expect(calls).toBeLessThanOrEqual(1 + interrupted);
      expect(interrupted).toBeLessThanOrEqual(1);
    }),
  );

  test.each(cuts.filter(({ at }) => at === "effect"))(
    "that nobody knows of happens again, is given up or is taken as done, as was decided, in the middle of number $index",
    async (given) => {
      await played(given, { onUnknown: "retry", answer: "done" }, (state, outside) => {
        expect(state.phase).toBe("done");
        expect(outside.count("s-mail mail")).toBe(given.index === 3 ? 2 : 1);
      });
      await played(given, { onUnknown: "fail", answer: "done" }, (state, outside) => {
        expect(outside.count("s-mail mail")).toBe(1);
        expect(state.problem?.code).toBe(given.index === 3 ? "effect_unknown" : undefined);
      });
      await played(given, { onUnknown: "ask", answer: "retry" }, (state, outside) => {
        expect(state.phase).toBe("done");
        expect(outside.count("s-mail mail")).toBe(given.index === 3 ? 2 : 1);
      });
      await played(given, { onUnknown: "ask", answer: "fail" }, (state) => {
        expect(state.phase).toBe(given.index === 3 ? "failed" : "done");
      });
    },
  );

  test.each([
    ["done", 1],
    ["retry", 2],
  ] as const)(
    "that was answered about with %s is not asked about again by the next owner",
    async (choice, times) => {
      const outside = new Outside();
      await withRun(operationsOf(outside), async (stage) => {
        await stage.begin(plan, { onUnknown: "ask" });
        await cut(stage, outside, { at: "effect", index: 3 });
        const second = await stage.start("node_down");
        await stage.pass(5_000);
        const [open] = stateOf(await stage.entries()).openQuestions;
        const killed = stage.ended(second);
        // Once the answer lasts, and before anything is done about it.
        stage.onAppended = () => stage.node.exit(second, "kill");
        stage.tell(second, { type: "answer", question: open?.id ?? "", choice, by: "me" });
        expect(await killed).toBe("killed");
        stage.onAppended = undefined;
        expect(await stage.ended(await stage.start("node_down"))).toBe("normal");
        const entries = await stage.entries();
        expect(stateOf(entries).phase).toBe("done");
        expect(entries.filter(({ type }) => type === "asked").length).toBe(1);
        expect(outside.count("s-mail mail")).toBe(times);
      });
    },
  );

  test("does not begin while the node may own nothing, and begins when it may again", () => {
    const outside = new Outside();
    return withRun(operationsOf(outside), async (stage) => {
      await stage.begin({ steps: [step("s", "act", "mail")], result: "s" });
      // Once it is claimed and owned.
      stage.onAppended = () => {
        stage.isPermitted = false;
      };
      const pid = await stage.start();
      const ended = stage.ended(pid);
      await stage.pass(10_000);
      stage.onAppended = undefined;
      expect(outside.happened).toEqual([]);
      stage.isPermitted = true;
      expect(await ended).toBe("normal");
      expect(outside.happened).toEqual(["s mail"]);
    });
  });

  test("that throws is tried again with its step", () => {
    let tries = 0;
    return withRun(
      {
        act: async (_, context) => ({
          output: await context.effect({
            key: "k",
            kind: "mail",
            about: null,
            perform: async () => {
              tries += 1;
              if (tries < 3) throw new Error("refused");
              return "sent";
            },
          }),
        }),
      },
      async (stage) => {
        await stage.begin({ steps: [step("s", "act")], result: "s" });
        await stage.ended(await stage.start());
        const entries = await stage.entries();
        expect(stateOf(entries).output).toEqual({ value: "sent" });
        expect(entries.filter((entry) => entry.type === "outcome").map((entry) => entry.fate)).toEqual([
          "failed",
          "failed",
          "done",
        ]);
      },
    );
  });
});
