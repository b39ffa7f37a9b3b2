// A step at work, in a process of its own: what its operation is given, and how that reaches the process of its run.
import { call, formatReason, type Pid } from "../../runtime/index.ts";
import { reasonOfThrown } from "../../runtime/process/exit-reason.ts";
import type { Blobs } from "../../runtime/store/blobs.ts";
import type { SessionRef } from "../context/sessions/session.ts";
import type { Operation, Step, StepOutcome } from "../pipeline/plan.ts";
import type { Progress } from "../pipeline/progress.ts";
import { RunGivenUp } from "./failures.ts";
import { keep, unkeep } from "./kept.ts";
import { patientBlobs, type ValueBlobs } from "./patient-blobs.ts";
import type { EffectFate, Kept, WaitCause } from "./run-entry.ts";
import { type Effect, effectDone, type StepContext, type StepUsage } from "./step-context.ts";
import { textPieces } from "./text-pieces.ts";

/** What a step asks of its run's process: every message has the step's id. */
export interface StepAsks {
  readonly recall: {
    readonly asks: { readonly key: string; readonly shared: boolean };
    readonly answers: Kept | null;
  };
  readonly note: {
    readonly asks: { readonly key: string; readonly shared: boolean; readonly value: Kept };
    readonly answers: null;
  };
  readonly effect_begin: {
    readonly asks: {
      readonly key: string;
      readonly kind: string;
      readonly about: unknown;
      readonly repeats: boolean;
      readonly canVerify: boolean;
      /** See `Effect`. */
      readonly costMaxUsd: number | null | undefined;
      readonly among: number | undefined;
    };
    readonly answers: EffectAnswer;
  };
  readonly effect_found: {
    readonly asks: { readonly key: string; readonly fate: EffectFate };
    readonly answers: EffectAnswer;
  };
  readonly effect_end: {
    readonly asks: {
      readonly key: string;
      readonly fate: "done" | "failed";
      readonly value?: Kept;
      readonly reason?: string;
      readonly usage?: readonly StepUsage[];
    };
    readonly answers: null;
  };
  readonly used: { readonly asks: { readonly usage: StepUsage }; readonly answers: null };
  readonly write: {
    readonly asks: { readonly text: string; readonly answer: string | undefined };
    readonly answers: null;
  };
  /** The text of an answer so far. */
  readonly text_of: { readonly asks: { readonly answer: string }; readonly answers: string };
  readonly tell: {
    readonly asks: { readonly name: string; readonly about: unknown };
    readonly answers: null;
  };
  readonly ask: {
    readonly asks: {
      readonly key: string;
      readonly text: string;
      readonly choices: readonly string[];
      readonly about?: unknown;
    };
    /** Null where nobody is there to answer. */
    readonly answers: string | null;
  };
  /** Answered once the step is cut short. */
  readonly listen: { readonly asks: Record<never, never>; readonly answers: null };
  readonly wait: {
    readonly asks: { readonly cause: WaitCause; readonly why: string; readonly until: number | null };
    readonly answers: never;
  };
}

export type StepVerb = keyof StepAsks;

export type EffectAnswer =
  | { readonly go: "perform"; readonly budgetUsd: number | undefined }
  | { readonly go: "verify" }
  | { readonly go: "known"; readonly value: Kept | null }
  | { readonly go: "give_up" };

/** What the process of a step comes to. */
export interface StepResult {
  readonly outcome: StepOutcome;
  readonly output: Kept;
  readonly steps: Kept | undefined;
}

export interface StepWorkOptions
  extends Pick<StepContext, "run" | "changesRun" | "user" | "resumes" | "terms" | "workspace"> {
  readonly session: SessionRef | undefined;
  readonly runPid: Pid;
  readonly step: Step;
  readonly attempt: number;
  readonly operation: Operation;
  readonly progress: Progress;
  readonly blobs: Blobs;
}

