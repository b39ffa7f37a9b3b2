// Tries an answer out: what it makes of the files is put in place, the owner's own checks are run, and where they fail it is taken back.
// What failed without the answer too is not held against it. Every part is an effect or a note of the run: see `tried-set.ts`.
import type { StepContext } from "../runs/step-context.ts";
import type { FileChange } from "../workspace/access.ts";
import type { VerifyKind } from "../workspace/verify/config.ts";
import type { MeasuredCoverage, VerifyCommand, VerifyEnd } from "../workspace/verify/question.ts";
import type { Refusal } from "./ask-model.ts";
import { changeOf, type TextChange } from "./changed-files.ts";
import { checkShownCharactersMax, checksToldCharactersMax, touchedShownMax } from "./limits.ts";
import { checkedBy, ownChecks } from "./own-checks.ts";
import { listFiles, present } from "./services.ts";
import { takeBack, tryOut, whileFormatting } from "./tried-set.ts";
import {
  type CheckedCommand,
  type CoverageFound,
  coverageOf,
  doing,
  type Goal,
  howEnded,
  missedGoal,
  type Verification,
} from "./verification-result.ts";

/** A file as it is with the answer, formatted. */
export interface TriedFile {
  readonly path: string;
  readonly text: string;
}

export interface Trial {
  /** Of the set, for people. */
  readonly title: string;
  /** Which answer it is, from 1. */
  readonly round: number;
  readonly changes: readonly TextChange[];
  /** False where the files are to be as before, whatever comes of it. */
  readonly keeps: boolean;
  /** True where the model is not asked again: an answer stays then that passes and misses its goal alone. */
  readonly isLast: boolean;
  readonly goal?: Goal | undefined;
  readonly tell: (doing: string) => Promise<void>;
}

export interface Tried {
  readonly ok: true;
  readonly verification: Verification;
  /** Null where there was no goal. */
  readonly coverage: CoverageFound | null;
  /** Whether it is to stay. */
  readonly isWanted: boolean;
  readonly files: readonly TriedFile[];
  /** The files of the set as they are then, by their hashes. */
  readonly changes: readonly Pick<FileChange, "path" | "after">[];
  /** For the model: which checks failed, and what they printed. */
  readonly problem: string;
  readonly output: string;
}

/** Looks whether there are checks (`measures`: one for coverage among them), and ends what an attempt that was lost has left. Before anything else of the step. */
export async function readyToVerify(context: StepContext, measures: boolean): Promise<Refusal | undefined> {
  const checks = await ownChecks(context, measures);
  if (!checks.ok) return checks;
  const back = await takeBack(context);
  return back.ok ? undefined : back;
}

/**
 * Where it passed and `keeps`, the set is in place and is still to be kept: `keep` in `tried-set.ts`. Else it was taken back.
 * @throws what the run's context throws: the step is then tried again
 */
export async function triedOut(context: StepContext, trial: Trial): Promise<Tried | Refusal> {
  const key = `tried ${trial.round}`;
  const known = (await context.recall(key)) as Tried | undefined;
  // One that is to be in place is put there once more.
  if (known !== undefined && !(known.isWanted && trial.keeps)) return known;
  try {
    const tried = await new Trying(context, trial).all();
    await context.note(key, tried);
    return tried;
  } catch (error) {
    if (error instanceof Stopped) return error.refusal;
    throw error;
  }
}

/** Puts what was tried out and taken back in place once more: somebody wants it as it is. */
export async function inPlace(context: StepContext, trial: Trial, tried: Tried): Promise<Tried | Refusal> {
  try {
    return await new Trying(context, trial).again(tried);
  } catch (error) {
    if (error instanceof Stopped) return error.refusal;
    throw error;
  }
}

/** It cannot go on. */
class Stopped extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

interface Formatted {
  readonly end: VerifyEnd;
  readonly files: readonly TriedFile[];
  readonly touched: readonly string[];
}

class Trying {
  readonly #context: StepContext;
  readonly #trial: Trial;
  #changes: readonly FileChange[] = [];
  #files: readonly TriedFile[];
  #number = 0;
  #isInPlace = false;
  readonly #ends = new Map<VerifyKind, VerifyEnd>();
  readonly #before = new Set<VerifyKind>();
  #touched: readonly string[] = [];

  constructor(context: StepContext, trial: Trial) {
    this.#context = context;
    this.#trial = trial;
    this.#files = trial.changes.map(({ path, after }) => ({ path, text: after }));
  }

