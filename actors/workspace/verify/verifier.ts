// Runs the commands with which a user checks the files of one project: one at a time, only those that were configured, only where
// the project is trusted, since they run its code. Who asks for one asks again until it has ended.
import { type CommandEnd, type RunningCommand, startCommand } from "../../../runtime/command.ts";
import { FileError } from "../../../runtime/file-system.ts";
import { sanitizeText } from "../../../runtime/observe/sanitize.ts";
import type { World } from "../../../runtime/world.ts";
import type { Trust } from "../instructions.ts";
import { maskSecrets } from "../masking.ts";
import { realRoot } from "../path-guard.ts";
import { filledArguments, namesFiles, reportingArguments } from "./arguments.ts";
import { type VerifyConfiguration, type VerifyKind, verifyKinds } from "./config.ts";
import { withReport } from "./coverage/report-folder.ts";
import { verifyLimits } from "./limits.ts";
import type { VerifyAnswer, VerifyEnd, VerifyQuestion, VerifyRefused } from "./question.ts";

export interface VerifierOptions {
  readonly world: Pick<World, "files" | "programs" | "timers" | "clock" | "random">;
  /** The user's own. */
  readonly configuration: VerifyConfiguration;
  /** The root of the files. */
  readonly directory: string;
  /** Left out where no project is trusted. */
  readonly trust?: Trust | undefined;
  /** The environment of the commands. */
  readonly environment: Readonly<Record<string, string>>;
  /** The Node.js executable. */
  readonly node: string;
  /** Where folders for reports are made. */
  readonly temporary: string;
}

interface Filled {
  readonly kind: VerifyKind;
  readonly command: string;
  readonly args: readonly string[];
}

type RunQuestion = Extract<VerifyQuestion, { readonly ask: "run" }>;
type Ended = Exclude<VerifyAnswer, { readonly state: "running" | "look" }>;

interface Job {
  ended: Promise<Ended>;
  answer: Ended | undefined;
  /** When it was asked for last, and when it ended. */
  askedMs: number;
  endedMs: number | undefined;
  /** Who waits for it now. */
  waiting: number;
  command: RunningCommand | undefined;
  isGivenUp: boolean;
}

export class Verifier {
  readonly #options: VerifierOptions;
  readonly #jobs = new Map<string, Job>();
  #last: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /** Never rejects for what a command does. */
  async answer(question: VerifyQuestion): Promise<VerifyAnswer> {
    const refusal = await this.#untrusted();
    if (refusal !== undefined) return refusal;
    if (question.ask === "run") return this.#run(question);
    const { configuration } = this.#options;
    const commands = verifyKinds.flatMap((kind) => {
      const argv = configuration[kind];
      return argv === undefined ? [] : [{ kind, namesFiles: namesFiles(argv) }];
    });
    return { ok: true, state: "look", commands };
  }

  /** Ends everything that runs; nothing is begun any more. */
  stop(): void {
    this.#isStopped = true;
    for (const job of this.#jobs.values()) giveUp(job);
  }

  async #untrusted(): Promise<VerifyRefused | undefined> {
    const { trust, directory, world } = this.#options;
    const root = await realRoot(world.files, directory);
    if ((await trust?.projectOf(root)) !== undefined) return undefined;
    const message = `The commands of --verify run the code of the project, and ${JSON.stringify(root)} is not trusted. Look at it, then say so there: aiex trust`;
    return { ok: false, code: "trust_refused", message };
  }

