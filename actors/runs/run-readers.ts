// Who wants to know that a run has grown, and what a list says of it: told often enough, and never so often that it costs.
import {
  type DownMessage,
  monitor,
  type Pid,
  type Ref,
  sameRef,
  self,
  send,
  sendAfter,
} from "../../runtime/index.ts";
import { runLimits } from "./limits.ts";
import type { RunJournal } from "./run-journal.ts";
import type { RunGrown } from "./run-options.ts";
import type { RunStore } from "./run-store.ts";

export class RunReaders {
  readonly #journal: RunJournal;
  readonly #store: RunStore;
  #watchers: readonly { readonly pid: Pid; readonly ref: Ref }[] = [];
  #toldPhase: string | undefined;
  #isNoteDue = false;
  /** What a list was told last, by its last entry. */
  #noted: { readonly n: number; readonly isWritten: Promise<boolean> } | undefined;

  constructor(journal: RunJournal, store: RunStore) {
    this.#journal = journal;
    this.#store = store;
  }

  watch(pid: Pid): void {
    this.#watchers = [...this.#watchers, { pid, ref: monitor(pid) }];
    this.#tell(pid);
  }

  /** True where it was a watcher that ended. */
  lost({ ref }: Pick<DownMessage, "ref">): boolean {
    const others = this.#watchers.filter((watcher) => !sameRef(watcher.ref, ref));
    const wasOne = others.length < this.#watchers.length;
    this.#watchers = others;
    return wasOne;
  }

  grown(): void {
    for (const { pid } of this.#watchers) this.#tell(pid);
    if (this.#journal.state.phase !== this.#toldPhase) void this.note();
    else if (!this.#isNoteDue) {
      this.#isNoteDue = true;
      sendAfter(self(), { type: "note_due" } as never, runLimits.noteEveryMs);
    }
  }

  /** Writes what a list says; nothing where it says that already. */
  async note(): Promise<void> {
    this.#isNoteDue = false;
    const { state, bytes } = this.#journal;
    const summary = state.summary(bytes);
    this.#toldPhase = state.phase;
    if (summary === undefined) return;
    if (this.#noted?.n === summary.n && (await this.#noted.isWritten)) return;
    this.#noted = { n: summary.n, isWritten: this.#store.note(summary) };
    await this.#noted.isWritten;
  }

  #tell(pid: Pid): void {
    const { spec, n } = this.#journal.state;
    if (spec !== undefined) send(pid, { type: "runs.grown", id: spec.id, n } satisfies RunGrown);
  }
}
