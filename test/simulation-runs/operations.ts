// What the steps of the room do, on the node that has them: what their input says, and the world outside that their effects change.
import type { Operations } from "../../actors/pipeline/plan.ts";
import { followChild } from "../../actors/runs/child.ts";
import type { StepContext } from "../../actors/runs/step-context.ts";
import { sleep } from "../../runtime/index.ts";
import { partProvider } from "./ledger.ts";
import type { Act, StepInput } from "./plan.ts";
import type { Program, Stage } from "./stage.ts";

/** The room's own failures: there to be tried again. */
class Asked extends Error {}

export function operationsOf(stage: Stage, program: () => Program): Operations {
  return {
    play: async ({ acts, adds, bytes }: StepInput, context) => {
      const own = new OwnStep(stage, program(), context);
      own.begin();
      for (const act of acts) await own.act(act);
      // Another one each time, so that a second outcome shows.
      const output = { by: `${program().label} ${stage.nextNumber()}`, filler: "x".repeat(bytes) };
      return { output, steps: adds };
    },
  };
}

class OwnStep {
  readonly #stage: Stage;
  readonly #program: Program;
  readonly #context: StepContext;
  readonly #run: string;

  constructor(stage: Stage, program: Program, context: StepContext) {
    this.#stage = stage;
    this.#program = program;
    this.#context = context;
    this.#run = stage.nameOfRun(context.run);
  }

  begin(): void {
    const { step } = this.#context;
    const saw = Object.fromEntries(
      [...this.#context.outputs()].map(([id, output]) => [id, (output as { readonly by: string }).by]),
    );
    this.#stage.note({ type: "worked", run: this.#run, step, ...this.#who(), saw });
  }

  async act(act: Act): Promise<void> {
    const context = this.#context;
    switch (act.do) {
      case "note":
        await this.#noted(act.key, () => this.#stage.nextNumber());
        return;
      case "text":
        for (let piece = 0; piece < act.pieces; piece += 1)
          void context.write(`${context.step} ${piece} of ${act.pieces}`).catch(() => undefined);
        await context.tell("said", { pieces: act.pieces });
        return;
      case "sleep":
        await sleep(act.ms);
        return;
      case "wait":
        await this.#wait(act.key, act.ms);
        return;
      case "ask":
        await context.ask({ key: act.key, text: `Is ${context.step} to go on?`, choices: ["yes", "no"] });
        return;
      case "effect":
        await this.#effect(act);
        return;
      case "parts":
        await this.#parts(act);
        return;
      case "fail":
        if ((await context.recall(act.key)) !== undefined) return;
        await context.note(act.key, true);
        throw new Asked("as planned");
    }
  }

  async #parts({ key, acts }: Extract<Act, { readonly do: "parts" }>): Promise<void> {
    const following = acts.map((its, index) => {
      const input: StepInput = { acts: its, adds: [], bytes: index === 0 ? 20_000 : 0 };
      const plan = { steps: [{ id: "s", operation: "play", input }], result: "s" };
      const part = `${key}${index}`;
      return followChild(this.#context, {
        ...{ key: part, part, kind: "test", title: part, plan, among: acts.length },
      });
    });
    for (const end of await Promise.all(following))
      if (!end.ok)
        this.#stage.note({ type: "stuck", what: `part ${end.run} came to ${end.code}: ${end.message}` });
  }

  async #wait(key: string, ms: number): Promise<void> {
    const { clock } = this.#program.world;
    const until = Number(await this.#noted(key, () => clock.wallTime() + ms));
    if (clock.wallTime() < until) await this.#context.wait("limit", `it has to wait until ${until}`, until);
  }

  /** What was noted before, else noted now. */
  async #noted(key: string, make: () => unknown): Promise<unknown> {
    const { step } = this.#context;
    const known = await this.#context.recall(key);
    this.#stage.note({ type: "recalled", run: this.#run, step, epoch: this.#who().epoch, key, value: known });
    if (known !== undefined) return known;
    const value = make();
    await this.#context.note(key, value);
    this.#stage.note({ type: "noted", run: this.#run, step, epoch: this.#who().epoch, key, value });
    return value;
  }

  async #effect({
    key,
    kind,
    takesMs,
    isBlind,
    fails,
  }: Extract<Act, { readonly do: "effect" }>): Promise<void> {
    const { step } = this.#context;
    const effect = `${step}/${key}`;
    const { outside } = this.#stage;
    const id = `${this.#run} ${effect}`;
    await this.#context.effect({
      key,
      kind,
      about: { provider: "p", model: "m" },
      perform: async () => {
        const failed = outside.failed.get(id) ?? 0;
        if (failed < fails) {
          outside.failed.set(id, failed + 1);
          throw new Asked("nothing has happened");
        }
        outside.happened.add(id);
        this.#stage.note({ type: "happened", run: this.#run, effect, kind, ...this.#who() });
        this.#stage.busy.set(id, { program: this.#program, run: this.#run });
        await sleep(takesMs);
        this.#stage.busy.delete(id);
        return { of: effect, number: this.#stage.nextNumber() };
      },
      ...(kind === "file_write"
        ? { verify: async () => (isBlind ? "unknown" : outside.happened.has(id) ? "done" : "not_done") }
        : {}),
      ...(kind === "model_call" ? { unknown: "repeat" } : {}),
    });
    if (kind === "model_call")
      await this.#context.used({
        // Those of parts are told from those of the run itself.
        provider: this.#context.changesRun === this.#context.run ? "p" : partProvider,
        model: "m",
        inputTokens: 1,
        outputTokens: 1,
        costUsd: 0.001,
      });
  }

  #who(): { readonly node: string; readonly epoch: number } {
    const { label } = this.#program;
    return { node: label, epoch: this.#stage.epochs.get(`${label} ${this.#run}`) ?? 0 };
  }
}
