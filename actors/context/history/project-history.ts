// Keeps the history of one project, and reads it again beside its questions where another commit is checked out.
import type { World } from "../../../runtime/world.ts";
import { type GitPlace, gitFiles } from "./git-files.ts";
import { type History, headOf, readHistory } from "./history.ts";
import { historyLimits as limits } from "./limits.ts";

export interface ProjectHistoryOptions {
  readonly place: GitPlace;
  readonly world: Pick<World, "clock" | "timers" | "turns">;
}

export class ProjectHistory {
  readonly #options: ProjectHistoryOptions;
  #head: string | undefined;
  #known: History | undefined;
  #reading: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ProjectHistoryOptions) {
    this.#options = options;
  }

  /** Looks whether another commit is checked out, and reads its history. Waits for nothing, and never fails. */
  look(): void {
    this.#reading ??= this.#read()
      // It helps with an order: no question fails for it.
      .catch(() => undefined)
      .finally(() => {
        this.#reading = undefined;
      });
  }

  /** What is known, after the time that a question may wait for it: that of an earlier commit where it takes longer. */
  async known(): Promise<History | undefined> {
    const reading = this.#reading;
    if (reading === undefined) return this.#known;
    const { timers } = this.#options.world;
    await new Promise<void>((resolve) => {
      const timer = timers.set(limits.waitMs, resolve);
      void reading.then(() => {
        timers.clear(timer);
        resolve();
      });
    });
    return this.#known;
  }

  /** Ends what is being read. */
  close(): void {
    this.#isClosed = true;
  }

  async #read(): Promise<void> {
    const { place, world } = this.#options;
    const files = await gitFiles(place);
    const head = files === undefined ? undefined : await headOf(files);
    if (head === this.#head) return;
    const known =
      files === undefined || head === undefined
        ? undefined
        : await readHistory(head, { files, world, isOver: () => this.#isClosed });
    this.#known = known;
    this.#head = head;
  }
}
