// The index of one project as a process: it is brought up to date when it is asked, and ends when nobody has asked for long.

import type { FileSystem } from "../../../runtime/file-system.ts";
import {
  noReply,
  ok,
  type ProtocolOf,
  replyWith,
  server,
  stopWith,
  TimeoutMessage,
  tellEvent,
} from "../../../runtime/index.ts";
import { detectLanguage } from "../../analysis/languages.ts";
import { plainText } from "../../analysis/text-rules.ts";
import type { ReaderFailure, Tree } from "../../workspace/reader.ts";
import type { ProjectHistory } from "../history/project-history.ts";
import type { Compression } from "../packing/pack.ts";
import type { IndexedFile } from "../retrieval/indexed-file.ts";
import { ProjectIndex } from "../retrieval/project.ts";
import { packedOf, reportOf } from "./answers.ts";
import { indexEvents } from "./events.ts";
import { indexLimits } from "./limits.ts";
import type { ContextAnswer, ContextAnswers, ContextQuestion, PackQuestion } from "./question.ts";
import { Refresh, type Refreshed, type RefreshOptions } from "./refresh.ts";
import { sketchKey } from "./sketch-store.ts";
import type { Watches } from "./watch.ts";
import { type Seen, Watching } from "./watching.ts";

export interface ProjectOptions extends RefreshOptions {
  /** Among the projects of this program. */
  readonly key: string;
  readonly compression: Compression;
  readonly files: FileSystem;
  readonly watches: Watches;
  /** Of this process alone, which closes it. */
  readonly history: ProjectHistory;
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
    terminate: (project) => project.close(),
    formatState: (project) => project.shown,
  });
}

class Project {
  readonly #options: ProjectOptions;
  readonly #index = new ProjectIndex();
  readonly #refresh: Refresh;
  readonly #watching: Watching;

  constructor(options: ProjectOptions) {
    this.#options = options;
    this.#refresh = new Refresh(this.#index, options);
    this.#watching = new Watching(options);
  }

  get shown(): unknown {
    const { files, partCount: parts } = this.#index;
    return { root: this.#options.root, files: files.size, parts, watch: this.#watching.state };
  }

  close(): Promise<void> {
    this.#options.history.close();
    return this.#watching.close();
  }

  async answer({ question, paths }: ProjectQuestion): Promise<ContextAnswer> {
    return question.kind === "index" ? this.#report() : this.#pack(question, paths);
  }

  async #report(): Promise<ContextAnswers["index"]> {
    const { clock, root, history } = this.#options;
    const began = clock.now();
    const refreshed = await this.#upToDate();
    if (!refreshed.ok) return refreshed;
    // Up to date is what a question can be answered with, the graph included.
    void this.#index.graph;
    const known = await history.known();
    const elapsedMs = clock.now() - began;
    const { passed } = this.#refresh;
    const watch = this.#watching.state;
    const parts = { root, index: this.#index, passed, refreshed, elapsedMs, watch, history: known };
    return { ok: true, report: reportOf(parts) };
  }

  /** Looks at what a watch has told, or where none does at everything. */
  async #upToDate(): Promise<Refreshed | ReaderFailure> {
    const watching = this.#watching;
    this.#options.history.look();
    const due = await watching.due();
    const refreshed = due === "all" ? undefined : await this.#refresh.these(due);
    if (refreshed !== undefined) return refreshed;
    watching.looking();
    let seen: Tree | undefined;
    const all = await this.#refresh.all((tree) => {
      seen = tree;
    });
    if (all.ok && seen !== undefined) await watching.looked(seenIn(seen));
    else watching.failed();
    const { news } = watching;
    if (news !== undefined) tellEvent(indexEvents.project_unwatched, { reason: news });
    return all;
  }

  async #pack(question: PackQuestion, paths: readonly string[]): Promise<ContextAnswers["pack"]> {
    const { root, compression, history } = this.#options;
    for (let round = 1; ; round += 1) {
      const refreshed = await this.#upToDate();
      if (!refreshed.ok) return refreshed;
      const linesOf = (file: IndexedFile) => this.#linesOf(file, round < roundsMax);
      const known = { index: this.#index, history: await history.known() };
      const packed = await packedOf({ ...known, root, question, paths, compression, linesOf });
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
    this.#watching.failed();
    return isStrict ? undefined : [];
  }
}

/** A walk that ended early does not know all directories. */
function seenIn({ entries, directories }: Tree): Seen {
  const isWhole = !entries.some((entry) => entry.kind === "skipped" && entry.reason.endsWith("_limit"));
  return {
    directories: isWhole ? directories : undefined,
    files: new Set(entries.filter(({ kind }) => kind === "file").map(({ path }) => path)),
    others: new Set(entries.filter(({ kind }) => kind !== "file").map(({ path }) => path)),
  };
}

/** Times that the index is brought up to date for one question whose files change meanwhile. */
const roundsMax = 3;
