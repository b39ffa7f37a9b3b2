// A stage for operations: what a run gives its steps, in memory, with everything that was written down to be looked at.
import { type Operations, type Plan, problemOfSteps } from "../../../actors/pipeline/plan.ts";
import { Progress } from "../../../actors/pipeline/progress.ts";
import type { Effect, effectDone, StepContext, StepUsage } from "../../../actors/runs/step-context.ts";
import type { WorkspaceAccess } from "../../../actors/workspace/access.ts";

/** What is thrown through a step that waits: its attempt is over. */
export class Waits extends Error {
  readonly waitsFor: string;
  constructor(waitsFor: string, why: string) {
    super(why);
    this.waitsFor = waitsFor;
  }
}

/** The step was lost in the middle of an effect: what it came to is not written down. */
export class Lost extends Error {}

export interface StageOptions {
  readonly workspace?: Partial<WorkspaceAccess>;
  /** Answers what a step asks; undefined: nobody is there. */
  readonly answer?: (text: string, about: unknown) => string | undefined;
  /** Resolves when a person has heard enough. */
  readonly cutShort?: Promise<void>;
  /** True for an effect whose outcome is to be lost once it has happened. */
  readonly loses?: (key: string) => boolean;
  /** What an effect of this kind comes to in place of happening; undefined: it happens. */
  readonly instead?: (kind: string) => unknown;
}

export class StepStage {
  readonly notes = new Map<string, unknown>();
  /** By step and key: `undefined` where only the intent is known. */
  readonly effects = new Map<string, unknown>();
  readonly performed: string[] = [];
  readonly used: StepUsage[] = [];
  /** By step and answer. */
  readonly written = new Map<string, string>();
  readonly told: { readonly name: string; readonly about: unknown }[] = [];
  readonly asked: { readonly text: string; readonly choices: readonly string[]; readonly about: unknown }[] =
    [];
  readonly outputs = new Map<string, unknown>();
  readonly #options: StageOptions;

  constructor(options: StageOptions = {}) {
    this.#options = options;
  }

  context(step: string, attempt = 1): StepContext {
    const key = (name: string, scope?: "step" | "run"): string =>
      JSON.stringify([scope === "run" ? "" : step, name]);
    return {
      run: "run",
      changesRun: "run",
      resumes: 0,
      terms: { workspace: undefined, onUnknown: "ask", deadlineAt: undefined },
      user: "me@here",
      step,
      attempt,
      key: `run/${step}`,
      workspace: { ...noWorkspace, ...this.#options.workspace },
      output: (id) => this.outputs.get(id),
      outputs: () => this.outputs,
      recall: async (name, scope) => this.notes.get(key(name, scope)),
      note: async (name, value, scope) => {
        this.notes.set(key(name, scope), structuredClone(value));
      },
      effect: (effect) => this.#effect(step, effect),
      used: async (usage) => {
        this.used.push(usage);
      },
      write: async (text, answer = "") => {
        this.written.set(key(answer), `${this.written.get(key(answer)) ?? ""}${text}`);
      },
      written: async (answer) => this.written.get(key(answer)) ?? "",
      tell: async (name, about) => {
        this.told.push({ name, about });
      },
      ask: async ({ text, choices, about }) => {
        this.asked.push({ text, choices, about });
        return this.#options.answer?.(text, about);
      },
      cutShort: () => this.#options.cutShort ?? new Promise(() => undefined),
      wait: async (cause, why) => {
        throw new Waits(cause, why);
      },
    };
  }

  /** Carries out a plan, one step at a time, and gives the output of the whole. */
  async run(plan: Plan, operations: Operations): Promise<unknown> {
    const problem = problemOfSteps(plan.steps, new Set(), operations);
    if (problem !== undefined) throw new TypeError(problem);
    const progress = new Progress(plan, { parallelMax: 1, retriesMax: 0, windowMs: 1 });
    let [action] = progress.begin();
    while (action?.type === "start") {
      const { id, operation, input } = action.step;
      // Plans and outputs travel and are kept, so they are data.
      const outcome = await operations[operation]?.(structuredClone(input), this.context(id));
      const { output, steps = [] } = structuredClone(outcome ?? { output: undefined });
      const wrong = problemOfSteps(steps, progress.ids, operations);
      if (wrong !== undefined) throw new TypeError(wrong);
      this.outputs.set(id, output);
      [action] = progress.step({ type: "finished", id, output, steps });
    }
    if (action?.type === "complete") return action.output;
    throw new Error("The plan came to no end.");
  }

  async #effect<Value>(
    step: string,
    { key, kind, perform, usage }: Effect<Value>,
  ): Promise<Value | typeof effectDone> {
    const id = `${step}/${key}`;
    const known = this.effects.get(id);
    if (known !== undefined) return known as Value;
    this.effects.set(id, undefined);
    this.performed.push(id);
    const instead = this.#options.instead?.(kind) as Value | undefined;
    const value = structuredClone(instead ?? (await perform(undefined)));
    if (this.#options.loses?.(id) === true) throw new Lost(id);
    this.used.push(...(usage?.(value) ?? []));
    this.effects.set(id, value);
    return value;
  }
}

const unexpected = (): never => {
  throw new Error("No file is to be looked at here.");
};

const noWorkspace: WorkspaceAccess = {
  list: unexpected,
  read: unexpected,
  hash: unexpected,
  instructions: async () => ({ ok: true, files: [], waiting: [], leftOut: [] }),
  context: unexpected,
  apply: unexpected,
  applyAll: unexpected,
  settle: unexpected,
  verify: unexpected,
};