  async #run(question: RunQuestion): Promise<VerifyAnswer> {
    const { clock, timers } = this.#options.world;
    const job = this.#jobs.get(question.id) ?? this.#begin(question);
    if (job === undefined) return overload;
    job.askedMs = clock.now();
    if (job.answer !== undefined) return job.answer;
    job.waiting += 1;
    const answer = await new Promise<VerifyAnswer>((resolve) => {
      const late = timers.set(verifyLimits.waitMs, () => resolve({ ok: true, state: "running" }));
      void job.ended.then((ended) => {
        timers.clear(late);
        resolve(ended);
      });
    });
    job.waiting -= 1;
    job.askedMs = clock.now();
    return answer;
  }

  /** Undefined where there are too many. */
  #begin(question: RunQuestion): Job | undefined {
    const { clock } = this.#options.world;
    this.#forget();
    if (this.#jobs.size >= verifyLimits.jobsMax) return undefined;
    const job: Job = {
      ...{ ended: Promise.resolve(givenUp), answer: undefined, askedMs: clock.now(), endedMs: undefined },
      ...{ waiting: 0, command: undefined, isGivenUp: false },
    };
    // Two commands at once would see each other's files.
    job.ended = this.#last.then(() => this.#carriedOut(question, job));
    this.#last = job.ended;
    this.#jobs.set(question.id, job);
    this.#watch(job);
    return job;
  }

  async #carriedOut(question: RunQuestion, job: Job): Promise<Ended> {
    const { kind, files } = question;
    const [command, ...args] = this.#options.configuration[kind] ?? [];
    let answer: Ended;
    if (command === undefined) answer = unknown(kind);
    else if (this.#isStopped || job.isGivenUp) answer = givenUp;
    else if (kind === "coverage") answer = await this.#measured(question, job);
    else answer = await this.#ran({ kind, command, args: filledArguments(args, files) }, job);
    job.answer = answer;
    job.endedMs = this.#options.world.clock.now();
    return answer;
  }

  async #ran({ kind, command, args }: Filled, job: Job): Promise<Ended> {
    const { world, configuration, directory, environment, node } = this.#options;
    const running = startCommand(world, {
      ...{ command, args, env: environment, node },
      ...{ cwd: directory, deadlineMs: configuration.timeout_ms },
    });
    job.command = running;
    return answerOf(await running.ended, { kind, command });
  }

  async #measured({ kind, files, covers = "" }: RunQuestion, job: Job): Promise<Ended> {
    const { world, configuration, directory, temporary } = this.#options;
    const [command = "", ...args] = configuration.coverage ?? [];
    try {
      return await withReport({ world, temporary }, async (report) => {
        const filled = reportingArguments(filledArguments(args, files), report);
        const answer = await this.#ran({ kind, command, args: filled }, job);
        if (!answer.ok || answer.state !== "ended") return answer;
        const roots = [directory, await realRoot(world.files, directory)];
        const coverage = await report.measured({ path: covers, roots });
        return { ...answer, end: { ...answer.end, coverage } };
      });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return { ok: false, code: error.code, message: error.message };
    }
  }

  /** Ends it once nobody asks for it any more. */
  #watch(job: Job): void {
    const { clock, timers } = this.#options.world;
    const { abandonedMs } = verifyLimits;
    const watch = timers.set(abandonedMs, () => {
      if (job.answer !== undefined || job.isGivenUp) return;
      if (job.waiting === 0 && clock.now() - job.askedMs >= abandonedMs) giveUp(job);
      else this.#watch(job);
    });
    // A program that is done would wait for it.
    void job.ended.then(() => timers.clear(watch));
  }

  #forget(): void {
    const now = this.#options.world.clock.now();
    for (const [id, { endedMs }] of this.#jobs) {
      if (endedMs !== undefined && now - endedMs > verifyLimits.keptMs) this.#jobs.delete(id);
    }
  }
}

function giveUp(job: Job): void {
  job.isGivenUp = true;
  job.command?.kill();
}

function answerOf(
  { end, head, tail, cutBytes, elapsedMs }: CommandEnd,
  { kind, command }: { readonly kind: string; readonly command: string },
): Ended {
  if (end.kind === "killed") return givenUp;
  if (end.kind === "unstartable") {
    const message = `operations.verify.${kind} cannot be started: ${JSON.stringify(command)} is no program that is found (${end.message}). Correct it in your configuration.`;
    return { ok: false, code: "bad_configuration", message };
  }
  const middle = cutBytes === 0 ? "" : `\n[${cutBytes} bytes are left out here]\n`;
  const isFine = end.kind === "exited" && end.code === 0;
  const ended: VerifyEnd = {
    outcome: isFine ? "passed" : end.kind === "timed_out" ? "timed_out" : "failed",
    exit: end.kind === "exited" ? end.code : null,
    seconds: Math.round(elapsedMs / 100) / 10,
    output: shortened(sanitizeText(maskSecrets(`${head}${middle}${tail}`, { isCode: false }).text)),
  };
  return { ok: true, state: "ended", end: ended };
}

/** Why something fails stands at the end more often than at the beginning. */
function shortened(text: string): string {
  const { outputCharactersMax } = verifyLimits;
  if (text.length <= outputCharactersMax) return text;
  const head = Math.floor(outputCharactersMax / 4);
  const tail = outputCharactersMax - head;
  const left = text.length - head - tail;
  return `${text.slice(0, head)}\n[${left} characters are left out here]\n${text.slice(-tail)}`;
}

function unknown(kind: string): Ended {
  const message = `operations.verify.${kind} is not configured where these files are.`;
  return { ok: false, code: "bad_configuration", message };
}

const givenUp: Ended = {
  ok: false,
  code: "overload",
  message: "The command was ended before it was done. Try again.",
};

const overload: VerifyRefused = {
  ok: false,
  code: "overload",
  message: "Too many checks of these files wait already. Try again later.",
};