  async all(): Promise<Tried> {
    const { keeps, goal } = this.#trial;
    const checks = await ownChecks(this.#context, goal !== undefined);
    if (!checks.ok) throw new Stopped(checks);
    const formatter = checks.commands.find(({ kind }) => kind === "format");
    const formatted = await this.#formattedBefore();
    if (formatted !== undefined) this.#files = formatted.files;
    await this.#putInPlace();
    if (formatter !== undefined) await this.#format(formatted);
    const of = (kinds: readonly VerifyKind[]) => checks.commands.filter(({ kind }) => kinds.includes(kind));
    let passed = await this.#pass(of(["type_check", "test"]), of(["format"]));
    // What does not work measures nothing.
    if (passed && goal !== undefined) passed = await this.#pass(of(["coverage"]));
    const isWanted = passed && this.#isGoodEnough;
    if (isWanted && keeps) await this.#putInPlace();
    else await this.#takeBack();
    return this.#outcome(checks.commands, { passed, isWanted });
  }

  /** Runs them, and looks whether they pass, with those that were run already. */
  async #pass(commands: readonly VerifyCommand[], run: readonly VerifyCommand[] = []): Promise<boolean> {
    if (commands.length > 0) await this.#putInPlace();
    for (const command of commands) await this.#run(command);
    for (const command of this.#failing(commands)) await this.#compare(command);
    return this.#failing([...commands, ...run]).length === 0;
  }

  get #measured(): MeasuredCoverage | undefined {
    return this.#ends.get("coverage")?.coverage;
  }

