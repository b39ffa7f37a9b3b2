// The index of one project as a process: it is brought up to date when it is asked, and ends when nobody has asked for long.
import { relative, sep } from "node:path";
import {
  noReply,
  ok,
  type ProtocolOf,
  replyWith,
  server,
  stopWith,
  TimeoutMessage,
} from "../../../runtime/index.ts";
import { detectLanguage } from "../../analysis/languages.ts";
import { plainText } from "../../analysis/text-rules.ts";
import type { Compression } from "../packing/pack.ts";
import type { IndexedFile } from "../retrieval/indexed-file.ts";
import { ProjectIndex } from "../retrieval/project.ts";
import { packedOf, reportOf } from "./answers.ts";
import { indexLimits } from "./limits.ts";
import type { ContextAnswer, ContextAnswers, ContextQuestion, PackQuestion } from "./question.ts";
import { Refresh, type RefreshOptions } from "./refresh.ts";
import { sketchKey } from "./sketch-store.ts";

export interface ProjectOptions extends RefreshOptions {
  readonly compression: Compression;
}

export type ContextProject = ProtocolOf<ReturnType<typeof contextProject>>;

/** A question with its paths below the project's root. */
export interface ProjectQuestion {
  readonly question: ContextQuestion;
  readonly paths: readonly string[];
}

/** Defines it. Calls: `ask`. */
export function contextProject(options: ProjectOptions) {
  return server("context.project", {
    init: () => ok(new Project(options), { timeoutMs: indexLimits.idleMs }),
    calls: {
      ask: async (project: Project, asked: ProjectQuestion) =>
        replyWith<ContextAnswer, Project>(await project.answer(asked), project, {
          timeoutMs: indexLimits.idleMs,
        }),
    },
    info: (project, message) =>
      message instanceof TimeoutMessage ? stopWith("normal", project) : noReply(project),
    formatState: (project) => project.shown,
  });
}

class Project {
  readonly #options: ProjectOptions;
  readonly #index = new ProjectIndex();
  readonly #refresh: Refresh;

  constructor(options: ProjectOptions) {
    this.#options = options;
    this.#refresh = new Refresh(this.#index, options);
  }

  get shown(): unknown {
    return { root: this.#options.root, files: this.#index.files.size, parts: this.#index.partCount };
  }

  async answer({ question, paths }: ProjectQuestion): Promise<ContextAnswer> {
    return question.kind === "index" ? this.#report() : this.#pack(question, paths);
  }

  async #report(): Promise<ContextAnswers["index"]> {
    const { clock, root } = this.#options;
    const began = clock.now();
    const refreshed = await this.#refresh.all();
    if (!refreshed.ok) return refreshed;
    const elapsedMs = clock.now() - began;
    const { passed } = this.#refresh;
    return { ok: true, report: reportOf({ root, index: this.#index, passed, refreshed, elapsedMs }) };
  }

  async #pack(question: PackQuestion, paths: readonly string[]): Promise<ContextAnswers["pack"]> {
    const { root, compression } = this.#options;
    for (let round = 1; ; round += 1) {
      const refreshed = await this.#refresh.all();
      if (!refreshed.ok) return refreshed;
      const linesOf = (file: IndexedFile) => this.#linesOf(file, round < roundsMax);
      const packed = await packedOf({ root, index: this.#index, question, paths, compression, linesOf });
      if (packed !== undefined) return { ok: true, packed };
    }
  }

  /** Undefined where it is not what was indexed. In the last round, a file that changes all the time has no lines. */
  async #linesOf(file: IndexedFile, isStrict: boolean): Promise<readonly string[] | undefined> {
    const { access, root, isNamed, engine } = this.#options;
    const answer = await access.read({ path: file.path, root, isNamed, isForModel: true });
    if (answer.ok && answer.source.kind === "text") {
      const { text } = answer.source;
      const language = detectLanguage(file.path, text)?.id ?? null;
      if (sketchKey(engine, language, text) === file.hash) return plainText(text).split("\n");
    }
    this.#refresh.forget(file.path);
    return isStrict ? undefined : [];
  }
}

/** Times that the index is brought up to date for one question whose files change meanwhile. */
const roundsMax = 3;

/** Below `root`, with forward slashes; undefined for what lies outside. */
export function pathBelow(root: string, path: string): string | undefined {
  const way = relative(root, path);
  if (way === "") return "";
  const names = way.split(sep);
  return names[0] === ".." || way.startsWith("/") ? undefined : names.join("/");
}
