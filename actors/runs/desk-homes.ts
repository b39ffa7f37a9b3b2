// Where the runs are that a node can be asked about: in its cluster, in its own program, and for the moment alone.
import { type RunHome, summaryIn } from "./desk-home.ts";
import { deskLimits } from "./desk-limits.ts";
import { RunRefusal, unknownRun } from "./desk-refused.ts";
import { isWritten } from "./desk-writes.ts";
import { isOver, type RunSummary } from "./run-summary.ts";

export interface DeskHomesOptions {
  /**
   * Runs that last as long as this machine's user keeps them; undefined for a node of a cluster: what a person has on a machine is
   * nothing for those who may ask the node.
   */
  readonly own: RunHome | undefined;
  /** Runs of which nothing is kept when they are over. */
  readonly brief: RunHome;
  /** Runs of the cluster that the node has a part in; undefined while it has none. */
  placed(): RunHome | undefined;
}

export class DeskHomes {
  readonly brief: RunHome;
  readonly #options: DeskHomesOptions;
  /** By id, of runs that are not placed: those stay where they are. */
  readonly #known = new Map<string, RunHome>();

  constructor(options: DeskHomesOptions) {
    this.#options = options;
    this.brief = options.brief;
  }

  /** Where new runs go that are to last. @throws {RunRefusal} nowhere, at this moment */
  get lasting(): RunHome {
    const home = this.placed ?? this.#options.own;
    if (home !== undefined) return home;
    throw new RunRefusal(
      "store_unavailable",
      "This node has no part yet in what its cluster owns, and takes no runs. `aiex cluster health` says why; try again in a moment.",
    );
  }

  get placed(): RunHome | undefined {
    return this.#options.placed();
  }

  get all(): readonly RunHome[] {
    const { own, brief } = this.#options;
    return [own, brief, this.placed].filter((home) => home !== undefined);
  }

  note(id: string, home: RunHome): void {
    if (home.kind === "placed") return;
    if (this.#known.size >= deskLimits.homesMax) this.#known.delete(this.#known.keys().next().value ?? "");
    this.#known.set(id, home);
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  /** @throws {RunRefusal} `unknown_run`; {StoreUnavailable} it may be where nobody can look now */
  async of(id: string): Promise<RunHome> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    for (const home of this.all) {
      if (!(await isWritten(home.store, id))) continue;
      this.note(id, home);
      return home;
    }
    // Nobody can say so who does not see where runs are kept.
    void this.lasting;
    throw unknownRun(id);
  }

  /** Of all that last, in no order. @throws {StoreUnavailable} */
  async list(): Promise<readonly RunSummary[]> {
    const lists = await Promise.all(
      this.all.filter(({ kind }) => kind !== "brief").map((home) => listOf(home)),
    );
    return lists.flat();
  }

  /** @throws {RunRefusal} `unknown_run`, `ambiguous_run`; {StoreUnavailable} */
  async find(prefix: string): Promise<RunSummary> {
    const found = (await this.list()).filter(({ id }) => id.startsWith(prefix));
    const [first, second] = found;
    if (first === undefined || prefix === "") throw unknownRun(`"${prefix}"`);
    if (second === undefined || first.id === prefix) return first;
    const ids = found.slice(0, shownMax).map(({ id }) => id);
    const more = found.length > shownMax ? " and others" : "";
    throw new RunRefusal(
      "ambiguous_run",
      `${found.length} runs begin with "${prefix}": ${ids.join(", ")}${more}. Give more of the id.`,
    );
  }
}

async function listOf(home: RunHome): Promise<readonly RunSummary[]> {
  const runs = await home.store.list();
  const shown = await Promise.all(runs.map((run) => summaryIn(home, run)));
  const isDoubtful = shown.some(({ phase }, at) => phase === "interrupted" && runs[at]?.phase !== phase);
  if (!isDoubtful) return shown;
  // Some may have ended between the two looks, and would be shown as left by everybody.
  const later = new Map((await home.store.list()).map((run) => [run.id, run]));
  return shown.map((run) => {
    const ended = later.get(run.id);
    return ended !== undefined && isOver(ended.phase) ? ended : run;
  });
}

const shownMax = 5;