  /** A report that nobody can read is no fault of the answer. */
  get #isGoodEnough(): boolean {
    const { goal, isLast } = this.#trial;
    if (goal === undefined || isLast || missedGoal(goal, this.#measured) === undefined) return true;
    return this.#measured?.ok === false && this.#measured.code === "no_report";
  }

  async again(tried: Tried): Promise<Tried> {
    this.#files = tried.files;
    await this.#putInPlace();
    return {
      ...{ ...tried, changes: await this.#changesNow() },
      verification: { ...tried.verification, kept: true },
    };
  }

  /** Those that failed, and are not known to fail anyway. */
  #failing(commands: readonly VerifyCommand[]): readonly VerifyCommand[] {
    return commands.filter(({ kind }) => {
      const end = this.#ends.get(kind);
      return end !== undefined && end.outcome !== "passed" && !this.#before.has(kind);
    });
  }

  async #putInPlace(): Promise<void> {
    if (this.#isInPlace) return;
    const { title, changes: wanted } = this.#trial;
    const changes: FileChange[] = [];
    for (const { path, text } of this.#files) {
      const before = wanted.find((change) => change.path === path)?.before ?? null;
      const made = await changeOf(this.#context, { path, before, after: text });
      if (!made.ok) throw new Stopped(made);
      changes.push(made.change);
    }
    const tried = await tryOut(this.#context, { title, changes });
    if (!tried.ok) throw new Stopped(tried);
    this.#changes = changes;
    this.#number = tried.number;
    this.#isInPlace = true;
  }

  async #takeBack(): Promise<void> {
    const back = await takeBack(this.#context);
    if (!back.ok) throw new Stopped(back);
    this.#isInPlace = false;
  }

  get #formattedKey(): string {
    return `formatted ${this.#trial.round}`;
  }

  async #formattedBefore(): Promise<Formatted | undefined> {
    return (await this.#context.recall(this.#formattedKey)) as Formatted | undefined;
  }

  async #format(known: Formatted | undefined): Promise<void> {
    const formatted = known ?? (await this.#formatAnew());
    this.#ends.set("format", formatted.end);
    this.#files = formatted.files;
    this.#touched = formatted.touched;
  }

  async #formatAnew(): Promise<Formatted> {
    const others = await this.#others();
    // A try that was lost says nothing of the files of this one.
    const key = `check ${this.#trial.round} format ${this.#number}`;
    const formatting = await whileFormatting(this.#context, () => this.#checked("format", key));
    if (!formatting.ok) throw new Stopped(formatting);
    const files: TriedFile[] = [];
    for (const { path } of this.#files) {
      // As it is now: what an earlier part of the run has read is something else.
      const read = await present(this.#context, await this.#context.workspace.read({ path }));
      if (!read.ok) throw new Stopped(read);
      if (read.source.kind !== "text" || read.source.cutShort !== undefined) {
        const message = `operations.verify.format has left no text in ${JSON.stringify(path)} that can be read.`;
        throw new Stopped({ ok: false, code: "bad_configuration", message });
      }
      files.push({ path, text: read.source.text });
    }
    const now = await this.#others();
    const touched = [...now].filter(([path, state]) => others.get(path) !== state).map(([path]) => path);
    const formatted: Formatted = { end: formatting.value, files, touched: touched.slice(0, touchedShownMax) };
    await this.#context.note(this.#formattedKey, formatted);
    return formatted;
  }

  /** The other files of the project, and what tells whether they have changed. */
  async #others(): Promise<ReadonlyMap<string, string>> {
    const listing = await listFiles(this.#context, ".");
    if (!listing.ok || listing.kind === "file") return new Map();
    const own = new Set(this.#files.map(({ path }) => path));
    return new Map(
      listing.entries.flatMap((entry) =>
        entry.kind === "file" && !own.has(entry.path)
          ? [[entry.path, `${entry.bytes} ${entry.modifiedMs ?? 0}`]]
          : [],
      ),
    );
  }

  async #run({ kind }: VerifyCommand): Promise<void> {
    this.#ends.set(kind, await this.#checked(kind, `check ${this.#trial.round} ${kind}`));
  }

  /** Whether it fails without the answer as well. */
  async #compare({ kind, namesFiles }: VerifyCommand): Promise<void> {
    // A formatter would change what is nobody's but the user's.
    if (kind === "format") return;
    const files = this.#changes.filter(({ before }) => before !== null).map(({ path }) => path);
    // Files that it names and that are not there would fail it for sure.
    if (namesFiles && files.length === 0) return;
    const key = `check before ${kind}`;
    if (((await this.#context.recall(key)) as VerifyEnd | undefined) === undefined) {
      await this.#takeBack();
      await this.#context.note(key, await this.#checked(kind, key, files));
    }
    const end = (await this.#context.recall(key)) as VerifyEnd;
    if (end.outcome !== "passed") this.#before.add(kind);
  }

  async #checked(
    kind: VerifyKind,
    key: string,
    files = this.#files.map(({ path }) => path),
  ): Promise<VerifyEnd> {
    await this.#trial.tell(doing[kind]);
    const id = `${this.#context.key}/${key}/${this.#number}`;
    const covers = kind === "coverage" ? this.#trial.goal?.path : undefined;
    const checked = await checkedBy(this.#context, { key, id, kind, files, covers });
    if (checked.ok) return checked.end;
    await this.#takeBack();
    throw new Stopped(checked);
  }

  async #outcome(
    commands: readonly VerifyCommand[],
    { passed, isWanted }: { readonly passed: boolean; readonly isWanted: boolean },
  ): Promise<Tried> {
    const { goal } = this.#trial;
    const missed = passed && goal !== undefined ? missedGoal(goal, this.#measured) : undefined;
    const checked = commands.flatMap(({ kind }): CheckedCommand[] => {
      const end = this.#ends.get(kind);
      if (end === undefined) return [];
      const outcome = this.#before.has(kind) ? "failed_before" : end.outcome;
      const output = outcome === "passed" ? "" : end.output.slice(-checkShownCharactersMax);
      return [{ kind, outcome, exit: end.exit, seconds: end.seconds, output }];
    });
    const failing = this.#failing(commands).map(({ kind }) => kind);
    const changes = this.#isInPlace ? await this.#changesNow() : [];
    return {
      ok: true,
      verification: {
        ...{ rounds: await this.#rounds(), passed, kept: this.#isInPlace },
        ...{ commands: checked, touched: [...this.#touched] },
      },
      ...{ files: this.#files, changes, isWanted },
      coverage: goal === undefined ? null : coverageOf(goal, passed ? this.#measured : undefined),
      problem:
        missed?.problem ?? failing.map((kind) => `${kind} ${howEnded(this.#ends.get(kind))}.`).join(" "),
      output:
        missed?.output ??
        failing
          .map((kind) => `${kind}:\n${this.#ends.get(kind)?.output ?? ""}`)
          .join("\n\n")
          .slice(0, checksToldCharactersMax),
    };
  }

  async #changesNow(): Promise<Tried["changes"]> {
    const changes: Pick<FileChange, "path" | "after">[] = [];
    for (const { path } of this.#files) {
      const now = await present(this.#context, await this.#context.workspace.hash(path));
      if (!now.ok) throw new Stopped(now);
      changes.push({ path, after: now.hash });
    }
    return changes;
  }

  async #rounds(): Promise<number> {
    let rounds = 1;
    for (let round = 1; round < this.#trial.round; round += 1) {
      if ((await this.#context.recall(`tried ${round}`)) !== undefined) rounds += 1;
    }
    return rounds;
  }
}