/** Runs the operation; what it comes to lasts, as far as it is large, before this resolves. */
export async function workOnStep(options: StepWorkOptions): Promise<StepResult> {
  const { operation, step } = options;
  const blobs = patientBlobs(options.blobs);
  const outcome = await operation(step.input, contextOf({ ...options, blobs }));
  const { output, steps = [] } = outcome;
  const added = steps.length === 0 ? undefined : await keep(blobs, steps);
  return { outcome, output: await keep(blobs, output), steps: added };
}

function contextOf({
  run,
  changesRun,
  user,
  resumes,
  terms,
  session,
  runPid,
  step,
  attempt,
  progress,
  blobs,
  workspace,
}: Omit<StepWorkOptions, "blobs"> & { readonly blobs: ValueBlobs }): StepContext {
  const { id } = step;
  const ask = async <V extends StepVerb>(
    verb: V,
    asks: StepAsks[V]["asks"],
  ): Promise<StepAsks[V]["answers"]> =>
    // The run answers when what it was asked lasts; when it ends, its steps end with it.
    (await call(runPid as never, verb as never, { ...asks, step: id } as never, {
      timeoutMs: Number.POSITIVE_INFINITY,
    })) as StepAsks[V]["answers"];
  return {
    ...{ run, changesRun, user, resumes, terms, session },
    step: id,
    attempt,
    key: `${run}/${id}`,
    workspace,
    output: (other) => progress.output(other),
    outputs: () => progress.outputs(),
    recall: async (key, scope = "step") => {
      const kept = await ask("recall", { key, shared: scope === "run" });
      return kept === null ? undefined : unkeep(blobs, kept);
    },
    note: async (key, value, scope = "step") => {
      await ask("note", { key, shared: scope === "run", value: await keep(blobs, value) });
    },
    effect: (effect) => performed(ask, blobs, `${id}/${effect.key}`, effect),
    used: async (usage) => {
      await ask("used", { usage });
    },
    write: async (text, answer) => {
      // All at once, so that nothing comes between them.
      await Promise.all(textPieces(text).map((piece) => ask("write", { text: piece, answer })));
    },
    written: (answer) => ask("text_of", { answer }),
    tell: async (name, about) => {
      await ask("tell", { name, about });
    },
    ask: async (question) => (await ask("ask", question)) ?? undefined,
    cutShort: () =>
      new Promise((resolve) => {
        // Where the run has ended, this process ends with it.
        void ask("listen", {}).then(
          () => resolve(),
          () => undefined,
        );
      }),
    wait: (cause, why, until) => ask("wait", { cause, why, until: until ?? null }) as Promise<never>,
  };
}

type Ask = <V extends StepVerb>(verb: V, asks: StepAsks[V]["asks"]) => Promise<StepAsks[V]["answers"]>;

async function performed<Value>(
  ask: Ask,
  blobs: ValueBlobs,
  name: string,
  { key, kind, about, costMaxUsd, among, perform, verify, unknown, usage }: Effect<Value>,
): Promise<Value | typeof effectDone> {
  const repeats = unknown === "repeat";
  const canVerify = verify !== undefined;
  let answer = await ask("effect_begin", { key, kind, about, repeats, canVerify, costMaxUsd, among });
  if (answer.go === "verify")
    answer = await ask("effect_found", { key, fate: (await verify?.()) ?? "unknown" });
  if (answer.go === "give_up") throw new RunGivenUp(name);
  if (answer.go === "known")
    return answer.value === null ? effectDone : ((await unkeep(blobs, answer.value)) as Value);
  let value: Value;
  try {
    value = await perform(answer.go === "perform" ? answer.budgetUsd : undefined);
  } catch (error) {
    await ask("effect_end", { key, fate: "failed", reason: formatReason(reasonOfThrown(error)) });
    throw error;
  }
  const paid = usage?.(value) ?? [];
  await ask("effect_end", { key, fate: "done", value: await keep(blobs, value), usage: paid });
  return value;
}
